import {
  KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  sign as signDer,
  webcrypto,
  type JsonWebKey,
} from 'node:crypto';
import { types } from 'node:util';

import { canonicalize } from '@axtary/core';

import { derToRaw } from './der.js';

/** Public half of a P-256 key as a JWK (RFC 7517, RFC 7518 section 6.2). */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** Both halves: `d` is the private one (RFC 7518 section 6.2.2). */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/** A private key that can sign: a WebCrypto key (as `jose` makes them), a node key, or a JWK. */
export type SigningKey = webcrypto.CryptoKey | KeyObject | JsonWebKey;

/** Signs with one ES256 key, which it does not reveal. */
export interface Signer {
  /** RFC 7638 thumbprint; absent for a WebCrypto key, whose public half cannot be derived. */
  readonly kid?: string;
  readonly publicJwk?: PublicJwk;
  /** Signature over the ASCII text: 64 bytes (RFC 7518 section 3.4), base64url. */
  sign(signingInput: string): string | Promise<string>;
}

/**
 * @throws TypeError when the key is not a private P-256 key.
 */
export function createSigner(key: SigningKey): Signer {
  if (types.isCryptoKey(key)) return webCryptoSigner(key);
  const keyObject = key instanceof KeyObject ? key : createPrivateKey({ key, format: 'jwk' });
  return keyObjectSigner(keyObject);
}

/** RFC 7638 thumbprint (SHA-256, base64url) of a P-256 key. */
export function thumbprint({ crv, kty, x, y }: PublicJwk): string {
  return createHash('sha256').update(canonicalize({ crv, kty, x, y })).digest('base64url');
}

function webCryptoSigner(key: webcrypto.CryptoKey): Signer {
  const { name, namedCurve } = key.algorithm as Partial<webcrypto.EcKeyAlgorithm>;
  if (key.type !== 'private' || name !== 'ECDSA' || namedCurve !== 'P-256') {
    throw new TypeError('a signing key must be a private ES256 key');
  }
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  return {
    async sign(signingInput) {
      const bytes = await webcrypto.subtle.sign(algorithm, key, Buffer.from(signingInput));
      return Buffer.from(bytes).toString('base64url');
    },
  };
}

function keyObjectSigner(key: KeyObject): Signer {
  if (key.type !== 'private' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new TypeError('a signing key must be a private ES256 key');
  }
  const publicJwk = publicHalf(key);
  return {
    kid: thumbprint(publicJwk),
    publicJwk,
    // The bare key object: on Node 24 an options object such as { dsaEncoding } doubles the cost.
    // ASCII is read faster as Latin-1 than as UTF-8.
    sign: (signingInput) =>
      derToRaw(signDer('sha256', Buffer.from(signingInput, 'latin1'), key)).toString('base64url'),
  };
}

function publicHalf(key: KeyObject): PublicJwk {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { kty: 'EC', crv: 'P-256', x, y };
}
