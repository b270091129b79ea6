import type { FileHandle } from 'node:fs/promises';

import { brokenAt, orUnreadable } from '../errors.js';
import { parseEntry, type ParsedEntry, type RawEntry } from '../record/line.js';
import type { LedgerRecord } from '../record/records.js';
import { openForReading, openIfThere } from './file.js';
import { entryBytes, readEntries } from './lines.js';
import { listSegments, type Segment } from './segments.js';

export interface ReadLedgerOptions {
  /** First sequence number; 0 by default. */
  readonly from?: number;
  /** Sequence number to stop before. */
  readonly to?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The lines of a record and where they are. */
export interface LedgerFileEntry {
  readonly raw: RawEntry;
  readonly seq: number;
  readonly file: string;
  /** Where its lines begin in the file, and how many bytes they have. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * The records of a ledger in order, as of the call; it may be written meanwhile. Lines are taken as
 * they are: `verifyLedger` says whether they are what was recorded.
 *
 * @throws LedgerError `LEDGER_UNREADABLE`, `LEDGER_CHAIN_BROKEN` (with `seq`).
 */
export async function* readLedger(
  path: string,
  options: ReadLedgerOptions = {},
): AsyncGenerator<LedgerRecord> {
  for await (const entry of readLedgerEntries(path, options)) yield wholeRecord(entry);
}

/** @throws LedgerError `LEDGER_CHAIN_BROKEN` for lines that are no record. */
export function parseLedgerEntry({ raw, seq }: Pick<LedgerFileEntry, 'raw' | 'seq'>): ParsedEntry {
  const parsed = parseEntry(raw);
  if ('code' in parsed) throw brokenAt({ ...parsed, seq });
  return parsed;
}

/** @throws LedgerError `LEDGER_CHAIN_BROKEN` for lines that are no whole record. */
export function wholeRecord(entry: Pick<LedgerFileEntry, 'raw' | 'seq'>): LedgerRecord {
  const { whole } = parseLedgerEntry(entry);
  if (whole) return whole;
  throw brokenAt({ seq: entry.seq, message: 'sealed members of it are missing' });
}

/** The lines of a ledger's records, which are not read for what they say. */
export async function* readLedgerEntries(
  path: string,
  { from = 0, to = Number.POSITIVE_INFINITY, signal }: ReadLedgerOptions = {},
): AsyncGenerator<LedgerFileEntry> {
  const { active, segments } = await openLedger(path);
  try {
    let next = 0;
    for (const part of partsFrom({ active, segments }, path, from)) {
      for await (const entry of readingPart(part, signal)) {
        if (entry.seq >= to) return;
        // The file that was written may have become the last segment.
        if (entry.seq < next) continue;
        next = entry.seq + 1;
        if (entry.seq >= from) yield entry;
      }
    }
  } finally {
    if (active) await orUnreadable(active.close());
  }
}

async function* readingPart(
  { file, first, opened }: Part,
  signal: AbortSignal | undefined,
): AsyncGenerator<LedgerFileEntry> {
  const handle = opened ?? (await openForReading(file));
  try {
    yield* entriesOf(handle, file, { first, signal });
  } finally {
    if (!opened) await orUnreadable(handle.close());
  }
}

/** The file of a ledger that is written, open for reading, and its sealed segments. */
export interface OpenedLedger {
  /** Absent where it was just sealed, and the next one is not there yet. */
  readonly active: FileHandle | undefined;
  readonly segments: readonly Segment[];
}

/** @throws LedgerError `LEDGER_UNREADABLE` also where there is no ledger. */
export async function openLedger(path: string): Promise<OpenedLedger> {
  // Opened before the segments are listed: if it is sealed meanwhile, it is among them as well.
  const active = await openIfThere(path);
  try {
    const segments = await listSegments(path);
    if (active || segments.length > 0) return { active, segments };
  } catch (error) {
    await active?.close();
    throw error;
  }
  return { active: await openForReading(path), segments: [] };
}

interface Part {
  readonly file: string;
  /** Sequence number of the first record; absent for the file that is written. */
  readonly first: number | undefined;
  /** The same file, where it is open already. */
  readonly opened?: FileHandle;
}

/** The files that can hold records from `from` on. */
function partsFrom(
  { active, segments }: OpenedLedger,
  path: string,
  from: number,
): readonly Part[] {
  const needed = segments.filter(
    (_, n) => (segments[n + 1]?.first ?? Number.POSITIVE_INFINITY) > from,
  );
  return active ? [...needed, { file: path, first: undefined, opened: active }] : needed;
}

async function* entriesOf(
  handle: FileHandle,
  file: string,
  {
    first,
    signal,
  }: { readonly first: number | undefined; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<LedgerFileEntry> {
  const { size: end } = await orUnreadable(handle.stat());
  let offset = 0;
  let seq = first;
  for await (const { entries } of readEntries(handle, { end, signal })) {
    for (const raw of entries) {
      const bytes = entryBytes(raw);
      seq ??= parseLedgerEntry({ raw, seq: 0 }).record.seq;
      yield { raw, seq, file, offset, bytes };
      offset += bytes;
      seq++;
    }
  }
}
