import { randomBytes } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize, systemClock, type Clock } from '@axtary/core';

import { signEncoded } from '../jws.js';
import type { Signer } from '../keys.js';
import { accessTokenHash } from './claims.js';

export interface CreateDpopProofOptions {
  /** The holder's key: one that knows its public half. */
  readonly signer: Signer;
  /** Of the request, spelled as it is sent: methods are case-sensitive. */
  readonly method: string;
  /** Of the request. Query and fragment are left out of the proof. */
  readonly uri: string;
  /** The pass or access token that the request presents. */
  readonly accessToken?: string;
  /** The latest `DPoP-Nonce` of this server. */
  readonly nonce?: string;
  readonly clock?: Clock;
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * A DPoP proof for one request (RFC 9449 section 4.2), as the value of its `DPoP` header. A proof
 * is used once: a retry needs a new one.
 *
 * @throws TypeError for a signer without a public key, a method that is not a token (RFC 9110
 * section 9.1), or a URI that is not http or https or names a user.
 */
export async function createDpopProof(options: CreateDpopProofOptions): Promise<string> {
  const { signer, method, accessToken, nonce, clock = systemClock } = options;
  const { publicJwk } = signer;
  if (!publicJwk) throw new TypeError('a proof names its key: expected a signer with publicJwk');
  if (!METHOD.test(method)) throw new TypeError('expected an HTTP method');
  const { kty, crv, x, y } = publicJwk;
  const header = { alg: 'ES256', jwk: { crv, kty, x, y }, typ: ARTIFACT_TYPES.dpop };
  const claims = {
    jti: randomBytes(16).toString('base64url'),
    htm: method,
    htu: targetUri(options.uri),
    iat: Math.floor(clock.now().getTime() / 1000),
    ...(accessToken !== undefined && { ath: accessTokenHash(accessToken) }),
    ...(nonce !== undefined && { nonce }),
  };
  const encodedHeader = Buffer.from(canonicalize(header)).toString('base64url');
  return await signEncoded(signer, encodedHeader, canonicalize(claims));
}

function targetUri(uri: string): string {
  const { protocol, username, password, origin, pathname } = new URL(uri);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  if (!isHttp || username !== '' || password !== '') {
    throw new TypeError('expected an http or https URI without a user');
  }
  return `${origin}${pathname}`;
}
