import { rename } from 'node:fs/promises';

import type { Sha256 } from '@axtary/core/digest';
import { newId } from '@axtary/core/digest';

import { LedgerError } from '../errors.js';
import type { AcceptedGap, LedgerHead } from '../ledger.js';
import type { ChainState } from '../record/chain.js';
import type { BodyOf } from '../record/records.js';
import { readLedger } from './read-ledger.js';
import { segmentsFolder } from './segments.js';

type GapBody = BodyOf<'gap'>;

interface Kept {
  /** The head that was kept outside. */
  readonly expected: LedgerHead | undefined;
  readonly accepted: AcceptedGap | undefined;
  /** Whether what was here could not be gone on with, and was set aside. */
  readonly wasUnreadable?: boolean;
}

/**
 * Compares a ledger with the head that was kept outside of it. Returns what to record where a
 * person has accepted that it is another one.
 *
 * @throws LedgerError `LEDGER_MISSING` or `LEDGER_WENT_BACK`, with the kept head.
 */
export async function compareWithHead(
  path: string,
  chain: ChainState,
  { expected, accepted, wasUnreadable }: Kept,
): Promise<GapBody | undefined> {
  if (expected === undefined) return undefined;
  const reason = await differenceFrom(path, chain, expected);
  if (reason === undefined) return undefined;
  if (accepted?.expected !== expected.head) throw refusal(reason, chain, expected);
  const { log, size, head } = chain;
  return {
    reason: wasUnreadable ? 'unreadable' : reason,
    expected,
    ...(size > 0 && { found: { log, size, head } }),
    acceptedBy: accepted.by,
  };
}

async function differenceFrom(
  path: string,
  chain: ChainState,
  expected: LedgerHead,
): Promise<GapBody['reason'] | undefined> {
  if (chain.size === 0) return 'missing';
  if (chain.log !== expected.log) return 'replaced';
  if (chain.size < expected.size) return 'shorter';
  return (await headAt(path, chain, expected.size)) === expected.head ? undefined : 'replaced';
}

/** Leaf hash of the last of the first so many records. */
async function headAt(path: string, chain: ChainState, size: number): Promise<Sha256 | undefined> {
  if (size === chain.size) return chain.head;
  for await (const { prev } of readLedger(path, { from: size })) return prev;
  return undefined;
}

function refusal(
  reason: GapBody['reason'],
  { size }: ChainState,
  expected: LedgerHead,
): LedgerError {
  if (reason === 'missing') {
    const message = `the ledger is gone: ${expected.size} records of ${expected.log} were here`;
    return new LedgerError('LEDGER_MISSING', message, { expected });
  }
  const what =
    reason === 'shorter'
      ? `it has ${size} records, and had ${expected.size}`
      : `its first ${expected.size} records are not those that were here`;
  return new LedgerError('LEDGER_WENT_BACK', `the ledger went backwards: ${what}`, { expected });
}

/** Puts a ledger that cannot be gone on with under another name, as it is. */
export async function setAside(path: string): Promise<void> {
  const name = newId('rejected');
  await rename(path, `${path}.${name}`);
  await rename(segmentsFolder(path), `${segmentsFolder(path)}.${name}`).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
    throw cause;
  });
}
