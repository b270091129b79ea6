import { open } from 'node:fs/promises';
import { hash } from 'node:crypto';
import path from 'node:path';

import { createFolder, replaceFileWith } from '@axtary/core/durable-files';

import { readExactly } from './entries.js';
import { HEADER_BYTES, readSidecar, sidecarBytes, type Sidecar } from './sidecar.js';

const LEAF_BYTES = 32;

/** Name of the sidecar of the file that begins with this record. */
export function sidecarName(first: number): string {
  return `${String(first).padStart(16, '0')}.idx`;
}

/** Reads a sidecar; `undefined` where there is none, or it is not as it was written. */
export async function loadSidecar(file: string): Promise<Sidecar | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const length = sidecarBytes(await readExactly(handle, 0, HEADER_BYTES));
      const { size } = await handle.stat();
      if (length === undefined || length > size) return undefined;
      const sidecar = readSidecar(await readExactly(handle, 0, length));
      const isWhole = sidecar && size === length + sidecar.count * LEAF_BYTES;
      return isWhole ? sidecar : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** The leaf hashes of a sidecar, 32 bytes each; `undefined` where they are not as written. */
export async function loadLeaves(
  file: string,
  { leavesAt, leavesHash, count }: Pick<Sidecar, 'leavesAt' | 'leavesHash' | 'count'>,
): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const leaves = await readExactly(handle, leavesAt, leavesAt + count * LEAF_BYTES);
      return hash('sha256', leaves) === leavesHash ? leaves : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

/** Writes a sidecar, for this account only: on return it is durable, and never there in part. */
export async function saveSidecar(file: string, parts: readonly Uint8Array[]): Promise<void> {
  await createFolder(path.dirname(file));
  await replaceFileWith(file, {
    // The ledger's lock lets one process write here.
    isOnlyWriter: true,
    async write(draft) {
      for (const part of parts) await draft.writeFile(part);
    },
  });
}
