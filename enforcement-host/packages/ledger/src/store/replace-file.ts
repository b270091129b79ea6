import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { newId } from '@axtary/core/digest';

import { createFolder, syncFolder } from './file.js';

/**
 * Writes a file of this account whole or not at all, durably; what was there is replaced. Its folder
 * must be there.
 *
 * @param write writes the content; where it throws, the file stays as it was.
 */
export async function writeWhole<T>(
  file: string,
  write: (target: FileHandle) => Promise<T>,
): Promise<T> {
  const draft = `${file}.${newId('tmp')}`;
  try {
    const target = await open(draft, 'wx', 0o600);
    let written: T;
    try {
      written = await write(target);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(draft, file);
    await syncFolder(dirname(file));
    return written;
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** As `writeWhole`, with a text. Folders above the file are made where missing. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await createFolder(dirname(file));
  await writeWhole(file, (target) => target.writeFile(text));
}
