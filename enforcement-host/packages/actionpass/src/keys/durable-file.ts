import { open, type FileHandle } from 'node:fs/promises';

/**
 * Writes a new file of mode 0600; on return its content is on disk. Its name is durable only after
 * `syncFolder`.
 *
 * @param laterThan its modification time is made later than this one (nanoseconds since the epoch).
 * @throws the error of the file system: `EEXIST` where there is a file already.
 */
export async function writeNewFile(file: string, text: string, laterThan = 0n): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await ensureLater(handle, laterThan);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Clocks of file systems tick in milliseconds: two versions could not be told apart by time. */
async function ensureLater(handle: FileHandle, laterThan: bigint): Promise<void> {
  const { mtimeNs } = await handle.stat({ bigint: true });
  if (mtimeNs > laterThan) return;
  const seconds = (Number(laterThan / 1_000_000n) + 1) / 1000;
  await handle.utimes(seconds, seconds);
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; NTFS journals the rename.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
