import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import { ARTIFACT_TYPES } from '@axtary/core';

import {
  InMemorySingleUseStore,
  createDpopProof,
  createSigner,
  thumbprint,
  verifyDpopProof,
  type CreateDpopProofOptions,
  type PublicJwk,
  type VerifiedDpopProof,
  type VerifyDpopProofOptions,
} from '../../src/index.js';
import { accessTokenHash } from '../../src/dpop/claims.js';
import { SECONDS, base64url, clock } from '../support.js';

export const URI = 'https://tools.test/mcp';
export const TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';

export const holder = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const holderSigner = createSigner(holder.privateKey);
export const holderJwk = publicJwkOf(holder.privateKey);
export const jkt = thumbprint(holderJwk);

/** What `assert.rejects` is to find of a proof that is no proof. */
export function invalid(message: RegExp): { readonly code: string; readonly message: RegExp } {
  return { code: 'DPOP_PROOF_INVALID', message };
}

export function publicJwkOf(key: KeyObject): PublicJwk {
  const { publicJwk } = createSigner(key);
  if (!publicJwk) throw new Error('expected a key with a public half');
  return publicJwk;
}

/** A proof of ours, for the request that `verify` expects. */
export function prove(changes: Partial<CreateDpopProofOptions> = {}): Promise<string> {
  return createDpopProof({
    signer: holderSigner,
    method: 'POST',
    uri: URI,
    accessToken: TOKEN,
    clock,
    ...changes,
  });
}

export function verify(
  proof: string,
  changes: Partial<VerifyDpopProofOptions> = {},
): Promise<VerifiedDpopProof> {
  return verifyDpopProof({
    proof,
    method: 'POST',
    uri: URI,
    accessToken: TOKEN,
    expectedJkt: jkt,
    replay: new InMemorySingleUseStore({ clock }),
    clock,
    ...changes,
  });
}

export interface ForgedParts {
  /** Merged into the honest header; `undefined` removes a member; a text replaces it. */
  readonly header?: object | string;
  /** The same for the claims. */
  readonly claims?: object | string;
  readonly sign?: (input: string) => string | Promise<string>;
}

export const honestHeader = { alg: 'ES256', jwk: holderJwk, typ: ARTIFACT_TYPES.dpop };
export const honestClaims = {
  jti: 'e1j3V_bKic8-LAEB',
  htm: 'POST',
  htu: URI,
  iat: SECONDS,
  ath: accessTokenHash(TOKEN),
};

/** A proof with any parts, signed by the holder unless said otherwise. */
export async function forge({ header = {}, claims = {}, sign }: ForgedParts): Promise<string> {
  const input = `${base64url(textOf(honestHeader, header))}.${base64url(textOf(honestClaims, claims))}`;
  return `${input}.${await (sign ?? holderSigner.sign.bind(holderSigner))(input)}`;
}

function textOf(honest: object, changes: object | string): string {
  return typeof changes === 'string' ? changes : JSON.stringify({ ...honest, ...changes });
}
