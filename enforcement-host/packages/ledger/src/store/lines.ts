import type { FileHandle } from 'node:fs/promises';

import { MAX_LINE_BYTES } from '../record/records.js';
import { parseLine } from '../record/chain.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const NUL = 0x00;
const LINE_START = Buffer.from('{"body":{');

/** Whole lines found so far, without their newlines, and the bytes after the last newline. */
export interface LineBatch {
  readonly lines: readonly Buffer[];
  readonly rest: Buffer;
}

export interface LineOptions {
  /** Offset to stop before; the size of the file when absent. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file from its beginning in batches of lines; memory is bounded by the longest line.
 * Stops early when more than `MAX_LINE_BYTES` come without a newline: they are the last `rest`.
 */
export async function* readLines(
  handle: FileHandle,
  { end = Number.POSITIVE_INFINITY, signal }: LineOptions = {},
): AsyncGenerator<LineBatch> {
  let rest = Buffer.alloc(0);
  let at = 0;
  while (at < end && rest.length <= MAX_LINE_BYTES) {
    signal?.throwIfAborted();
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const fresh = chunk.subarray(0, bytesRead);
    const batch = split(rest.length === 0 ? fresh : Buffer.concat([rest, fresh]));
    rest = batch.rest;
    yield batch;
  }
}

function split(bytes: Buffer<ArrayBuffer>): LineBatch & { readonly rest: Buffer<ArrayBuffer> } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, rest: bytes.subarray(start) };
}

/**
 * Whether bytes after the last newline can be what a crash left of a write: the beginning of a
 * line, or blocks of zeros that a file system had reserved. A whole record followed by another
 * byte is not: its newline was changed. Nor is anything else, which is not ours to cut off.
 */
export function isTorn(rest: Buffer): boolean {
  if (rest.length > MAX_LINE_BYTES) return false;
  if (rest.every((byte) => byte === NUL)) return true;
  const common = Math.min(rest.length, LINE_START.length);
  if (!rest.subarray(0, common).equals(LINE_START.subarray(0, common))) return false;
  return 'code' in parseLine(rest.subarray(0, -1));
}
