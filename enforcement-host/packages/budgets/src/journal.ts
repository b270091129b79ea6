import { constants } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { syncFolder } from '@axtary/core/durable-files';

// Windows has no O_NOFOLLOW. A symbolic link would give one file two names, and so two locks.
const NO_FOLLOW = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : 0;
const APPEND = constants.O_RDWR | constants.O_APPEND | NO_FOLLOW;
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** A file of lines that only grows at its end, or is replaced as a whole. */
export class Journal {
  readonly #path: string;
  #handle: FileHandle;
  #size: number;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /** Opens or creates a file in a folder that exists, for this account only. */
  static async open(path: string): Promise<Journal> {
    const handle = await open(path, APPEND | constants.O_CREAT, 0o600);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new TypeError('it is not a regular file');
      return new Journal(path, handle, stat.size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes known to be durable. */
  get size(): number {
    return this.#size;
  }

  /** Rejects where the file was replaced, removed or written by somebody who has not its lock. */
  async assertUnchanged(): Promise<void> {
    const [named, held] = await Promise.all([stat(this.#path), this.#handle.stat()]);
    if (named.ino === held.ino && named.dev === held.dev && named.size === this.#size) return;
    throw new Error('the file was changed by somebody else');
  }

  /** Resolves when the bytes are durable. After a rejection only `restore` may follow. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#handle.appendFile(bytes);
    await this.#handle.datasync();
    this.#size += bytes.length;
  }

  /** Opens the file anew and cuts it back to what is durable. */
  async restore(): Promise<void> {
    // After a failed fdatasync the kernel may hold the lost pages as clean, and a second call on
    // the same handle would report success. So the handle goes, whatever its close says.
    const { ino, dev } = await this.#handle.stat();
    await this.#handle.close().catch(() => undefined);
    this.#handle = await open(this.#path, APPEND);
    const now = await this.#handle.stat();
    if (now.ino !== ino || now.dev !== dev || now.size < this.#size) {
      throw new Error('the file was changed meanwhile');
    }
    await this.truncate(this.#size);
  }

  /** Cuts the file to so many bytes, durably, and makes its name durable. */
  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
    await this.#handle.datasync();
    await syncFolder(dirname(this.#path));
    this.#size = size;
  }

  /** Whole lines without their newlines, in batches; the rest after the last newline comes last. */
  async *lines(): AsyncGenerator<LineBatch> {
    let rest = Buffer.alloc(0);
    for (let at = 0; at < this.#size;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#size - at));
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw new Error('the file is shorter than it was');
      at += bytesRead;
      const batch = split(Buffer.concat([rest, chunk.subarray(0, bytesRead)]));
      rest = batch.rest;
      yield batch;
    }
  }

  /**
   * Writes what may replace the whole file beside it, durably. Where it rejects, nothing changed.
   * The draft stays open, for the file goes on where it ends.
   */
  async draft(parts: AsyncIterable<Uint8Array>): Promise<Draft> {
    const path = `${this.#path}.new`;
    await rm(path, { force: true });
    const handle = await open(path, APPEND | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      for await (const part of parts) await handle.appendFile(part);
      await handle.datasync();
      return { path, handle, size: (await handle.stat()).size };
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Puts a draft in the place of the file, at once. After a rejection nothing may follow. */
  async adopt({ path, handle, size }: Draft): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    this.#handle = handle;
    await rename(path, this.#path);
    await syncFolder(dirname(this.#path));
    this.#size = size;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** The file as it is to be. */
interface Draft {
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
}

interface LineBatch {
  readonly lines: readonly Buffer[];
  readonly rest: Buffer<ArrayBuffer>;
}

function split(bytes: Buffer<ArrayBuffer>): LineBatch {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, rest: bytes.subarray(start) };
}
