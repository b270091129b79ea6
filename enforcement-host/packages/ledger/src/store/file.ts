import { constants, fdatasync, statSync, write, type Stats } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { createFolder, syncFolder } from '@axtary/core/durable-files';

import { LedgerError, unreadable } from '../errors.js';

const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants;
// Windows has no O_NOFOLLOW. A symbolic link would give one file two names, and so two locks.
const NO_FOLLOW = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : 0;

/** What the ledger needs from its storage: bytes go to the end and are durable on return. */
export interface AppendOnlyFile {
  /** Bytes known to be durable. */
  readonly size: number;
  /** @throws LedgerError `LEDGER_LOCKED` if another writer has touched or replaced the file. */
  assertUnchanged(): void;
  /** Resolves when the bytes are durable. After a rejection, only `restore` may follow. */
  append(bytes: Uint8Array): Promise<void>;
  /** Opens the file anew and cuts it back to `size`, durably. */
  restore(): Promise<void>;
  /** Cuts the file to so many bytes, durably. */
  truncate(size: number): Promise<void>;
  /** The last `length` of the durable bytes. */
  readTail(length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** As `openForReading`; `undefined` where there is no such file. */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unreadable(cause);
  });
}

/** @throws LedgerError `LEDGER_UNREADABLE`. */
export async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** A file on this machine's disk. */
export class LocalFile implements AppendOnlyFile {
  readonly #path: string;
  #inode = 0;
  #device = 0;
  #handle: FileHandle;
  #size = 0;
  /** The name that the last file was given, until that is durable and the next one is there. */
  #sealed: string | undefined;
  #isBegun = true;

  constructor(path: string, handle: FileHandle, stat: Stats) {
    this.#path = path;
    this.#handle = handle;
    this.#take(stat);
  }

  /** Opens or creates a file, readable and writable by this account only. */
  static async open(path: string): Promise<LocalFile> {
    const handle = await open(path, O_RDWR | O_APPEND | O_CREAT | NO_FOLLOW, 0o600);
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      throw new LedgerError('LEDGER_UNREADABLE', `${basename(path)} is not a regular file`);
    }
    if (stat.size === 0) await syncFolder(dirname(path));
    return new LocalFile(path, handle, stat);
  }

  get size(): number {
    return this.#size;
  }

  /** For reading while nothing is being appended. */
  get handle(): FileHandle {
    return this.#handle;
  }

  assertUnchanged(): void {
    // The lock is advisory; by name, so that a deleted or replaced file is noticed too.
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    if (stat?.size === this.#size && stat.ino === this.#inode && stat.dev === this.#device) return;
    const message = `${basename(this.#path)} was changed by another writer: nothing is appended`;
    throw new LedgerError('LEDGER_LOCKED', message);
  }

  async append(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#handle.fd, bytes);
    await sync(this.#handle.fd);
    this.#size += bytes.length;
  }

  /**
   * Puts what is written under another name, where nothing may be. After that, or a rejection, only
   * `begin` and `restore` may follow.
   */
  async seal(sealed: string): Promise<void> {
    await createFolder(dirname(sealed));
    if (statSync(sealed, { throwIfNoEntry: false })) {
      throw new LedgerError('LEDGER_LOCKED', `${basename(sealed)} is there: nothing is appended`);
    }
    await rename(this.#path, sealed);
    this.#sealed = sealed;
    this.#isBegun = false;
  }

  /** Goes on with an empty file after `seal`, and makes both names durable. */
  async begin(): Promise<void> {
    if (this.#sealed === undefined) return;
    if (!this.#isBegun) await this.#openNext();
    await syncFolder(dirname(this.#sealed));
    await syncFolder(dirname(this.#path));
    this.#sealed = undefined;
  }

  async #openNext(): Promise<void> {
    const handle = await open(this.#path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | NO_FOLLOW, 0o600);
    // Not before it was renamed: a crash between would leave a file that nobody can write to.
    await this.#handle.chmod(0o400).catch(() => undefined);
    await this.#handle.close().catch(() => undefined);
    this.#handle = handle;
    this.#take(await handle.stat());
    this.#isBegun = true;
  }

  #take({ ino, dev, size }: Stats): void {
    this.#inode = ino;
    this.#device = dev;
    this.#size = size;
  }

  async restore(): Promise<void> {
    if (this.#sealed !== undefined) return this.begin();
    // After a failed fdatasync the kernel may hold the lost pages as clean, and a second call on
    // the same handle would report success. So the handle goes, whatever its close says.
    await this.#handle.close().catch(() => undefined);
    this.#handle = await open(this.#path, O_RDWR | O_APPEND | NO_FOLLOW);
    const stat = await this.#handle.stat();
    if (stat.ino !== this.#inode || stat.dev !== this.#device || stat.size < this.#size) {
      throw new LedgerError('LEDGER_LOCKED', `${basename(this.#path)} was changed meanwhile`);
    }
    await this.truncate(this.#size);
  }

  async truncate(size: number): Promise<void> {
    const { size: now } = await this.#handle.stat();
    if (now !== size) await this.#handle.truncate(size);
    await sync(this.#handle.fd);
    this.#size = size;
  }

  async readTail(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#handle.read(bytes, 0, length, this.#size - length);
    return bytes.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    // All that was acknowledged is durable, so nothing depends on what closing says.
    await this.#handle.close().catch(() => undefined);
  }
}

// The callback forms: half the overhead of a FileHandle's methods, twice a batch.
function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (offset: number): void => {
      write(fd, bytes, offset, bytes.length - offset, null, (error, written) => {
        if (error) reject(error);
        else if (offset + written === bytes.length) resolve();
        else next(offset + written);
      });
    };
    next(0);
  });
}

function sync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error ? reject(error) : resolve()));
  });
}
