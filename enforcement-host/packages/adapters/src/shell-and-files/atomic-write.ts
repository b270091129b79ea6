import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { openFlag } from './open-flag.js';
import { openRegular } from './read-file.js';

// O_EXCL: never an existing file, never through a link.
const FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | openFlag(constants.O_NOFOLLOW);

/**
 * Replaces or creates a file in one step: on return the new bytes are durable under the name, and
 * at no moment does the name show anything but the old or the new bytes. Permission bits of an
 * existing file are kept.
 *
 * @param file absolute, in an existing folder.
 * @param confirm called right before the name is switched; a rejection leaves the old bytes.
 */
export async function writeAtomically(
  file: string,
  bytes: Uint8Array,
  confirm: () => Promise<void>,
): Promise<void> {
  const mode = await modeOf(file);
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.axtary-${randomBytes(12).toString('hex')}.tmp`);
  const handle = await open(temporary, FLAGS, mode ?? 0o666);
  try {
    try {
      await handle.writeFile(bytes);
      if (mode !== undefined) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await confirm();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function modeOf(file: string): Promise<number | undefined> {
  const handle = await openRegular(file);
  if (!handle) return undefined;
  try {
    return (await handle.stat()).mode & 0o777;
  } finally {
    await handle.close();
  }
}

// Without it the new name may be lost with the power. Windows cannot open a folder.
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32' || !(await stat(folder)).isDirectory()) return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
