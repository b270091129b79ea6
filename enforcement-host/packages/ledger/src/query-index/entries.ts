import { open, type FileHandle } from 'node:fs/promises';

import { unreadable } from '../errors.js';

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
