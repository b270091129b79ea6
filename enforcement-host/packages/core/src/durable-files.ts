import { constants } from 'node:fs';
import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

import { newId } from './digest.js';

// What holds here: what is durable outlasts a crash of the process, of the system and a loss of
// power. Every rejection is the error of the file system as it came, or what a callback threw, and
// is for the caller to map to a code. Where a name is a symbolic link, the link is replaced and
// never followed.

/** How a file is replaced. */
export interface Replacement<T> {
  /** Writes the whole content. */
  readonly write: (draft: FileHandle) => Promise<T>;
  /** Called when the content is durable, right before it gets the name; a rejection leaves the old. */
  readonly confirm?: () => Promise<void>;
  /** Permission bits of the new file, less the umask. Default: 0600. */
  readonly mode?: number;
  /**
   * That nobody else replaces the file meanwhile, as under a lock. Then the draft is `<file>.new`,
   * and one that a crash left goes with the next replacement.
   */
  readonly isOnlyWriter?: boolean;
}

/**
 * Writes a file anew, in a folder that exists: a draft beside it is made durable and gets the name.
 *
 * On return the name is durable with the new content. After a rejection or a crash it has the old
 * content or the new one, whole: the new one only where the name was switched and its folder could
 * not be synced. A rejection leaves no draft, as far as it can be removed. A crash may leave one,
 * `.axtary_<random>.tmp`, mode as the file's: it stays, for it cannot be told from one in use.
 *
 * @returns what `write` did.
 */
export async function replaceFileWith<T>(file: string, replacement: Replacement<T>): Promise<T> {
  const { write, confirm, mode = 0o600, isOnlyWriter = false } = replacement;
  const draft = isOnlyWriter ? `${file}.new` : draftBeside(file);
  if (isOnlyWriter) await removeIfThere(draft);
  try {
    const written = await writeDraft(draft, mode, write);
    await confirm?.();
    await rename(draft, file);
    await syncFolder(path.dirname(file));
    return written;
  } catch (cause) {
    await unlink(draft).catch(() => undefined);
    throw cause;
  }
}

/** As `replaceFileWith`, of a file of this account (0600); folders above it are made by `createFolder`. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await createFolder(path.dirname(file));
  await replaceFileWith(file, { write: (draft) => draft.writeFile(text) });
}

/**
 * Makes a file of this account (0600) where there is none, in a folder that exists. Of any number of
 * callers one makes it; a file that is there stays as it is. On return the name is durable, and so
 * is the content that this call gave it. A rejection or a crash leaves no file or this one, whole,
 * and of drafts what `replaceFileWith` leaves.
 *
 * @returns whether there was none.
 */
export async function createFile(file: string, text: string): Promise<boolean> {
  const draft = draftBeside(file);
  let isNew: boolean;
  try {
    await writeDraft(draft, 0o600, (handle) => handle.writeFile(text));
    isNew = await linkIfFree(draft, file);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  await syncFolder(path.dirname(file));
  return isNew;
}

/**
 * Makes a folder and those above it that are missing, for this account only (0700). On return
 * their names are durable. A folder that is there is taken as it is, and as durable.
 */
export async function createFolder(folder: string): Promise<void> {
  const whole = path.resolve(folder);
  const first = await mkdir(whole, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = whole; made.length >= first.length; made = path.dirname(made)) {
    await syncFolder(path.dirname(made));
  }
}

/**
 * Makes the names in a folder durable, as after making, renaming or removing a file in it.
 * On Windows it does nothing: there folders cannot be opened, and NTFS journals names itself.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  // O_DIRECTORY: to open what became a FIFO would never return.
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Short, so that it fits beside a file with a name of any length. */
function draftBeside(file: string): string {
  return path.join(path.dirname(file), `.${newId('axtary')}.tmp`);
}

async function writeDraft<T>(
  draft: string,
  mode: number,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  // Exclusive: never a file that is there, and never through a link.
  const handle = await open(draft, 'wx', mode);
  try {
    const written = await write(handle);
    await handle.sync();
    return written;
  } finally {
    await handle.close();
  }
}

async function linkIfFree(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
