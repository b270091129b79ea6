import { open, type FileHandle } from 'node:fs/promises';

import { unreadable } from '../errors.js';
import { MAX_LINE_BYTES } from '../record/records.js';

/** The lines of one record, without their newlines. */
export interface RawEntry {
  readonly line: Buffer;
  /** The line before it, where the record has sealed members that are disclosed. */
  readonly disclosures: Buffer | undefined;
}

const CHUNK_BYTES = 256 * 1024;
/** Bytes of the longest record with its disclosures. */
const MAX_ENTRY_BYTES = 2 * (MAX_LINE_BYTES + 1);
const NEWLINE = 0x0a;
const DISCLOSURES_START = Buffer.from('{"disclosures":');

/** Bytes of a record's lines with their newlines. */
export function entryBytes({ line, disclosures }: RawEntry): number {
  return line.length + 1 + (disclosures === undefined ? 0 : disclosures.length + 1);
}

/** The records whose lines are whole, and the bytes after them. */
export function splitEntries(bytes: Buffer): { entries: readonly RawEntry[]; rest: Buffer } {
  const entries: RawEntry[] = [];
  let disclosures: Buffer | undefined;
  let done = 0;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const line = bytes.subarray(start, end);
    start = end + 1;
    if (isDisclosures(line)) {
      disclosures = line;
      continue;
    }
    entries.push({ line, disclosures });
    disclosures = undefined;
    done = start;
  }
  return { entries, rest: bytes.subarray(done) };
}

function isDisclosures(line: Buffer): boolean {
  return line.subarray(0, DISCLOSURES_START.length).equals(DISCLOSURES_START);
}

/** Reads whole records from an offset where one begins up to another, a batch at a time. */
export async function* readEntries(
  handle: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<readonly RawEntry[]> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = start; at < end && rest.length <= MAX_ENTRY_BYTES;) {
    const fresh = await readExactly(handle, at, Math.min(at + CHUNK_BYTES, end));
    if (fresh.length === 0) return;
    at += fresh.length;
    const split = splitEntries(rest.length === 0 ? fresh : Buffer.concat([rest, fresh]));
    rest = split.rest;
    if (split.entries.length > 0) yield split.entries;
  }
}

/** The bytes between two offsets, or fewer at the end of the file. */
export async function readExactly(
  handle: FileHandle,
  start: number,
  end: number,
): Promise<Buffer<ArrayBuffer>> {
  // Not from the shared pool: what is kept of a record must not keep other buffers alive.
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Uses a file that is open for reading, and closes it. @throws LedgerError `LEDGER_UNREADABLE`. */
export async function reading<T>(
  file: string,
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw unreadable(cause);
  });
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
