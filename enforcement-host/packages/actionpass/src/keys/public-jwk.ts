import { createPublicKey, KeyObject } from 'node:crypto';

import { z } from 'zod';

import { thumbprint, type PublicJwk } from '../keys.js';

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/**
 * Public P-256 key as RFC 7517 writes it. Closed: with a private member (`d`, `k`) or one that is
 * not listed it is no public key.
 */
export const publicJwkSchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  alg: z.literal('ES256').optional(),
  use: z.literal('sig').optional(),
  kid: z.string().optional(),
});

/** A public key that is on its curve, by its RFC 7638 thumbprint. */
export interface PublicKey {
  readonly kid: string;
  readonly jwk: PublicJwk;
  readonly key: KeyObject;
}

/**
 * Reads a public JWK, or the public half of a node key. The thumbprint is computed: a `kid` that
 * says otherwise makes it no key.
 *
 * @throws TypeError when it is not a public P-256 key, is off its curve, is spelled another way
 *   than RFC 7518 section 6.2.1 does, or has private members.
 */
export function parsePublicKey(value: unknown): PublicKey {
  if (value instanceof KeyObject) return parsePublicKey(exported(value));
  const parsed = publicJwkSchema.safeParse(value);
  if (!parsed.success) throw new TypeError('expected a public P-256 key, as a JWK');
  const { kty, crv, x, y, kid: claimed } = parsed.data;
  const jwk = { kty, crv, x, y };
  const key = importKey(jwk);
  const canonical = key.export({ format: 'jwk' });
  // Spare bits are ignored by decoders: one key would have several thumbprints.
  if (canonical.x !== x || canonical.y !== y) {
    throw new TypeError('the coordinates of a public key are not canonical base64url');
  }
  const kid = thumbprint(jwk);
  if (claimed !== undefined && claimed !== kid) {
    throw new TypeError('the kid of a public key is not its RFC 7638 thumbprint');
  }
  return { kid, jwk, key };
}

function exported(key: KeyObject): unknown {
  if (key.type !== 'public') throw new TypeError('expected a public P-256 key');
  return key.export({ format: 'jwk' });
}

function importKey(jwk: PublicJwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch (cause) {
    throw new TypeError('a public key is not a point of P-256', { cause });
  }
}
