import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { LedgerError } from '../errors.js';

/** A claim on a path, held until released or until the process ends, however it ends. */
export interface Lock {
  release(): Promise<void>;
}

// BSD: open(2) with an advisory lock; Node has no name for it.
const O_EXLOCK = 0x20;

/**
 * Claims a path for this process. The folder must exist, the file need not.
 *
 * The claim is advisory and frees itself when the process dies: on Linux a listening abstract Unix
 * socket, on Windows a named pipe, elsewhere `<path>.lock` opened with `O_EXLOCK`. Abstract sockets
 * belong to a network namespace: two containers that share a folder but not the network do not see
 * each other's claim. And any local process may take the name first, so a claim can be denied, but
 * never shared.
 *
 * @throws LedgerError `LEDGER_LOCKED` if it is held, by this process or another.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const file = join(await realpath(dirname(path)), basename(path));
  switch (process.platform) {
    case 'linux':
    case 'android':
      return listen(`\0${lockName(file)}`, path);
    case 'win32':
      return listen(`\\\\.\\pipe\\${lockName(file.toLowerCase())}`, path);
    default:
      return openExclusively(`${file}.lock`, path);
  }
}

function lockName(file: string): string {
  const owner = userInfo().uid;
  return `axtary-lock-${owner}-${createHash('sha256').update(file).digest('hex').slice(0, 40)}`;
}

function listen(address: string, path: string): Promise<Lock> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (cause) => {
      reject(isHeld(cause) ? locked(path, cause) : unavailable(path, cause));
    });
    // `exclusive`: a cluster worker would otherwise share the primary's handle, and so its claim.
    server.listen({ path: address, exclusive: true }, () => {
      server.unref();
      resolve({ release: () => closed(server) });
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

async function openExclusively(file: string, path: string): Promise<Lock> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;
  try {
    const handle = await open(file, flags, 0o600);
    return { release: () => handle.close() };
  } catch (cause) {
    throw isHeld(cause) ? locked(path, cause) : unavailable(path, cause);
  }
}

function isHeld(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'EADDRINUSE' || code === 'EAGAIN' || code === 'EWOULDBLOCK';
}

function locked(path: string, cause: unknown): LedgerError {
  const message = `${basename(path)} is in use by another writer: stop it first`;
  return new LedgerError('LEDGER_LOCKED', message, { cause });
}

function unavailable(path: string, cause: unknown): LedgerError {
  return new LedgerError('LEDGER_LOCKED', `${basename(path)} cannot be locked`, { cause });
}
