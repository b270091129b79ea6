import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { isJsonObject, parseStrictJson, type JsonObject } from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';

import { syncFolder } from '../store/file.js';

export interface LocalPayloadStoreOptions {
  /** Told once, when a payload could not be kept for the first time. */
  readonly onError?: (error: unknown) => void;
  /** Bytes that may wait to be written; what comes on top is not kept. Default: 32 MiB. */
  readonly maxWaitingBytes?: number;
}

export interface PruneOptions {
  readonly before?: Date;
  readonly maxBytes?: number;
}

interface Waiting {
  readonly hash: Sha256;
  readonly bytes: string | Uint8Array;
  readonly done: () => void;
}

/** Hashes that are known to be on the disk, so that the same payload is written once. */
const MAX_REMEMBERED = 10_000;
/** What the ledger takes of one payload, and no more. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
const FORM = /^sha256:(([0-9a-f]{2})[0-9a-f]{62})$/;

/**
 * Payloads by their digest, beside a ledger that holds their digests only: files
 * `<folder>/ab/<hex>` with the canonical bytes, mode 0600 in folders 0700. A convenience
 * for looking back, not evidence: nothing is synced, and what is missing or damaged is absent.
 */
export class LocalPayloadStore {
  readonly #folder: string;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #maxWaitingBytes: number;
  readonly #kept = new Set<Sha256>();
  /** That are known to be there: at most 256. */
  readonly #folders = new Set<string>();
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #hasFailed = false;

  constructor(folder: string, options: LocalPayloadStoreOptions = {}) {
    this.#folder = folder;
    this.#onError = options.onError;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 32 * 1024 * 1024;
  }

  /**
   * Keeps the canonical bytes of a payload under their digest. Settles when they are written, or
   * given up; never rejects. One file is written at a time, so that the ledger's own writes have
   * the disk.
   */
  put(hash: Sha256, bytes: string | Uint8Array): Promise<void> {
    if (this.#kept.has(hash)) return Promise.resolve();
    if (this.#waitingBytes + bytes.length > this.#maxWaitingBytes) {
      this.#fail(new RangeError('more payloads than can be written are waiting'));
      return Promise.resolve();
    }
    this.#remember(hash);
    this.#waitingBytes += bytes.length;
    const written = new Promise<void>((done) => this.#waiting.push({ hash, bytes, done }));
    if (!this.#isWriting) void this.#writeAll();
    return written;
  }

  /** The payload with this digest; `undefined` where it is absent, or is not what its name says. */
  async get(hash: Sha256): Promise<JsonObject | undefined> {
    try {
      const file = this.#fileOf(hash);
      if ((await stat(file)).size > MAX_PAYLOAD_BYTES) return undefined;
      const bytes = await readFile(file);
      if (sha256(bytes) !== hash) return undefined;
      const value = parseStrictJson(bytes);
      return isJsonObject(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Erases a payload, durably; the ledger still holds its digest. Returns whether it was there. */
  async forget(hash: Sha256): Promise<boolean> {
    this.#kept.delete(hash);
    return erase(this.#fileOf(hash));
  }

  /**
   * Erases payloads that were kept before a moment, and of the others the oldest until no more
   * than `maxBytes` are left. Returns how many.
   */
  async prune({ before, maxBytes = Number.POSITIVE_INFINITY }: PruneOptions): Promise<number> {
    const files = await this.#list();
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    let erased = 0;
    for (const { hash, size, time } of files.sort((one, other) => one.time - other.time)) {
      const isOld = before !== undefined && time < before.getTime();
      if (!isOld && bytes <= maxBytes) break;
      bytes -= size;
      if (await this.forget(hash)) erased++;
    }
    return erased;
  }

  async #list(): Promise<
    { readonly hash: Sha256; readonly size: number; readonly time: number }[]
  > {
    const files = [];
    for (const folder of await readdir(this.#folder).catch(() => [])) {
      for (const name of await readdir(path.join(this.#folder, folder)).catch(() => [])) {
        const hash: Sha256 = `sha256:${name}`;
        // A file that is none of ours, or that is gone meanwhile, is not looked at.
        const found = FORM.test(hash) && (await stat(this.#fileOf(hash)).catch(() => undefined));
        if (found) files.push({ hash, size: found.size, time: found.mtimeMs });
      }
    }
    return files;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { hash, bytes, done } = next;
      await this.#write(hash, bytes).catch((error: unknown) => {
        this.#kept.delete(hash);
        this.#folders.clear();
        this.#fail(error);
      });
      this.#waitingBytes -= bytes.length;
      done();
    }
    this.#isWriting = false;
  }

  async #write(hash: Sha256, bytes: string | Uint8Array): Promise<void> {
    const file = this.#fileOf(hash);
    await this.#makeFolder(path.dirname(file));
    try {
      await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (!isThere(error)) throw error;
      // What a crash left of it is written again.
      const { size } = await stat(file);
      if (size !== Buffer.byteLength(bytes)) await writeFile(file, bytes);
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#folders.add(folder);
  }

  #remember(hash: Sha256): void {
    this.#kept.add(hash);
    if (this.#kept.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#kept;
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onError?.(error);
  }

  #fileOf(hash: Sha256): string {
    const [, hex = '', first = ''] = FORM.exec(hash) ?? [];
    if (hex === '') throw new TypeError(`expected sha256 and 64 hex digits, got ${hash}`);
    return path.join(this.#folder, first, hex);
  }
}

async function erase(file: string): Promise<boolean> {
  try {
    await unlink(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  await syncFolder(path.dirname(file));
  return true;
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
