import { stat } from 'node:fs/promises';

import { brokenAt, unreadable } from '../errors.js';
import type { RawEntry } from '../record/line.js';
import type { LedgerRecord } from '../record/records.js';
import { openForReading } from '../store/file.js';
import { readEntries } from '../store/lines.js';
import { parseLedgerEntry } from '../store/read-ledger.js';
import { listSegments } from '../store/segments.js';

/** One file of a ledger: a run of records, oldest first. */
export interface SegmentFile {
  /** Sequence number of its first record. */
  readonly first: number;
  /** Records that are durable; by default all whole ones in the file. */
  readonly count?: number;
  readonly file: string;
  /** A sealed file never changes again. The last one is not sealed. */
  readonly sealed: boolean;
  /** Size of the file; below 4 GiB. */
  readonly bytes: number;
}

/** A record with its sealed members, and the exact line that is hashed. */
export interface OpenedEntry {
  readonly record: LedgerRecord;
  readonly line: string;
}

/** Where an index finds the records of one ledger. */
export interface SegmentSource {
  /** The files in the order of the ledger, without a gap between them. */
  list(): Promise<readonly SegmentFile[]>;
  /** @throws LedgerError `LEDGER_CHAIN_BROKEN` for lines that are no record. */
  read(entry: RawEntry): OpenedEntry;
}

/** The files of a ledger. `size`: how many of its records are durable. */
export function ledgerSource(path: string, size: () => number): SegmentSource {
  return {
    async list() {
      // Before the files, which must not end before so many records.
      const count = size();
      const segments = await listSegments(path);
      const firsts = [...segments.map(({ first }) => first), count];
      const sealed = await Promise.all(
        segments.map(async ({ file, first }, n) => {
          const next = firsts[n + 1] ?? count;
          return { first, count: next - first, file, sealed: true, bytes: await sizeOf(file) };
        }),
      );
      const first = await firstOf(path);
      // Without a record it has nothing to find yet.
      if (first === undefined) return sealed;
      const before = sealed.at(-1);
      const known = before
        ? [...sealed.slice(0, -1), { ...before, count: first - before.first }]
        : [];
      const bytes = await sizeOf(path);
      return [...known, { first, count: count - first, file: path, sealed: false, bytes }];
    },
    read(entry) {
      const { line, ...parsed } = parseLedgerEntry({ raw: entry, seq: 0 });
      if (parsed.whole) return { record: parsed.whole, line };
      const { seq } = parsed.record;
      throw brokenAt({ seq, message: 'sealed members of it are missing' });
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  const { size } = await stat(file).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  return size;
}

/** Sequence number of the first record of a file; `undefined` if it has none yet. */
async function firstOf(file: string): Promise<number | undefined> {
  const handle = await openForReading(file);
  try {
    for await (const { entries } of readEntries(handle)) {
      const [raw] = entries;
      if (raw) return parseLedgerEntry({ raw, seq: 0 }).record.seq;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}
