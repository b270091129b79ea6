import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import {
  isJsonObject,
  parseStrictJson,
  systemClock,
  type Clock,
  type JsonObject,
} from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';

import { eraseFile, listPayloads, overdue, PAYLOAD_HASH, type Retention } from './retention.js';

export interface LocalPayloadStoreOptions {
  /** Told once, when a payload could not be kept for the first time. */
  readonly onError?: (error: unknown) => void;
  /** Bytes that may wait to be written; what comes on top is not kept. Default: 32 MiB. */
  readonly maxWaitingBytes?: number;
  /** How long, and how much, payloads are kept by `prune`. Default: all, for ever. */
  readonly retention?: Retention;
  readonly clock?: Clock;
}

/** What `prune` did. */
export interface Pruned {
  /** Payloads that were erased. */
  readonly erased: number;
  /** Whether more are to be erased: a run has an end. */
  readonly isDone: boolean;
}

/** Hashes that are known to be on the disk, so that the same payload is written once. */
const MAX_REMEMBERED = 10_000;
/** What the ledger takes of one payload, and no more. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
/** Payloads that one run of `prune` erases: each is durable on its own. */
const MAX_ERASED = 20_000;

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
  readonly #clock: Clock;
  #retention: Retention;
  /** Writes and erasures, one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #waitingBytes = 0;
  #hasFailed = false;

  constructor(folder: string, options: LocalPayloadStoreOptions = {}) {
    this.#folder = folder;
    this.#onError = options.onError;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 32 * 1024 * 1024;
    this.#retention = options.retention ?? {};
    this.#clock = options.clock ?? systemClock;
  }

  /** What `prune` goes by from now on. */
  retain(retention: Retention): void {
    this.#retention = retention;
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
    return this.#inTurn(async () => {
      await this.#write(hash, bytes).catch((error: unknown) => {
        this.#kept.delete(hash);
        this.#folders.clear();
        this.#fail(error);
      });
      this.#waitingBytes -= bytes.length;
    });
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

  /**
   * Erases a payload, durably; the ledger still holds its digest. A second time does nothing.
   *
   * @returns whether it was there.
   * @throws TypeError for a hash that is none.
   */
  async forget(hash: Sha256): Promise<boolean> {
    const file = this.#fileOf(hash);
    return this.#inTurn(() => {
      this.#kept.delete(hash);
      return eraseFile(file);
    });
  }

  /**
   * Erases what is kept for longer than the retention says, and of the rest the oldest until it
   * says that no more are too many. A payload that is put meanwhile stays. What a run leaves, the
   * next one erases.
   *
   * @param retention instead of that of this store.
   */
  async prune(now: Date, retention = this.#retention): Promise<Pruned> {
    // Whatever is put from here on shows by its file that it is still in use.
    this.#kept.clear();
    const found = overdue(await listPayloads(this.#folder), { now, retention });
    const due = found.slice(0, MAX_ERASED);
    let erased = 0;
    for (const { hash, time } of due) {
      const file = this.#fileOf(hash);
      const isErased = await this.#inTurn(async () => {
        if ((await stat(file).catch(() => undefined))?.mtimeMs !== time) return false;
        this.#kept.delete(hash);
        return eraseFile(file);
      });
      if (isErased) erased++;
    }
    return { erased, isDone: due.length === found.length };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
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
      else await this.#touch(file);
    }
  }

  /** So that it counts as kept since now. */
  async #touch(file: string): Promise<void> {
    const now = this.#clock.now();
    await utimes(file, now, now);
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
    const [, hex = '', first = ''] = PAYLOAD_HASH.exec(hash) ?? [];
    if (hex === '') throw new TypeError(`expected sha256 and 64 hex digits, got ${hash}`);
    return path.join(this.#folder, first, hex);
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
