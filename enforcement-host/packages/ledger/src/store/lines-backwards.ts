import type { FileHandle } from 'node:fs/promises';

import { orUnreadable } from '../errors.js';
import { MAX_LINE_BYTES } from '../record/bodies.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads the whole lines of a file from its last to its first, without their newlines. What follows
 * the last newline is left out. Stops early at a line that is longer than any record.
 */
export async function* readLinesBackwards(
  handle: FileHandle,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  let { size: at } = await orUnreadable(handle.stat());
  let rest: Buffer = Buffer.alloc(0);
  let hasEnd = false;
  while (at > 0 && rest.length <= MAX_LINE_BYTES) {
    signal?.throwIfAborted();
    const start = Math.max(0, at - CHUNK_BYTES);
    const bytes = Buffer.concat([await readExactly(handle, start, at), rest]);
    at = start;
    let end = bytes.length;
    for (let newline = lastNewline(bytes, end); newline >= 0; newline = lastNewline(bytes, end)) {
      if (hasEnd) yield bytes.subarray(newline + 1, end);
      hasEnd = true;
      end = newline;
    }
    rest = bytes.subarray(0, end);
  }
  if (at === 0 && hasEnd) yield rest;
}

function lastNewline(bytes: Buffer, before: number): number {
  return before === 0 ? -1 : bytes.lastIndexOf(NEWLINE, before - 1);
}

async function readExactly(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(end - start);
  const { bytesRead } = await orUnreadable(handle.read(chunk, 0, chunk.length, start));
  return chunk.subarray(0, bytesRead);
}
