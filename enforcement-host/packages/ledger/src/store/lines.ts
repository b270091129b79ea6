import type { FileHandle } from 'node:fs/promises';

import { orUnreadable } from '../errors.js';
import { MAX_LINE_BYTES } from '../record/bodies.js';
import type { RawEntry } from '../record/line.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const NUL = 0x00;
const RECORD_START = Buffer.from('{"body":{');
const DISCLOSURES_START = Buffer.from('{"disclosures":[[');
/** Bytes of the longest record with its disclosures. */
const MAX_ENTRY_BYTES = 2 * (MAX_LINE_BYTES + 1);

/** Bytes of a record's lines with their newlines. */
export function entryBytes({ line, disclosures }: RawEntry): number {
  return line.length + 1 + (disclosures === undefined ? 0 : disclosures.length + 1);
}

/** The lines of whole records, and the bytes after them. */
export interface EntryBatch {
  readonly entries: readonly RawEntry[];
  readonly rest: Buffer;
}

export interface LineOptions {
  /** Offset to begin at, where a record begins; 0 by default. */
  readonly start?: number;
  /** Offset to stop before; the size of the file when absent. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file from its beginning in batches of records; memory is bounded by the longest record.
 * Stops early when more bytes than one can have come without its end: they are the last `rest`.
 */
export async function* readEntries(
  handle: FileHandle,
  { start = 0, end = Number.POSITIVE_INFINITY, signal }: LineOptions = {},
): AsyncGenerator<EntryBatch> {
  let rest: Buffer = Buffer.alloc(0);
  let at = start;
  while (at < end && rest.length <= MAX_ENTRY_BYTES) {
    signal?.throwIfAborted();
    // Not from the shared pool: what is kept of a record must not keep other buffers alive.
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await orUnreadable(handle.read(chunk, 0, chunk.length, at));
    if (bytesRead === 0) return;
    at += bytesRead;
    const fresh = chunk.subarray(0, bytesRead);
    const batch = splitEntries(rest.length === 0 ? fresh : Buffer.concat([rest, fresh]));
    rest = batch.rest;
    yield batch;
  }
}

/** The records whose lines are whole, and the bytes after them. */
export function splitEntries(bytes: Buffer): EntryBatch {
  const entries: RawEntry[] = [];
  let disclosures: Buffer | undefined;
  let done = 0;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const line = bytes.subarray(start, end);
    start = end + 1;
    // A second one in a row is no record, and found to be none.
    if (disclosures === undefined && isDisclosures(line)) {
      disclosures = line;
      continue;
    }
    entries.push({ line, disclosures });
    disclosures = undefined;
    done = start;
  }
  return { entries, rest: bytes.subarray(done) };
}

/** Whether a line holds the disclosures of the record after it. */
export function isDisclosures(line: Buffer): boolean {
  return startsLike(line, DISCLOSURES_START) && line.length >= DISCLOSURES_START.length;
}

/**
 * Whether bytes after the last record can be what a crash left of a write: the beginning of a
 * record's lines, or blocks of zeros that a file system had reserved. A whole line followed by
 * another byte is not: its newline was changed. Nor is anything else, which is not ours to cut off.
 */
export function isTorn(rest: Buffer): boolean {
  if (rest.length > MAX_ENTRY_BYTES) return false;
  const written = withoutZeros(rest);
  const newline = written.indexOf(NEWLINE);
  if (newline < 0) return isBegun(written, DISCLOSURES_START) || isBegun(written, RECORD_START);
  const first = written.subarray(0, newline);
  return isDisclosures(first) && isBegun(written.subarray(newline + 1), RECORD_START);
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === NUL) end--;
  return bytes.subarray(0, end);
}

function isBegun(bytes: Buffer, start: Buffer): boolean {
  return startsLike(bytes, start) && !isWholeLine(bytes.subarray(0, -1));
}

function startsLike(bytes: Buffer, start: Buffer): boolean {
  const common = Math.min(bytes.length, start.length);
  return bytes.subarray(0, common).equals(start.subarray(0, common));
}

function isWholeLine(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
