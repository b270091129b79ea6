import path from 'node:path';

import { systemClock } from '@axtary/core';
import {
  attestLedger,
  LedgerError,
  LocalEpochKeys,
  surveyLedger,
  type AttestReport,
  type ExportSelection,
} from '@axtary/ledger';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { printable } from '../terminal.js';

export interface AttestLedgerOptions {
  readonly ledger: string;
  readonly out: string;
  readonly from?: number;
  readonly select?: ExportSelection;
  readonly redact: readonly string[];
  /** File for what opens the members that are kept back. */
  readonly disclosures?: string;
  /** `SIZE:ROOT` of an earlier export. */
  readonly after?: string;
  /** The file with the private key of the ledger's epoch. */
  readonly key?: string;
  readonly json: boolean;
}

/** Exports a ledger up to its last checkpoint and signs the export; it may be in use. */
export async function attest(
  options: AttestLedgerOptions,
  { terminal, version }: CliContext,
): Promise<void> {
  const { ledger, out, from, select, redact, disclosures, after, json } = options;
  const keyFile = options.key ?? path.join(path.dirname(ledger), 'ledger-key.json');
  const keys = new LocalEpochKeys(keyFile);
  const since = after === undefined ? undefined : readRoot(after);
  const once = (): Promise<AttestReport> =>
    attestLedger(ledger, out, {
      sign: (payloadText) => signWith(keys, ledger, payloadText),
      software: `axtary/${version}`,
      clock: systemClock,
      redact,
      ...(disclosures !== undefined && { disclosures }),
      ...(from !== undefined && { from }),
      ...(select && { select }),
      ...(since && { since }),
      onProgress: ({ records, total }) => terminal.progress(`${records} of ${total} records`),
    });
  const report = await once().catch((error: unknown) => {
    if (error instanceof TypeError) {
      throw new CliError('CLI_USAGE', error.message, { cause: error });
    }
    // The key may have been followed by the next one meanwhile.
    if (error instanceof LedgerError && error.code === 'LEDGER_CHECKPOINT_FAILED') return once();
    throw error;
  });
  terminal.progress('');
  if (json) terminal.printJson({ file: out, ...report });
  else printReport(out, report, terminal);
  if (disclosures !== undefined && !json) {
    terminal.print(
      `What opens them is in ${printable(disclosures)}: keep it apart from the export.`,
    );
  }
}

function printReport(
  out: string,
  { records, bytes, hidden, omitted, size, head, tree }: AttestReport,
  terminal: CliContext['terminal'],
): void {
  terminal.print(`Exported and signed ${records} records (${bytes} bytes) to ${printable(out)}`);
  if (hidden > 0) terminal.print(`  ${hidden} sealed members were kept back`);
  if (omitted > 0) terminal.print(`  ${omitted} newer records wait for the next checkpoint`);
  terminal.print(`  anchor   ${size}:${head}`);
  terminal.print(`  root     ${tree.size}:${tree.root}`);
  terminal.print('Keep the anchor elsewhere: with it, "axtary verify-export --anchor" can tell');
  terminal.print('whether this file was cut or made anew. The root is what "--after" takes.');
}

async function signWith(
  keys: LocalEpochKeys,
  ledger: string,
  payloadText: string,
): Promise<string> {
  const { checkpointKid } = await surveyLedger(ledger);
  const signer = await keys.find(checkpointKid);
  if (signer) return signer.sign('export', payloadText);
  throw new CliError(
    'CLI_USAGE',
    `the key ${checkpointKid} that signs this ledger is not here; name its file with --key`,
  );
}

const ROOT = /^(0|[1-9]\d{0,14}):(?:sha256:)?([0-9a-f]{64})$/;

function readRoot(text: string): { readonly size: number; readonly root: `sha256:${string}` } {
  const [, size, hash = ''] = ROOT.exec(text) ?? [];
  if (size !== undefined) return { size: Number(size), root: `sha256:${hash}` };
  throw new CliError('CLI_USAGE', `${text} is no root: expected SIZE:HASH as an export printed it`);
}
