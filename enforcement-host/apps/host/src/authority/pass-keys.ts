import { generateKeyPairSync } from 'node:crypto';

import {
  createSigner,
  type KeyCustodian,
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

const ROTATED_ELSEWHERE =
  'an external signer signs the passes: make its new key there, then "axtary keys rotate"';

/** Signs passes, and can be named. */
export interface PassSigner extends Signer {
  readonly kid: string;
  readonly publicJwk: PublicJwk;
}

interface Current {
  readonly signer: PassSigner;
  readonly givenBy: 'custodian' | 'editor' | 'host';
}

/**
 * The key that signs passes. Its private half is in memory only: an editor gives the one it keeps in
 * its secret storage, and until then, or without an editor, this process makes one of its own. With
 * a custodian it is not even in memory, and no other key ever signs. The public halves are in the
 * trust store, where retired keys go on verifying what they signed.
 */
export class PassKeys {
  readonly #trust: LocalTrustStore;
  readonly #clock: Clock;
  #current: Current | undefined;
  #custodian: KeyCustodian | undefined;
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

  /**
   * The signer of new passes. A custodian whose key was retired is asked whether it has another.
   *
   * @param isUsable whether the trust store still lets a key sign.
   * @throws KeyError, or HostError `PASS_KEY_REFUSED`, where the custodian has no key that may sign.
   */
  async signer(isUsable: (kid: string) => boolean): Promise<PassSigner> {
    const known = this.#current;
    if (known && isUsable(known.signer.kid)) return known.signer;
    return this.#turns.run(async () => {
      const current = this.#current;
      if (current && isUsable(current.signer.kid)) return current.signer;
      if (this.#custodian) return this.#takeFrom(this.#custodian);
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return this.#take(named(createSigner(privateKey)), 'host');
    });
  }

  /**
   * Signs with the custodian's key from now on, and with none of an editor's.
   *
   * @throws KeyError when the custodian has no key; HostError `PASS_KEY_REFUSED`, as `provide`.
   */
  entrust(custodian: KeyCustodian): Promise<void> {
    return this.#turns.run(async () => {
      await this.#takeFrom(custodian);
      this.#custodian = custodian;
    });
  }

  /**
   * Takes an editor's key, where neither an editor nor a custodian has given one yet.
   *
   * @throws HostError `PASS_KEY_REFUSED` for a key that was retired or revoked.
   */
  provide(key: SigningKey): Promise<{ readonly kid: string; readonly isTaken: boolean }> {
    return this.#turns.run(async () => {
      const current = this.#current;
      if (current && (await this.#isKept(current))) {
        return { kid: current.signer.kid, isTaken: false };
      }
      const { kid } = await this.#take(named(createSigner(key)), 'editor');
      if (current && current.signer.kid !== kid) await this.#retire(current.signer.kid);
      return { kid, isTaken: true };
    });
  }

  /**
   * Signs with another key from now on.
   *
   * @throws HostError `PASS_KEY_REFUSED`, as `provide`, and for the key of a custodian.
   */
  rotate(key: SigningKey): Promise<{ readonly kid: string; readonly previous?: string }> {
    return this.#turns.run(async () => {
      if (this.#custodian) throw new HostError('PASS_KEY_REFUSED', ROTATED_ELSEWHERE);
      const previous = this.#current?.signer.kid;
      const { kid } = await this.#take(named(createSigner(key)), 'editor');
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

  async #takeFrom(custodian: KeyCustodian): Promise<PassSigner> {
    return this.#take(await custodian.signer(), 'custodian');
  }

  async #take(signer: PassSigner, givenBy: Current['givenBy']): Promise<PassSigner> {
    await this.#trust.addKey(signer.publicJwk);
    if (!(await this.#isActive(signer.kid))) {
      throw new HostError('PASS_KEY_REFUSED', 'this key was retired or revoked; make a new one');
    }
    this.#current = { signer, givenBy };
    return signer;
  }

  /** Whether it stays although an editor offers its own. */
  async #isKept({ signer, givenBy }: Current): Promise<boolean> {
    if (givenBy === 'host') return false;
    return givenBy === 'custodian' || this.#isActive(signer.kid);
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
