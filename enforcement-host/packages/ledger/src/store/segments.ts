import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { unreadable } from '../errors.js';

// A ledger is the file of its path, which is written, and beside it a folder of sealed segments,
// which never change and come before it:
//   <path>.segments/0000000000000000.jsonl         named after the first record's sequence number
//   <path>.segments/0000000000000000.state.json    where the chain stands after it; can be made anew
//   <path>

/** A part of a ledger that is not written any more. */
export interface Segment {
  readonly file: string;
  /** Sequence number of its first record. */
  readonly first: number;
}

const DIGITS = 16;
const NAME = /^(\d{16})\.jsonl$/;

/** The folder of a ledger's sealed segments. */
export function segmentsFolder(path: string): string {
  return `${path}.segments`;
}

export function segmentFile(path: string, first: number): string {
  return join(segmentsFolder(path), `${String(first).padStart(DIGITS, '0')}.jsonl`);
}

/** Where the state after a segment is kept. */
export function stateFile(segment: string): string {
  return segment.replace(/\.jsonl$/, '.state.json');
}

/**
 * The sealed segments of a ledger, in order; none where it was never rotated.
 *
 * @throws LedgerError `LEDGER_UNREADABLE`.
 */
export async function listSegments(path: string): Promise<readonly Segment[]> {
  const names = await readdir(segmentsFolder(path)).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw unreadable(cause);
  });
  return names.sort().flatMap((name) => {
    const first = NAME.exec(name)?.[1];
    return first === undefined
      ? []
      : [{ file: join(segmentsFolder(path), name), first: Number(first) }];
  });
}

/** All files of a ledger, in the order of their records. */
export async function ledgerFiles(path: string): Promise<readonly string[]> {
  return [...(await listSegments(path)).map(({ file }) => file), path];
}
