import type { KeyObject, webcrypto } from 'node:crypto';

import { parseStrictJson, type JsonObject, isJsonObject } from '@axtary/core';
import { compactVerify, errors, type JWK } from 'jose';

import { VerificationError } from './errors.js';
import type { Signer } from './keys.js';

/** A public ES256 key, in any of the forms that `jose` verifies with. */
export type VerificationKey = webcrypto.CryptoKey | KeyObject | JWK;

const MAX_LENGTH = 64 * 1024;
const SEGMENT = /^[A-Za-z0-9_-]+$/;

/**
 * Signs a canonical payload as a compact JWS (RFC 7515 section 7.1) with the protected header
 * `{alg, kid?, typ}`.
 */
export function signCompact(
  signer: Signer,
  typ: string,
  payloadText: string,
): string | Promise<string> {
  const input = `${protectedHeader(signer, typ)}.${Buffer.from(payloadText).toString('base64url')}`;
  const signature = signer.sign(input);
  return typeof signature === 'string'
    ? `${input}.${signature}`
    : signature.then((text) => `${input}.${text}`);
}

const headers = new WeakMap<Signer, Map<string, string>>();

function protectedHeader(signer: Signer, typ: string): string {
  const known = headers.get(signer) ?? new Map<string, string>();
  headers.set(signer, known);
  const cached = known.get(typ);
  if (cached !== undefined) return cached;
  const { kid } = signer;
  const header = kid === undefined ? { alg: 'ES256', typ } : { alg: 'ES256', kid, typ };
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
  known.set(typ, encoded);
  return encoded;
}

/** The key id that a compact JWS names, before anything is verified. For choosing a key only. */
export function namedKey(jws: string): string | undefined {
  const { kid } = readHeader(split(jws)[0]);
  return typeof kid === 'string' ? kid : undefined;
}

/**
 * Verifies a compact JWS: one spelling only (canonical unpadded base64url, RFC 4648 section 3.5),
 * ES256, exactly the header members `alg`, `kid`, `typ`, and the expected `typ`. On return the
 * payload is strict JSON that the key has signed.
 *
 * @throws VerificationError with the code of the first check that failed.
 */
export async function verifyCompact(
  jws: string,
  typ: string,
  key: VerificationKey,
): Promise<JsonObject> {
  const [header, payload] = split(jws);
  assertHeader(readHeader(header), typ);
  try {
    await compactVerify(jws, key, { algorithms: ['ES256'] });
  } catch (cause) {
    throw new VerificationError('PASS_SIGNATURE_INVALID', signatureMessage(cause), { cause });
  }
  return readObject(payload, 'payload');
}

function split(jws: string): readonly [header: string, payload: string] {
  if (typeof jws !== 'string' || jws.length > MAX_LENGTH) {
    throw new VerificationError('PASS_MALFORMED', `a compact JWS has at most ${MAX_LENGTH} bytes`);
  }
  const [header, payload, signature, ...rest] = jws.split('.');
  if (!header || !payload || !signature || rest.length > 0) {
    throw new VerificationError('PASS_MALFORMED', 'a compact JWS has three non-empty parts');
  }
  for (const segment of [header, payload, signature]) assertCanonical(segment);
  return [header, payload];
}

// Decoders ignore spare bits, padding and white space: one signature would have many spellings.
function assertCanonical(segment: string): void {
  const spelled = SEGMENT.test(segment) && decode(segment).toString('base64url') === segment;
  if (!spelled) throw new VerificationError('PASS_MALFORMED', 'base64url is not canonical');
}

function decode(segment: string): Buffer {
  return Buffer.from(segment, 'base64url');
}

function readHeader(segment: string): JsonObject {
  return readObject(segment, 'header');
}

function readObject(segment: string, what: string): JsonObject {
  try {
    const value = parseStrictJson(decode(segment));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw new VerificationError('PASS_MALFORMED', `the ${what} is not strict JSON`, { cause });
  }
  throw new VerificationError('PASS_MALFORMED', `the ${what} is not an object`);
}

function assertHeader(header: JsonObject, typ: string): void {
  if (header['alg'] !== 'ES256') {
    throw new VerificationError('PASS_ALG_NOT_ALLOWED', 'alg is not ES256');
  }
  if (header['typ'] !== typ) {
    throw new VerificationError('PASS_TYPE_MISMATCH', `typ is not ${typ}`);
  }
  const extra = Object.keys(header).find((name) => !['alg', 'kid', 'typ'].includes(name));
  if (extra !== undefined) {
    throw new VerificationError(
      'PASS_MALFORMED',
      'the header has members other than alg, kid, typ',
    );
  }
}

function signatureMessage(cause: unknown): string {
  return cause instanceof errors.JWSSignatureVerificationFailed
    ? 'the signature is not that of this key'
    : 'the signature cannot be verified';
}
