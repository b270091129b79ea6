import { exportJWK, generateKeyPair } from 'jose';

import type { PublicJwk } from '@axtary/protocol';

import { isObject } from '../model/is-object.js';

/** A P-256 private key (RFC 7518 section 6.2.2) with no other member. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/** 32 bytes in base64url. */
const COORDINATE = /^[A-Za-z0-9_-]{43}$/;

/** Makes a key for ES256. */
export async function generatePrivateJwk(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return asPrivateJwk(await exportJWK(privateKey));
}

/** @throws SyntaxError or TypeError where the text is not such a key. Its cause may hold one. */
export function parsePrivateJwk(text: string): PrivateJwk {
  return asPrivateJwk(JSON.parse(text));
}

function asPrivateJwk(value: unknown): PrivateJwk {
  const { crv, x, y, d } = isObject(value) ? value : {};
  if (crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y) || !isCoordinate(d)) {
    throw new TypeError('expected a P-256 private key');
  }
  return { kty: 'EC', crv, x, y, d };
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && COORDINATE.test(value);
}
