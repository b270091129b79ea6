import path from 'node:path';

import {
  AnchorError,
  ControlPlaneAnchor,
  FileAnchor,
  GitAnchor,
  LocalReceipts,
  OtlpAnchor,
  parseVerifierKey,
  receiptsFolder,
  WitnessAnchor,
  type AnchorTarget,
  type Checkpoint,
  type PublishedNoteSigner,
} from '@axtary/ledger';

import type { LedgerAnchorOptions, LedgerTree, ReadLedgerTree } from '../anchor-options.js';
import type { CliContext } from '../context.js';
import { checked, needed } from '../needed-options.js';
import { noteKeyFile, openNoteKey } from '../note-key.js';
import { readSecretLine } from '../secret-file.js';
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
  const { name, verifierKey } = await signerOf({ ledger, noteKey }, checkpoint, context);
  if (json) context.terminal.printJson({ origin: name, verifierKey });
  else context.terminal.print(`origin  ${name}\nkey     ${verifierKey}`);
}

function explained(error: unknown): unknown {
  if (!(error instanceof AnchorError) || error.code !== 'ANCHOR_CONFLICT') return error;
  const message = `${error.message}; the ledger was cut, set back or changed since`;
  return new AnchorError(error.code, message, { cause: error });
}

async function targetOf(
  options: LedgerAnchorOptions,
  tree: LedgerTree,
  context: CliContext,
): Promise<AnchorTarget> {
  const { clock, cwd, env, version } = context;
  switch (options.to) {
    case 'witness': {
      const url = needed(options, 'url');
      const witnessKey = needed(options, 'witnessKey');
      const signer = await signerOf(options, tree.checkpoint, context);
      const { prove } = tree;
      return checked(() => {
        return new WitnessAnchor({ url, verifier: parseVerifierKey(witnessKey), signer, prove });
      });
    }
    case 'git': {
      const { branch, remote } = options;
      const repository = path.resolve(cwd, needed(options, 'repository'));
      const signer = await signerOf(options, tree.checkpoint, context);
      const names = {
        ...(branch !== undefined && { branch }),
        ...(remote !== undefined && { remote }),
      };
      return checked(() => new GitAnchor({ repository, signer, env, ...names }));
    }
    case 'file':
      return new FileAnchor(path.resolve(cwd, needed(options, 'out')), clock);
    case 'otlp': {
      const url = needed(options, 'url');
      const { bearerFile } = options;
      const bearer = bearerFile === undefined ? undefined : await bearerOf(bearerFile, context);
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      return checked(() => new OtlpAnchor({ url, clock, headers, version }));
    }
    case 'control-plane': {
      const url = needed(options, 'url');
      const bearer = await bearerOf(needed(options, 'bearerFile'), context);
      return checked(() => new ControlPlaneAnchor({ url, bearer }));
    }
  }
}

function signerOf(
  { ledger, noteKey }: { readonly ledger: string; readonly noteKey?: string | undefined },
  { log }: Checkpoint,
  context: CliContext,
): Promise<PublishedNoteSigner> {
  const file = noteKey === undefined ? noteKeyFile(ledger) : path.resolve(context.cwd, noteKey);
  return openNoteKey(file, log, context);
}

function bearerOf(file: string, context: CliContext): Promise<string> {
  return readSecretLine(path.resolve(context.cwd, file), 'bearer', context);
}
