import path from 'node:path';

import {
  AnchorError,
  LocalReceipts,
  noteKeyFile,
  openAnchorTarget,
  openNoteKey,
  receiptsFolder,
  type AnchorDescription,
  type AnchorTarget,
} from '@axtary/ledger';

import type { LedgerAnchorOptions, LedgerTree, ReadLedgerTree } from '../anchor-options.js';
import type { CliContext } from '../context.js';
import { checked, needed } from '../needed-options.js';
import { readSecret } from '../secret-file.js';
import { printable } from '../terminal.js';

/** Takes the last checkpoint of a ledger to one anchor, and keeps what that answers. */
export async function ledgerAnchor(
  options: LedgerAnchorOptions,
  context: CliContext,
  readTree: ReadLedgerTree,
): Promise<void> {
  const tree = await readTree(options.ledger);
  const target = await targetOf(options, tree, context);
  const receipt = await target.push(tree.checkpoint).catch((error: unknown) => {
    throw explained(error);
  });
  await new LocalReceipts(receiptsFolder(options.ledger)).add(receipt);
  const { anchor } = receipt;
  const { terminal } = context;
  if (options.json) {
    terminal.printJson({ anchor, ...(receipt.note !== undefined && { note: receipt.note }) });
    return;
  }
  terminal.print(`Anchored ${anchor.size} records of ${anchor.log}`);
  terminal.print(`  by     ${printable(anchor.by)}`);
  terminal.print(`  root   ${anchor.root}`);
  if (anchor.at !== undefined) terminal.print(`  at     ${anchor.at}`);
}

/** Prints what the operator of a witness needs to know of a ledger. */
export async function ledgerNoteKey(
  { ledger, noteKey, json }: Pick<LedgerAnchorOptions, 'ledger' | 'noteKey' | 'json'>,
  context: CliContext,
  readTree: ReadLedgerTree,
): Promise<void> {
  const { checkpoint } = await readTree(ledger);
  const file = noteKey === undefined ? noteKeyFile(ledger) : path.resolve(context.cwd, noteKey);
  const read = (secret: string): Promise<string> => readSecret(secret, context);
  const { name, verifierKey } = await openNoteKey(file, checkpoint.log, read);
  if (json) context.terminal.printJson({ origin: name, verifierKey });
  else context.terminal.print(`origin  ${name}\nkey     ${verifierKey}`);
}

function explained(error: unknown): unknown {
  if (!(error instanceof AnchorError) || error.code !== 'ANCHOR_CONFLICT') return error;
  const message = `${error.message}; the ledger was cut, set back or changed since`;
  return new AnchorError(error.code, message, { cause: error });
}

function targetOf(
  options: LedgerAnchorOptions,
  { checkpoint, prove }: LedgerTree,
  context: CliContext,
): Promise<AnchorTarget> {
  const { clock, env, version } = context;
  const described = descriptionOf(options, context);
  const ledger = { file: options.ledger, log: checkpoint.log, prove };
  const read = (file: string): Promise<string> => readSecret(file, context);
  return checked(() =>
    openAnchorTarget(described, { ledger, readSecret: read, env, clock, version }),
  );
}

function descriptionOf(options: LedgerAnchorOptions, { cwd }: CliContext): AnchorDescription {
  const { to, branch, remote, noteKey, bearerFile } = options;
  const key = noteKey === undefined ? {} : { noteKey: path.resolve(cwd, noteKey) };
  switch (to) {
    case 'witness': {
      const witnessKey = needed(options, 'witnessKey');
      return { to, url: needed(options, 'url'), witnessKey, ...key };
    }
    case 'git': {
      const repository = path.resolve(cwd, needed(options, 'repository'));
      const names = {
        ...(branch !== undefined && { branch }),
        ...(remote !== undefined && { remote }),
      };
      return { to, repository, ...names, ...key };
    }
    case 'file':
      return { to, out: path.resolve(cwd, needed(options, 'out')) };
    case 'otlp': {
      const bearer = bearerFile === undefined ? {} : { bearerFile: path.resolve(cwd, bearerFile) };
      return { to, url: needed(options, 'url'), ...bearer };
    }
    case 'control-plane': {
      const bearer = path.resolve(cwd, needed(options, 'bearerFile'));
      return { to, url: needed(options, 'url'), bearerFile: bearer };
    }
  }
}
