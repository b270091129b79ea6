import { CompactSign, calculateJwkThumbprint, importJWK } from 'jose';

import { ARTIFACT_TYPES, type PublicJwk } from '@axtary/protocol';

import { ExtensionError } from '../errors.js';
import { generatePrivateJwk, parsePrivateJwk, type PrivateJwk } from '../keys/private-jwk.js';

const SECRET = 'axtary.approverKey';

/** What we need of VS Code's SecretStorage. */
export interface SecretStore {
  get(name: string): PromiseLike<string | undefined>;
  store(name: string, value: string): PromiseLike<void>;
}

/** The private key of this machine's approver. It signs; it cannot be read out of this object. */
export interface ApproverKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  /** Compact JWS (RFC 7515) with exactly `alg`, `kid` and `typ` in its header. */
  sign(type: keyof typeof ARTIFACT_TYPES, claims: object): Promise<string>;
}

/**
 * The approver's key of this machine, or `undefined` where none was made yet.
 *
 * @throws ExtensionError `KEY_UNREADABLE`: what is stored is not a P-256 private key.
 */
export async function loadApproverKey(secrets: SecretStore): Promise<ApproverKey | undefined> {
  const stored = await secrets.get(SECRET);
  if (stored === undefined) return undefined;
  try {
    return await approverKeyOf(parsePrivateJwk(stored));
  } catch {
    // The cause is dropped: what cannot be parsed as a key may still hold one.
    throw new ExtensionError(
      'KEY_UNREADABLE',
      `the secret ${SECRET} is not an ES256 private key: enrol again with the recovery code`,
    );
  }
}

/** Makes a key and stores it. On return it is the stored one that is used from now on. */
export async function createApproverKey(secrets: SecretStore): Promise<ApproverKey> {
  await secrets.store(SECRET, JSON.stringify(await generatePrivateJwk()));
  const stored = await loadApproverKey(secrets);
  if (stored === undefined) {
    throw new ExtensionError('KEY_UNREADABLE', `the secret ${SECRET} could not be stored`);
  }
  return stored;
}

/** Whether a change of secrets concerns the approver's key. */
export function isApproverKeySecret(name: string): boolean {
  return name === SECRET;
}

async function approverKeyOf({ d, ...publicJwk }: PrivateJwk): Promise<ApproverKey> {
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateKey = await importJWK({ ...publicJwk, d }, 'ES256');
  return {
    kid,
    publicJwk,
    sign: (type, claims) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'ES256', kid, typ: ARTIFACT_TYPES[type] })
        .sign(privateKey),
  };
}
