import type { FileHandle } from 'node:fs/promises';

import { brokenAt } from '../errors.js';
import type { Columns } from './columns.js';
import { splitEntries } from '../store/lines.js';
import { readExactly, reading } from './entries.js';
import type { OpenedEntry, SegmentSource } from './segment-source.js';
import type { IndexedSegment, IndexSnapshot } from './snapshot.js';

/** Bytes between two wanted records that are read rather than skipped. */
const MAX_GAP = 16 * 1024;

/** A record as the index found it. */
export interface IndexedEntry extends OpenedEntry {
  /**
   * Sequence number of the decision that the record follows on; of a decision after an approval,
   * the one that asked for it. Absent where it follows on none.
   */
  readonly decision?: number;
}

/** Records of a file that are read together: those at `from`, up to `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** Reads records by their sequence numbers; those that the ledger does not have are left out. */
export async function readRecords(
  { segments, read }: IndexSnapshot,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, IndexedEntry>> {
  const wanted = new Set(seqs);
  const sorted = [...wanted].sort((a, b) => a - b);
  const found = new Map<number, IndexedEntry>();
  for (const segment of segments) {
    const positions = positionsIn(segment, sorted);
    if (positions.length === 0) continue;
    const columns = await segment.columns();
    const runs = runsOf(positions, columns.starts, { maxGap: MAX_GAP, maxBytes: Infinity });
    await readingSegment(segment, { columns, read }, async (handle) => {
      for (const run of runs) await readRun(handle, { run, columns, read, wanted, found });
    });
  }
  return found;
}

/**
 * Uses the file of a segment, and closes it.
 *
 * @throws LedgerError `LEDGER_CHAIN_BROKEN` where another file has got its name: it was sealed.
 */
export function readingSegment<T>(
  { file }: IndexedSegment,
  { columns, read }: { readonly columns: Columns; readonly read: SegmentSource['read'] },
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  return reading(file.file, async (handle) => {
    const run = { from: 0, to: Math.min(1, columns.count) };
    const wanted = new Set([columns.first]);
    if (!file.sealed) await readRun(handle, { run, columns, read, wanted, found: new Map() });
    return use(handle);
  });
}

function positionsIn({ first, count }: IndexedSegment, sorted: readonly number[]): number[] {
  return sorted.filter((seq) => seq >= first && seq < first + count).map((seq) => seq - first);
}

/** Gathers positions, which ascend, into runs that are read at once. */
export function runsOf(
  positions: Iterable<number>,
  starts: Uint32Array,
  { maxGap, maxBytes }: { readonly maxGap: number; readonly maxBytes: number },
): readonly Run[] {
  const runs: { from: number; to: number }[] = [];
  let last: { from: number; to: number } | undefined;
  for (const from of positions) {
    const gap = last ? startOf(starts, from) - startOf(starts, last.to) : Infinity;
    const length = last ? startOf(starts, from + 1) - startOf(starts, last.from) : Infinity;
    if (last && gap <= maxGap && length <= maxBytes) {
      last.to = from + 1;
    } else {
      last = { from, to: from + 1 };
      runs.push(last);
    }
  }
  return runs;
}

export function startOf(starts: Uint32Array, position: number): number {
  return starts[position] ?? 0;
}

interface RunOptions {
  readonly run: Run;
  readonly columns: Columns;
  readonly read: SegmentSource['read'];
  readonly wanted: ReadonlySet<number>;
  readonly found: Map<number, IndexedEntry>;
}

async function readRun(
  handle: FileHandle,
  { run: { from, to }, columns: { first, starts, origins }, read, wanted, found }: RunOptions,
): Promise<void> {
  const bytes = await readExactly(handle, startOf(starts, from), startOf(starts, to));
  const { entries } = splitEntries(bytes);
  for (let n = 0; n < to - from; n++) {
    const seq = first + from + n;
    if (!wanted.has(seq)) continue;
    const entry = entries[n];
    const opened = entry && read(entry);
    if (opened?.record.seq !== seq) {
      throw brokenAt({ seq, message: 'it is not where it was when it was indexed' });
    }
    const origin = origins[from + n] ?? 0;
    found.set(seq, { ...opened, ...(origin > 0 && { decision: seq - origin }) });
  }
}
