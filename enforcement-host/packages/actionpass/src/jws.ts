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
  return signEncoded(signer, protectedHeader(signer, typ), payloadText);
}

/** Signs a payload under a protected header that is base64url already. */
export function signEncoded(
  signer: Signer,
  encodedHeader: string,
  payloadText: string,
): string | Promise<string> {
  const input = `${encodedHeader}.${Buffer.from(payloadText).toString('base64url')}`;
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
  const { kid } = readHeader(jws);
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
  return verifyParsed(parseCompact(jws, { typ, members: ['alg', 'kid', 'typ'] }), key);
}

/** A compact JWS of one spelling and with a known header. Nothing of it is verified. */
export interface ParsedJws {
  readonly text: string;
  readonly header: JsonObject;
}

/** What a protected header must be: ES256, of this `typ`, with no members but these. */
export interface ExpectedHeader {
  readonly typ: string;
  readonly members: readonly string[];
}

/**
 * Reads a compact JWS, without its payload.
 *
 * @throws VerificationError with the code of the first check that failed.
 */
export function parseCompact(jws: string, expected: ExpectedHeader): ParsedJws {
  const header = readHeader(jws);
  assertHeader(header, expected);
  return { text: jws, header };
}

/**
 * On return the payload is strict JSON that the key has signed.
 *
 * @throws VerificationError `PASS_SIGNATURE_INVALID` or `PASS_MALFORMED`.
 */
export async function verifyParsed({ text }: ParsedJws, key: VerificationKey): Promise<JsonObject> {
  return readObject(await signedBytes(text, key), 'payload');
}

async function signedBytes(jws: string, key: VerificationKey): Promise<Uint8Array> {
  try {
    const { payload } = await compactVerify(jws, key, { algorithms: ['ES256'] });
    return payload;
  } catch (cause) {
    throw new VerificationError('PASS_SIGNATURE_INVALID', signatureMessage(cause), { cause });
  }
}

function readHeader(jws: string): JsonObject {
  if (typeof jws !== 'string' || jws.length > MAX_LENGTH) {
    throw new VerificationError('PASS_MALFORMED', `a compact JWS has at most ${MAX_LENGTH} bytes`);
  }
  const [header, payload, signature, ...rest] = jws.split('.');
  if (!header || !payload || !signature || rest.length > 0) {
    throw new VerificationError('PASS_MALFORMED', 'a compact JWS has three non-empty parts');
  }
  for (const segment of [header, payload, signature]) assertCanonical(segment);
  return readObject(decode(header), 'header');
}

// Decoders ignore spare bits, padding and white space: one signature would have many spellings.
function assertCanonical(segment: string): void {
  const spelled = SEGMENT.test(segment) && decode(segment).toString('base64url') === segment;
  if (!spelled) throw new VerificationError('PASS_MALFORMED', 'base64url is not canonical');
}

function decode(segment: string): Buffer {
  return Buffer.from(segment, 'base64url');
}

function readObject(bytes: Uint8Array, what: string): JsonObject {
  try {
    const value = parseStrictJson(bytes);
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw new VerificationError('PASS_MALFORMED', `the ${what} is not strict JSON`, { cause });
  }
  throw new VerificationError('PASS_MALFORMED', `the ${what} is not an object`);
}

function assertHeader(header: JsonObject, { typ, members }: ExpectedHeader): void {
  if (header['alg'] !== 'ES256') {
    throw new VerificationError('PASS_ALG_NOT_ALLOWED', 'alg is not ES256');
  }
  if (header['typ'] !== typ) {
    throw new VerificationError('PASS_TYPE_MISMATCH', `typ is not ${typ}`);
  }
  if (Object.keys(header).some((name) => !members.includes(name))) {
    const names = members.join(', ');
    throw new VerificationError('PASS_MALFORMED', `the header has members other than ${names}`);
  }
}

function signatureMessage(cause: unknown): string {
  return cause instanceof errors.JWSSignatureVerificationFailed
    ? 'the signature is not that of this key'
    : 'the signature cannot be verified';
}
