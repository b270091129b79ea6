import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { type Sha256, sha256 } from '@axtary/core/digest';

import { UpstreamError } from '../errors.js';
import { isErrno, refused, unreachable } from './paths.js';

// O_NONBLOCK: opening a FIFO that nobody writes to would otherwise never return.
const FLAGS = constants.O_RDONLY | openFlag(constants.O_NOFOLLOW) | openFlag(constants.O_NONBLOCK);
const CHUNK = 256 * 1024;
const MAX_DIGESTED = 1024 * 1024 * 1024;

/** A regular file, opened without following a link. `undefined` where nothing is there. */
export async function openRegular(file: string): Promise<FileHandle | undefined> {
  const handle = await open(file, FLAGS).catch((cause: unknown) => {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw openFailure(file, cause);
  });
  if (!handle) return undefined;
  const stats = await handle.stat();
  if (stats.isFile()) return handle;
  await handle.close();
  throw refused(file, 'it is not a regular file');
}

function openFailure(file: string, cause: unknown): UpstreamError {
  if (isErrno(cause, 'ELOOP')) return refused(file, 'it is a symbolic link');
  // A socket, or a device without a driver.
  if (isErrno(cause, 'ENXIO')) return refused(file, 'it is not a regular file');
  return unreachable(file, cause);
}

export interface FileBytes {
  readonly digest: Sha256;
  readonly size: number;
  /** Absent where the file is larger than asked for. */
  readonly bytes?: Uint8Array;
}

/** Digest of a regular file, and its bytes up to `keep`. `undefined` where nothing is there. */
export async function readRegular(
  file: string,
  { keep, signal }: { readonly keep: number; readonly signal?: AbortSignal | undefined },
): Promise<FileBytes | undefined> {
  const handle = await openRegular(file);
  if (!handle) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > MAX_DIGESTED) throw refused(file, `it is larger than ${MAX_DIGESTED} bytes`);
    if (size > keep) return { digest: await digestOf(handle, signal), size };
    const bytes = await handle.readFile({ ...(signal ? { signal } : {}) });
    return { digest: sha256(bytes), size: bytes.length, bytes };
  } catch (cause) {
    if (cause instanceof UpstreamError) throw cause;
    if (signal?.aborted) throw stopped(file, cause);
    throw unreachable(file, cause);
  } finally {
    await handle.close();
  }
}

async function digestOf(handle: FileHandle, signal: AbortSignal | undefined): Promise<Sha256> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(CHUNK);
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
    if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

export function stopped(file: string, cause?: unknown): UpstreamError {
  return new UpstreamError('UPSTREAM_TIMEOUT', `stopped before ${JSON.stringify(file)} was done`, {
    cause,
  });
}

/** The text of bytes; `undefined` for what is not UTF-8 text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A flag of `open`; 0 on a system that does not have it. */
function openFlag(flag: number | undefined): number {
  return flag ?? 0;
}
