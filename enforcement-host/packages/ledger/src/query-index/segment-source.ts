import { stat } from 'node:fs/promises';

import { brokenAt, unreadable } from '../errors.js';
import { parseLine } from '../record/chain.js';
import type { LedgerRecord } from '../record/records.js';
import type { RawEntry } from './entries.js';

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

/** A ledger that is one file. `size`: how many of its records are durable. */
export function singleFileSource(file: string, size: () => number): SegmentSource {
  return {
    async list() {
      // Before the size of the file, which must not be smaller than what so many records take.
      const count = size();
      const { size: bytes } = await stat(file).catch((cause: unknown) => {
        throw unreadable(cause);
      });
      return [{ first: 0, count, file, sealed: false, bytes }];
    },
    read({ line }) {
      const parsed = parseLine(line);
      if ('record' in parsed) return parsed;
      throw brokenAt({ seq: seqOf(line), message: parsed.message });
    },
  };
}

// The end of a line as `writeLine` writes it.
const LINE_END = /"seq":(\d{1,16}),"ts":"[^"]{1,32}","type":"[a-z_]{1,32}","v":1\}$/;
const END_BYTES = 160;

/** The sequence number that a line names, for messages; 0 where it names none. */
function seqOf(line: Buffer): number {
  const end = line.toString('latin1', Math.max(0, line.length - END_BYTES));
  return Number(LINE_END.exec(end)?.[1] ?? 0);
}
