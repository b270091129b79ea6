import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { newId } from '@axtary/core/digest';

import { createFolder, syncFolder } from './file.js';

/**
 * Writes a file of this account whole or not at all, durably; what was there is replaced. Folders
 * above it are made where missing.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  const draft = `${file}.${newId('tmp')}`;
  await createFolder(folder);
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await syncFolder(folder);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw cause;
  }
}
