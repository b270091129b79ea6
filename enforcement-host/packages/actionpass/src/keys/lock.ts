import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { TrustStoreError } from './errors.js';

type Release = () => Promise<void>;

const RETRY_MS = 5;
// BSD: open(2) with an advisory lock; Node has no name for it.
const O_EXLOCK = 0x20;

/**
 * Does work that no other process does for the same file at the same time. The lock is advisory
 * and frees itself when its process dies: on Linux a listening abstract Unix socket (which belongs
 * to a network namespace, as a container's), on Windows a named pipe, elsewhere `<file>.lock`
 * opened with `O_EXLOCK`.
 *
 * @throws TrustStoreError `TRUST_STORE_LOCKED` when it is held for longer than `timeoutMs`.
 */
export async function withLock<T>(
  file: string,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquire(file, timeoutMs);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(file: string, timeoutMs: number): Promise<Release> {
  const whole = path.join(await realpath(path.dirname(file)), path.basename(file));
  for (let waited = 0; ; waited += RETRY_MS) {
    const release = await tryLock(whole);
    if (release) return release;
    if (waited >= timeoutMs) {
      const message = `${path.basename(file)} is locked by another process`;
      throw new TrustStoreError('TRUST_STORE_LOCKED', message);
    }
    await setTimeout(RETRY_MS);
  }
}

/** @returns undefined where it is held. */
function tryLock(file: string): Promise<Release | undefined> {
  switch (process.platform) {
    case 'linux':
    case 'android':
      return listen(`\0${lockName(file)}`);
    case 'win32':
      return listen(`\\\\.\\pipe\\${lockName(file.toLowerCase())}`);
    default:
      return openExclusively(`${file}.lock`);
  }
}

function lockName(file: string): string {
  const digest = createHash('sha256').update(file).digest('hex').slice(0, 40);
  return `axtary-trust-${userInfo().uid}-${digest}`;
}

function listen(address: string): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (isHeld(error) ? resolve(undefined) : reject(error)));
    // `exclusive`: a cluster worker would otherwise share the primary's handle, and so its lock.
    server.listen({ path: address, exclusive: true }, () => {
      server.unref();
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}

async function openExclusively(file: string): Promise<Release | undefined> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;
  try {
    const handle = await open(file, flags, 0o600);
    return () => handle.close();
  } catch (error) {
    if (isHeld(error)) return undefined;
    throw error;
  }
}

function isHeld(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EADDRINUSE' || code === 'EAGAIN' || code === 'EWOULDBLOCK';
}
