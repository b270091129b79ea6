import type { KeyObject } from 'node:crypto';

import { VerificationError } from '../errors.js';
import type { PublicJwk } from '../keys.js';
import { parsePublicKey } from './public-jwk.js';

/** What a key may still do. An active key verifies; a retired one until `notAfter`; a revoked one never. */
export type KeyState =
  | { readonly state: 'active' }
  | { readonly state: 'retired'; readonly notAfter: Date }
  | { readonly state: 'revoked' };

/** A public key on its way into a keyring; without a state it is active. */
export type KeyringEntry =
  PublicJwk | { readonly jwk: PublicJwk } | ({ readonly jwk: PublicJwk } & KeyState);

/** Where a verifier finds the key that a pass names. */
export interface KeyFinder {
  /**
   * The key with this RFC 7638 thumbprint, if it may verify at `now`. The `kid` comes from an
   * unverified header: it chooses among trusted keys and proves nothing.
   *
   * @throws VerificationError `PASS_KEY_UNKNOWN` where there is none, or it was retired before
   *   `now`; `PASS_REVOKED` where it was revoked.
   */
  keyFor(kid: string | undefined, now: Date): KeyObject | Promise<KeyObject>;
}

/** RFC 7517 section 5, with `alg`, `use` and `kid` of every key. */
export interface Jwks {
  readonly keys: readonly (PublicJwk & {
    readonly alg: 'ES256';
    readonly use: 'sig';
    readonly kid: string;
  })[];
}

export type KeyringKey = { readonly kid: string; readonly jwk: PublicJwk } & KeyState;

/** The public keys that a verifier trusts, by thumbprint, so that rotated keys can coexist. */
export interface Keyring extends KeyFinder {
  readonly keys: readonly KeyringKey[];
  keyFor(kid: string | undefined, now: Date): KeyObject;
}

/**
 * @throws TypeError for what is not a public P-256 key, a key that is there twice, or a `kid` that
 *   is not the key's thumbprint.
 */
export function createKeyring(entries: Iterable<KeyringEntry>): Keyring {
  const byKid = new Map<string, { readonly entry: KeyringKey; readonly key: KeyObject }>();
  for (const given of entries) {
    const { jwk: untrusted, ...state } = 'jwk' in given ? given : { jwk: given };
    const { kid, jwk, key } = parsePublicKey(untrusted);
    if (byKid.has(kid)) throw new TypeError(`the key ${kid} is in the keyring twice`);
    byKid.set(kid, { entry: { kid, jwk, ...stateOf(state) }, key });
  }
  return {
    keys: [...byKid.values()].map(({ entry }) => entry),
    keyFor(kid, now) {
      const found = kid === undefined ? undefined : byKid.get(kid);
      if (!found) throw new VerificationError('PASS_KEY_UNKNOWN', 'no trusted key has this kid');
      assertUsable(found.entry, now);
      return found.key;
    },
  };
}

function stateOf(given: KeyState | object): KeyState {
  if (!('state' in given)) return { state: 'active' };
  if (given.state !== 'retired') return { state: given.state };
  if (Number.isNaN(given.notAfter.getTime())) {
    throw new TypeError('a retired key needs the time until which it verifies');
  }
  return { state: 'retired', notAfter: given.notAfter };
}

function assertUsable(entry: KeyringKey, now: Date): void {
  if (entry.state === 'revoked') {
    throw new VerificationError('PASS_REVOKED', `the key ${entry.kid} was revoked`);
  }
  if (entry.state === 'retired' && now > entry.notAfter) {
    throw new VerificationError('PASS_KEY_UNKNOWN', `the key ${entry.kid} was retired`);
  }
}

/** The keys that others may verify with now or until they retire; revoked ones are left out. */
export function jwksOf({ keys }: Pick<Keyring, 'keys'>): Jwks {
  const published = keys.filter(({ state }) => state !== 'revoked');
  return {
    keys: published.map(({ jwk, kid }) => ({ ...jwk, alg: 'ES256', use: 'sig', kid })),
  };
}
