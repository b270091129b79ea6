import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize, parseStrictJson, type JsonObject } from '@axtary/core';
import { z } from 'zod';

import { checkpointKeySchema, type CheckpointKey, type RecordPlace } from './records.js';

/** Signs checkpoints. The private key stays behind it. */
export interface CheckpointSigner {
  /** RFC 7638 thumbprint of `publicJwk`. */
  readonly kid: string;
  /** P-256 public key. */
  readonly publicJwk: JsonObject;
  /**
   * Returns a compact JWS: ES256, header exactly `alg`, `kid` and `typ`
   * (`axtary-checkpoint+jwt`), payload the UTF-8 bytes of `payloadText`.
   */
  signCheckpoint(payloadText: string): string | Promise<string>;
}

// A checkpoint is a compact JWS (RFC 7515 section 7.1): base64url, unpadded, joined by dots:
//   {"alg":"ES256","kid":"<thumbprint>","typ":"axtary-checkpoint+jwt"}   in any order
//   {"boot":…,"log":…,"mono":…,"prev":…,"seq":…,"ts":…}                   RFC 8785 form
//   64 bytes of signature, R || S (RFC 7518 section 3.4)
// The payload repeats the record's own place, so that the signature covers all of its line.
const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/;

/** What the checkpoint in this place must sign. */
export function checkpointPayload({ log, seq, prev, ts, boot, mono }: RecordPlace): string {
  return canonicalize({ boot, log, mono, prev, seq, ts });
}

/**
 * The members of a JWK that make a checkpoint key.
 *
 * @throws TypeError if it is not a P-256 public key, or `kid` is not its thumbprint.
 */
export function parseCheckpointKey({ kid, publicJwk }: CheckpointSigner): CheckpointKey {
  const { kty, crv, x, y } = publicJwk as Readonly<Record<string, unknown>>;
  const parsed = checkpointKeySchema.safeParse({ kty, crv, x, y });
  if (!parsed.success) throw new TypeError('expected a P-256 public JWK to check checkpoints');
  const thumbprint = new CheckpointVerifier(parsed.data).kid;
  if (kid !== thumbprint) {
    throw new TypeError(`expected the kid of the checkpoint signer to be ${thumbprint}`);
  }
  return parsed.data;
}

/** Checks checkpoints against the one key of a ledger. */
export class CheckpointVerifier {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly #key: KeyObject;
  readonly #header: z.ZodType;

  /** @throws Error if the coordinates are not a point of the curve. */
  constructor(key: CheckpointKey) {
    this.#key = createPublicKey({ key, format: 'jwk' });
    // RFC 7638 section 3: the required members, ordered by name, without space.
    this.kid = createHash('sha256').update(canonicalize(key)).digest('base64url');
    this.#header = z.strictObject({
      alg: z.literal('ES256'),
      kid: z.literal(this.kid),
      typ: z.literal(ARTIFACT_TYPES.checkpoint),
    });
  }

  /** Why this is not our signature over exactly this payload; `undefined` if it is. */
  problemOf(jws: string, payloadText: string): string | undefined {
    const match = COMPACT_JWS.exec(jws);
    if (!match) return 'the checkpoint is not a compact JWS';
    const [, header = '', payload = '', signature = ''] = match;
    const decoded = [header, payload, signature].map((part) => Buffer.from(part, 'base64url'));
    const [headerBytes, payloadBytes, signatureBytes] = decoded;
    if (headerBytes === undefined || payloadBytes === undefined || signatureBytes === undefined) {
      return 'the checkpoint is not a compact JWS';
    }
    // One byte string has several base64url spellings that decoders accept; only one is ours.
    const spelled = decoded.map((bytes) => bytes.toString('base64url')).join('.');
    if (spelled !== jws) return 'the checkpoint is not in canonical base64url';
    if (!this.#isOurHeader(headerBytes)) return 'the header of the checkpoint is not as expected';
    if (!payloadBytes.equals(Buffer.from(payloadText))) return 'the checkpoint signs another place';
    const signed = Buffer.from(`${header}.${payload}`);
    const isSigned = verify(
      'sha256',
      signed,
      { key: this.#key, dsaEncoding: 'ieee-p1363' },
      signatureBytes,
    );
    return isSigned ? undefined : 'the signature of the checkpoint does not verify';
  }

  #isOurHeader(bytes: Uint8Array): boolean {
    try {
      return this.#header.safeParse(parseStrictJson(bytes)).success;
    } catch {
      return false;
    }
  }
}
