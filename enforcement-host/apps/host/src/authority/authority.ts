import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

import {
  LocalTrustStore,
  Revocations,
  createRevocation,
  jwksOf,
  type Jwks,
  type KeyCustodian,
  type KeyFinder,
  type KeyringKey,
  type Revocable,
  type RevocationCheck,
  type RevocationRecord,
  type SigningKey,
} from '@axtary/actionpass';
import { messageOf, type Clock } from '@axtary/core';
import { z } from 'zod';

import { HostError } from '../errors.js';
import { InTurn } from '../in-turn.js';
import type { Log } from '../log.js';
import { readJsonFile, writeJsonFile } from '../state/json-file.js';
import { PassKeys, type PassSigner } from './pass-keys.js';

/** How old the view of the trust store may be, in milliseconds: other processes revoke as well. */
const FRESH_MS = 200;

export interface AuthorityOptions {
  /** Public keys and revocations. */
  readonly trustFile: string;
  /** Which revocations were lifted. */
  readonly liftedFile: string;
  readonly log: Log;
  readonly clock: Clock;
}

const liftingSchema = z.strictObject({
  /** Id of the revocation. */
  revocation: z.string(),
  by: z.string(),
  reason: z.string(),
  /** RFC 3339, UTC. */
  at: z.string(),
});
const liftedSchema = z.strictObject({ version: z.literal(1), lifted: z.array(liftingSchema) });
/** A person let an agent, a task or everything act again. */
export type Lifting = z.infer<typeof liftingSchema>;

/** What is bound to one key or one pass is revoked for good: a new one is made. */
const LIFTABLE: ReadonlySet<RevocationRecord['kind']> = new Set(['agent', 'task', 'all']);

interface View {
  readonly keys: readonly KeyringKey[];
  readonly records: readonly RevocationRecord[];
  readonly revocations: Revocations;
  readonly stopped: RevocationRecord | undefined;
  /** `performance.now()` when it was read. */
  readonly readAt: number;
}

/**
 * What may be signed and what is revoked, for every workspace of this enforcement host. A revocation
 * of everything also stops everything: until a person lifts it, every call is refused.
 */
export class Authority implements RevocationCheck {
  readonly #options: AuthorityOptions;
  readonly #trust: LocalTrustStore;
  readonly #passKeys: PassKeys;
  readonly #listeners = new Set<() => void>();
  readonly #liftings = new InTurn();
  /** A view that was read earlier must not replace one that was read later. */
  readonly #refreshes = new InTurn();
  #lifted: ReadonlyMap<string, Lifting> = new Map();
  #view: View;
  #watcher: FSWatcher | undefined;

  private constructor(options: AuthorityOptions, trust: LocalTrustStore) {
    this.#options = options;
    this.#trust = trust;
    this.#passKeys = new PassKeys(trust, options.clock);
    this.#view = {
      keys: [],
      records: [],
      revocations: new Revocations(),
      stopped: undefined,
      readAt: Number.NEGATIVE_INFINITY,
    };
  }

  /** @throws TrustStoreError or HostError where either file is damaged: then nothing is served. */
  static async open(options: AuthorityOptions): Promise<Authority> {
    const trust = new LocalTrustStore(options.trustFile, { clock: options.clock });
    await trust.create();
    const authority = new Authority(options, trust);
    const kept = await readJsonFile(options.liftedFile, liftedSchema);
    authority.#lifted = byRevocation(kept?.lifted ?? []);
    await authority.#refresh();
    authority.#follow();
    return authority;
  }

  /** Called whenever keys or revocations may have changed. Returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The keys of passes; `signing` is the one new passes are signed with. */
  keys(): { readonly keys: readonly KeyringKey[]; readonly signing: string | undefined } {
    return { keys: this.#view.keys, signing: this.#passKeys.kid };
  }

  /** The keys that passes and delegations are verified with. */
  get keyring(): KeyFinder {
    return this.#trust;
  }

  /** The keys that verify now: retired ones only until their time. */
  jwks(): Jwks {
    const now = this.#options.clock.now();
    const keys = this.#view.keys.filter((key) => key.state !== 'retired' || key.notAfter >= now);
    return jwksOf({ keys });
  }

  /** In the order in which they were made. */
  revocations(): readonly RevocationRecord[] {
    return this.#view.records;
  }

  /** Who lifted a revocation, if anybody did. */
  lifted(id: string): Lifting | undefined {
    return this.#lifted.get(id);
  }

  /** The revocation of everything that nobody has lifted. */
  get stopped(): RevocationRecord | undefined {
    return this.#view.stopped;
  }

  /**
   * Why this may not be done, or undefined. What another process revoked counts within
   * `FRESH_MS`.
   *
   * @throws TrustStoreError where it cannot be known.
   */
  async problem(claims: Revocable, kid: string): Promise<string | undefined> {
    const { revocations, stopped } = await this.#fresh();
    if (stopped) return `everything was stopped by ${stopped.by}: ${stopped.reason}`;
    return revocations.problem(claims, kid);
  }

  /** The signer of new passes. */
  async passSigner(): Promise<PassSigner> {
    const before = this.#passKeys.kid;
    const { keys } = await this.#fresh();
    const signer = await this.#passKeys.signer((kid) => isActive(keys, kid));
    if (signer.kid !== before) await this.#refresh();
    return signer;
  }

  /** Signs with the custodian's key alone. @throws as `PassKeys.entrust`. */
  async entrustKeys(custodian: KeyCustodian): Promise<void> {
    await this.#passKeys.entrust(custodian);
    await this.#refresh();
  }

  async provideKey(key: SigningKey): ReturnType<PassKeys['provide']> {
    const provided = await this.#passKeys.provide(key);
    await this.#refresh();
    return provided;
  }

  async rotateKey(key: SigningKey): ReturnType<PassKeys['rotate']> {
    const rotated = await this.#passKeys.rotate(key);
    await this.#refresh();
    return rotated;
  }

  /** Revokes at once and durably. @throws TypeError where the value is none of its kind. */
  async revoke(
    revocation: Pick<RevocationRecord, 'kind' | 'reason' | 'by'> & {
      readonly value?: string | undefined;
    },
  ): Promise<RevocationRecord> {
    const { kind, reason, by, value } = revocation;
    const record = await createRevocation({
      kind,
      reason,
      by,
      clock: this.#options.clock,
      ...(value !== undefined && { value }),
    });
    await this.#trust.revoke(record);
    await this.#refresh();
    return record;
  }

  /**
   * Lets an agent, a task or everything act again. After a stop, what was issued before it stays
   * revoked; for an agent or a task it holds again, until it expires.
   *
   * @throws HostError `NOT_LIFTABLE`.
   */
  lift(id: string, by: string, reason: string): Promise<Lifting> {
    return this.#liftings.run(() => this.#lift(id, by, reason));
  }

  async #lift(id: string, by: string, reason: string): Promise<Lifting> {
    const record = this.#view.records.find((one) => one.id === id);
    if (!record || !LIFTABLE.has(record.kind) || this.#lifted.has(id)) {
      throw new HostError(
        'NOT_LIFTABLE',
        'only what stops an agent, a task or everything can be lifted, once',
      );
    }
    const at = this.#options.clock.now().toISOString();
    const lifting = { revocation: id, by, reason, at };
    const lifted = [...this.#lifted.values(), lifting];
    await writeJsonFile(this.#options.liftedFile, { version: 1, lifted });
    this.#lifted = byRevocation(lifted);
    await this.#refreshes.run(() => this.#read({ isLifted: true }));
    return lifting;
  }

  async close(): Promise<void> {
    this.#watcher?.close();
    await this.#passKeys.close();
  }

  async #fresh(): Promise<View> {
    const isStale = (): boolean => performance.now() - this.#view.readAt > FRESH_MS;
    if (isStale()) {
      await this.#refreshes.run(() => (isStale() ? this.#read() : Promise.resolve()));
    }
    return this.#view;
  }

  #refresh(): Promise<void> {
    return this.#refreshes.run(() => this.#read());
  }

  async #read({ isLifted } = { isLifted: false }): Promise<void> {
    const readAt = performance.now();
    const [keys, records] = await Promise.all([this.#trust.keys(), this.#trust.revocations()]);
    const before = this.#view;
    if (!isLifted && before.keys === keys && before.records === records) {
      this.#view = { ...before, readAt };
      return;
    }
    const stopped = records.findLast(({ kind, id }) => kind === 'all' && !this.#lifted.has(id));
    const inForce = records.filter(({ kind, id }) => kind === 'all' || !this.#lifted.has(id));
    this.#view = { keys, records, revocations: new Revocations(inForce), stopped, readAt };
    for (const listener of this.#listeners) listener();
  }

  /** Another process may revoke while no call comes: windows are to know all the same. */
  #follow(): void {
    const { trustFile, log } = this.#options;
    const name = path.basename(trustFile);
    this.#watcher = watch(path.dirname(trustFile), (_event, changed) => {
      if (changed !== null && changed !== name) return;
      this.#refresh().catch((error: unknown) => {
        log.write('error', `keys and revocations cannot be read: ${messageOf(error)}`);
      });
    });
    this.#watcher.on('error', (error) => {
      log.write('warn', `keys and revocations are read with calls only: ${error.message}`);
    });
  }
}

function byRevocation(lifted: readonly Lifting[]): ReadonlyMap<string, Lifting> {
  return new Map(lifted.map((one) => [one.revocation, one]));
}

function isActive(keys: readonly KeyringKey[], kid: string): boolean {
  return keys.some((key) => key.kid === kid && key.state === 'active');
}
