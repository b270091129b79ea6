import { createPublicKey, type KeyObject } from 'node:crypto';

import {
  createKeyring,
  createSigner,
  Revocations,
  type Keyring,
  type PublicJwk,
  type RevocationRecord,
  type Signer,
} from '@axtary/actionpass';
import type { Clock } from '@axtary/core';

import { newKey } from '../stages.js';

export const ISSUER = 'urn:axtary:bench';
export const AUDIENCE = 'https://tools.example.com';
export const REVOCATIONS = 100_000;

const NOW = new Date('2026-01-02T03:04:05.678Z');
/** Stands still, far from the end of an hour. */
export const clock: Clock = { now: () => NOW };

/** A private key in the forms in which it is used. */
export interface Party {
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
  readonly signer: Signer;
  readonly jwk: PublicJwk;
  readonly jkt: string;
}

export function newParty(): Party {
  const key = newKey();
  const signer = createSigner(key);
  const { kid: jkt, publicJwk: jwk } = signer;
  if (jkt === undefined || !jwk) throw new TypeError('expected a key with a public half');
  return { key, publicKey: createPublicKey(key), signer, jwk, jkt };
}

/** Three keys, of which the party's is one. */
export function keyringWith({ jwk }: Party): Keyring {
  return createKeyring([newParty().jwk, jwk, newParty().jwk]);
}

/** Revocations of every kind, none of which meets what is measured. */
export function manyRevocations(): Revocations {
  return new Revocations(Array.from({ length: REVOCATIONS }, (_, at) => revocation(at)));
}

const KINDS = ['pass', 'agent', 'task', 'key', 'delegation'] as const;

function revocation(at: number): RevocationRecord {
  return {
    version: 1,
    id: `rev_${at}`,
    kind: KINDS[at % KINDS.length] ?? 'pass',
    value: `revoked_${at}`,
    reason: 'lost',
    by: 'user:ada@example.com',
    at: '2026-01-01T00:00:00.000Z',
  };
}
