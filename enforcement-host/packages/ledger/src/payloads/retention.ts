import { readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';

import type { Sha256 } from '@axtary/core/digest';
import { syncFolder } from '@axtary/core/durable-files';

/** How long, and how much, payloads are kept. What is absent sets no limit. */
export interface Retention {
  /** Since a payload was put the last time, to within a day. */
  readonly days?: number;
  /** Mebibytes of all payloads together. */
  readonly megabytes?: number;
}

/** One payload on the disk. */
export interface KeptPayload {
  readonly hash: Sha256;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A payload's digest; 1: its hex digits, 2: the first two of them. */
export const PAYLOAD_HASH = /^sha256:(([0-9a-f]{2})[0-9a-f]{62})$/;

const DAY_MS = 86_400_000;
const MEBIBYTE = 1024 * 1024;

/** The payloads in a folder. A file that is none of ours, or that is gone meanwhile, is left out. */
export async function listPayloads(folder: string): Promise<readonly KeptPayload[]> {
  const found: KeptPayload[] = [];
  for (const part of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(path.join(folder, part)).catch(() => [])) {
      const hash: Sha256 = `sha256:${name}`;
      if (PAYLOAD_HASH.exec(hash)?.[2] !== part) continue;
      const kept = await stat(path.join(folder, part, name)).catch(() => undefined);
      if (kept?.isFile()) found.push({ hash, size: kept.size, time: kept.mtimeMs });
    }
  }
  return found;
}

/** Those that are not to be kept, oldest first. */
export function overdue(
  payloads: readonly KeptPayload[],
  { now, retention }: { readonly now: Date; readonly retention: Retention },
): readonly KeptPayload[] {
  const { days = Infinity, megabytes = Infinity } = retention;
  const before = now.getTime() - days * DAY_MS;
  const oldestFirst = payloads.toSorted((one, other) => one.time - other.time);
  let bytes = payloads.reduce((sum, { size }) => sum + size, 0);
  const end = oldestFirst.findIndex(({ size, time }) => {
    if (time >= before && bytes <= megabytes * MEBIBYTE) return true;
    bytes -= size;
    return false;
  });
  return end < 0 ? oldestFirst : oldestFirst.slice(0, end);
}

/** Erases a file, durably. Returns whether it was there. */
export async function eraseFile(file: string): Promise<boolean> {
  try {
    await unlink(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(path.dirname(file));
  return true;
}
