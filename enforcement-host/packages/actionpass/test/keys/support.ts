import { generateKeyPairSync } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize } from '@axtary/core';

import {
  createSigner,
  signCompact,
  type CustodySigner,
  type PassClaims,
  type PublicJwk,
} from '../../src/index.js';
import { validPass } from '../support.js';

/** A fresh key, as a signer that knows its public half. */
export function freshSigner(): CustodySigner {
  const signer = createSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const { kid, publicJwk } = signer;
  if (kid === undefined || publicJwk === undefined) throw new Error('expected a named key');
  return { kid, publicJwk, sign: (input) => signer.sign(input) };
}

/** A pass by any signer, with other claims. */
export async function passBy(
  signer: CustodySigner,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { claims } = await validPass();
  const changed = Object.entries({ ...claims, ...changes }).filter(
    ([, value]) => value !== undefined,
  );
  return signCompact(signer, ARTIFACT_TYPES.pass, canonicalize(Object.fromEntries(changed)));
}

/** What makes the claims of a valid pass those of version 1, bound to a key. */
export function boundTo(holder: { readonly kid: string }): Partial<PassClaims> & object {
  return { ver: 1, cnf: { jkt: holder.kid } };
}

/** A point that is not on P-256. */
export const offCurve: PublicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: Buffer.alloc(32, 1).toString('base64url'),
  y: Buffer.alloc(32, 1).toString('base64url'),
};
