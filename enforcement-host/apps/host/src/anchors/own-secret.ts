import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { messageOf } from '@axtary/core';
import { AnchorError } from '@axtary/ledger';

const MAX_BYTES = 8192;
const OTHERS = 0o077;
// To open a FIFO would otherwise never return, and hold a thread that the ledger needs.
const NON_BLOCKING = 'O_NONBLOCK' in constants ? constants.O_NONBLOCK : 0;

/**
 * The text of a small file that only its owner may read.
 *
 * @throws AnchorError `ANCHOR_SECRET_UNUSABLE` that says what to do.
 */
export async function readOwnSecret(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | NON_BLOCKING).catch((cause: unknown) => {
    throw unusable(`${file} cannot be read: ${messageOf(cause)}`, cause);
  });
  try {
    // Of the file that is open, so that it cannot be another one by now.
    const found = await handle.stat();
    if (!found.isFile()) throw unusable(`${file} is no file`);
    if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0) {
      throw unusable(`others may read ${file}; "chmod 600" it`);
    }
    return await readText(handle, file);
  } finally {
    await handle.close();
  }
}

async function readText(handle: FileHandle, file: string): Promise<string> {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  if (bytesRead <= MAX_BYTES) return bytes.toString('utf8', 0, bytesRead);
  throw unusable(`${file} is larger than ${MAX_BYTES} bytes`);
}

function unusable(message: string, cause?: unknown): AnchorError {
  return new AnchorError('ANCHOR_SECRET_UNUSABLE', message, { cause });
}
