import type { KeyObject } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

import { systemClock, type Clock } from '@axtary/core';
import { createFile, createFolder, replaceFileWith } from '@axtary/core/durable-files';

import { revocationSchema, type RevocationRecord } from '../revocation/record.js';
import type { Revocable, RevocationCheck } from '../revocation/revocations.js';
import type { PublicJwk } from '../keys.js';
import { TrustStoreError } from './errors.js';
import type { KeyFinder, KeyringKey } from './keyring.js';
import { withLock } from './lock.js';
import { parsePublicKey } from './public-jwk.js';
import {
  EMPTY_DOCUMENT,
  parseTrust,
  type StoredKey,
  type Trust,
  type TrustDocument,
} from './trust-document.js';

const LOCK_TIMEOUT_MS = 10_000;
const OTHERS_MAY_WRITE = 0o022n;

export interface LocalTrustStoreOptions {
  /** Stamps `addedAt`. */
  readonly clock?: Clock;
  /** How long a change waits for those of other processes; default: 10 s. */
  readonly lockTimeoutMs?: number;
}

interface Loaded extends Trust {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/**
 * Public verification keys and revocations in one JSON file (0600) on this machine's disk: what a
 * verifier trusts. Private keys cannot be in it. Any number of processes may share it: changes are
 * made one at a time, replace the file as a whole and are durable when they resolve; every look-up
 * sees the last one. A file that is missing or damaged is an error, never an empty store.
 *
 * Every method rejects with a `TrustStoreError`: then nothing may be verified.
 */
export class LocalTrustStore implements KeyFinder, RevocationCheck {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #lockTimeoutMs: number;
  #loaded: Loaded | undefined;

  constructor(file: string, options: LocalTrustStoreOptions = {}) {
    this.#file = file;
    this.#clock = options.clock ?? systemClock;
    this.#lockTimeoutMs = options.lockTimeoutMs ?? LOCK_TIMEOUT_MS;
  }

  /** Makes an empty store where there is no file. @returns whether there was none. */
  async create(): Promise<boolean> {
    return this.#guarded(async () => {
      await createFolder(path.dirname(this.#file));
      return createFile(this.#file, textOf(EMPTY_DOCUMENT));
    });
  }

  async keys(): Promise<readonly KeyringKey[]> {
    return (await this.#current()).keyring.keys;
  }

  async revocations(): Promise<readonly RevocationRecord[]> {
    return (await this.#current()).document.revocations;
  }

  /** As `Keyring.keyFor`, of the file's present content. */
  async keyFor(kid: string | undefined, now: Date): Promise<KeyObject> {
    return (await this.#current()).keyring.keyFor(kid, now);
  }

  /** As `Revocations.problem`, of the file's present content. */
  async problem(claims: Revocable, kid: string): Promise<string | undefined> {
    return (await this.#current()).revocations.problem(claims, kid);
  }

  async isRevoked(claims: Revocable, kid: string): Promise<boolean> {
    return (await this.#current()).revocations.isRevoked(claims, kid);
  }

  /**
   * Trusts a public key. One that is there already stays as it is; one that was revoked stays so.
   *
   * @returns its thumbprint.
   * @throws TypeError when it is not a public P-256 key.
   */
  async addKey(key: PublicJwk | KeyObject): Promise<string> {
    const { kid, jwk } = parsePublicKey(key);
    const addedAt = this.#clock.now().toISOString();
    await this.#change((document) => {
      if (document.keys.some((stored) => stored.jwk.kid === kid)) return document;
      const added: StoredKey = { jwk: { ...jwk, kid }, addedAt, state: 'active' };
      return { ...document, keys: [...document.keys, added] };
    });
    return kid;
  }

  /**
   * Lets a key verify until `notAfter` and no longer. Retired again, the earlier time holds.
   *
   * @throws TrustStoreError `TRUST_STORE_KEY_UNKNOWN`; TypeError for a time that is none.
   */
  async retireKey(kid: string, notAfter: Date): Promise<void> {
    if (Number.isNaN(notAfter.getTime())) throw new TypeError('notAfter is not a time');
    await this.#change((document) => {
      if (!document.keys.some(({ jwk }) => jwk.kid === kid)) {
        throw new TrustStoreError('TRUST_STORE_KEY_UNKNOWN', `there is no key ${kid}`);
      }
      const keys = document.keys.map((key) => (key.jwk.kid === kid ? retired(key, notAfter) : key));
      return { ...document, keys };
    });
  }

  /**
   * Adds a revocation, for good; one with the same id and content changes nothing. Whether its
   * signature holds is for `verifyRevocation`.
   *
   * @throws TypeError when it is none.
   */
  async revoke(record: RevocationRecord): Promise<void> {
    const parsed = revocationSchema.safeParse(record);
    if (!parsed.success) throw new TypeError('not a revocation');
    const text = JSON.stringify(parsed.data);
    await this.#change((document) => {
      const { revocations } = document;
      if (revocations.some((stored) => JSON.stringify(stored) === text)) return document;
      return { ...document, revocations: [...revocations, parsed.data] };
    });
  }

  async #current(): Promise<Loaded> {
    return this.#guarded(() => this.#load());
  }

  async #load(): Promise<Loaded> {
    const known = this.#loaded;
    const seen = await stat(this.#file, { bigint: true });
    // Every change makes a later modification time, so equal means the same content.
    if (known?.ino === seen.ino && known.mtimeNs === seen.mtimeNs && known.size === seen.size) {
      return known;
    }
    const handle = await open(this.#file, 'r');
    try {
      const { ino, size, mtimeNs, mode } = await handle.stat({ bigint: true });
      const name = path.basename(this.#file);
      if (process.platform !== 'win32' && (mode & OTHERS_MAY_WRITE) !== 0n) {
        throw new TrustStoreError('TRUST_STORE_DAMAGED', `others may write ${name}`);
      }
      const trust = parseTrust(await handle.readFile(), name);
      this.#loaded = { ...trust, ino, size, mtimeNs };
      return this.#loaded;
    } finally {
      await handle.close();
    }
  }

  async #change(change: (document: TrustDocument) => TrustDocument): Promise<void> {
    await this.#guarded(() =>
      withLock(this.#file, this.#lockTimeoutMs, async () => {
        const { document, mtimeNs } = await this.#load();
        const changed = change(document);
        if (changed !== document) await this.#replace(textOf(changed), mtimeNs);
      }),
    );
  }

  async #replace(text: string, mtimeNs: bigint): Promise<void> {
    await replaceFileWith(this.#file, {
      isOnlyWriter: true,
      async write(draft) {
        await draft.writeFile(text);
        await ensureLater(draft, mtimeNs);
      },
    });
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      const name = path.basename(this.#file);
      throw isErrno(error, 'ENOENT')
        ? new TrustStoreError('TRUST_STORE_MISSING', `there is no ${name}`, { cause: error })
        : new TrustStoreError('TRUST_STORE_UNAVAILABLE', `${name} cannot be used`, {
            cause: error,
          });
    }
  }
}

/** Clocks of file systems tick in milliseconds: two versions could not be told apart by time. */
async function ensureLater(handle: FileHandle, laterThan: bigint): Promise<void> {
  const { mtimeNs } = await handle.stat({ bigint: true });
  if (mtimeNs > laterThan) return;
  const seconds = (Number(laterThan / 1_000_000n) + 1) / 1000;
  await handle.utimes(seconds, seconds);
}

function retired(key: StoredKey, notAfter: Date): StoredKey {
  const { jwk, addedAt } = key;
  const known = key.state === 'retired' ? Date.parse(key.notAfter) : Number.POSITIVE_INFINITY;
  const until = new Date(Math.min(known, notAfter.getTime())).toISOString();
  return { jwk, addedAt, state: 'retired', notAfter: until };
}

function textOf(document: TrustDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
