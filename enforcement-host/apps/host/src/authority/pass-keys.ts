import { generateKeyPairSync } from 'node:crypto';

import {
  createSigner,
  type LocalTrustStore,
  type PublicJwk,
  type Signer,
  type SigningKey,
} from '@axtary/actionpass';
import type { Clock } from '@axtary/core';

import { HostError } from '../errors.js';
import { InTurn } from '../in-turn.js';

/** The longest that a policy lets a pass live; so long a key verifies after it signs no more. */
const MAX_PASS_TTL_MS = 86_400 * 1000;

/** Signs passes, and can be named. */
export interface PassSigner extends Signer {
  readonly kid: string;
  readonly publicJwk: PublicJwk;
}

interface Current {
  readonly signer: PassSigner;
  readonly givenBy: 'editor' | 'host';
}

/**
 * The key that signs passes. Its private half is in memory only: an editor gives the one it keeps in
 * its secret storage, and until then, or without an editor, this process makes one of its own. The
 * public halves are in the trust store, where retired keys go on verifying what they signed.
 */
export class PassKeys {
  readonly #trust: LocalTrustStore;
  readonly #clock: Clock;
  #current: Current | undefined;
  /** One change at a time: of two first calls, one makes the key. */
  readonly #turns = new InTurn();

  constructor(trust: LocalTrustStore, clock: Clock) {
    this.#trust = trust;
    this.#clock = clock;
  }

  /** Thumbprint of the key that signs now; none before the first pass. */
  get kid(): string | undefined {
    return this.#current?.signer.kid;
  }

  /** The signer of new passes. @param isUsable whether the trust store still lets a key sign. */
  async signer(isUsable: (kid: string) => boolean): Promise<PassSigner> {
    const known = this.#current;
    if (known && isUsable(known.signer.kid)) return known.signer;
    return this.#turns.run(async () => {
      const current = this.#current;
      if (current && isUsable(current.signer.kid)) return current.signer;
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return this.#take(privateKey, 'host');
    });
  }

  /**
   * Takes an editor's key, where no editor has given one yet.
   *
   * @throws HostError `PASS_KEY_REFUSED` for a key that was retired or revoked.
   */
  provide(key: SigningKey): Promise<{ readonly kid: string; readonly isTaken: boolean }> {
    return this.#turns.run(async () => {
      const current = this.#current;
      if (current?.givenBy === 'editor' && (await this.#isActive(current.signer.kid))) {
        return { kid: current.signer.kid, isTaken: false };
      }
      const { kid } = await this.#take(key, 'editor');
      if (current && current.signer.kid !== kid) await this.#retire(current.signer.kid);
      return { kid, isTaken: true };
    });
  }

  /** Signs with another key from now on. @throws HostError `PASS_KEY_REFUSED`, as `provide`. */
  rotate(key: SigningKey): Promise<{ readonly kid: string; readonly previous?: string }> {
    return this.#turns.run(async () => {
      const previous = this.#current?.signer.kid;
      const { kid } = await this.#take(key, 'editor');
      if (previous === undefined || previous === kid) return { kid };
      await this.#retire(previous);
      return { kid, previous };
    });
  }

  /** Retires the key that this process made, for it goes with the process. */
  async close(): Promise<void> {
    const current = this.#current;
    if (current?.givenBy === 'host') await this.#retire(current.signer.kid);
  }

  async #take(key: SigningKey, givenBy: Current['givenBy']): Promise<PassSigner> {
    const signer = named(createSigner(key));
    await this.#trust.addKey(signer.publicJwk);
    if (!(await this.#isActive(signer.kid))) {
      throw new HostError('PASS_KEY_REFUSED', 'this key was retired or revoked; make a new one');
    }
    this.#current = { signer, givenBy };
    return signer;
  }

  async #isActive(kid: string): Promise<boolean> {
    const keys = await this.#trust.keys();
    return keys.some((key) => key.kid === kid && key.state === 'active');
  }

  #retire(kid: string): Promise<void> {
    return this.#trust.retireKey(kid, new Date(this.#clock.now().getTime() + MAX_PASS_TTL_MS));
  }
}

function named(signer: Signer): PassSigner {
  const { kid, publicJwk } = signer;
  if (kid === undefined || publicJwk === undefined) {
    throw new TypeError('a pass key has a public half');
  }
  return { ...signer, kid, publicJwk };
}
