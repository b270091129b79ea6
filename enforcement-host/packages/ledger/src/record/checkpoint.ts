import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize, parseStrictJson, type JsonObject } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { z } from 'zod';

import { checkpointKeySchema, type CheckpointKey } from './bodies.js';
import type { RecordPlace } from './records.js';

/** What a ledger's key signs: checkpoints, the key of the next epoch, and exports. */
export type LedgerArtifact = 'checkpoint' | 'keyEpoch' | 'export';

/** Signs for a ledger. The private key stays behind it. */
export interface LedgerSigner {
  /** RFC 7638 thumbprint of `publicJwk`. */
  readonly kid: string;
  /** P-256 public key. */
  readonly publicJwk: JsonObject;
  /**
   * Returns a compact JWS: ES256, header exactly `alg`, `kid` and `typ` (that of the artifact in
   * `ARTIFACT_TYPES`), payload the UTF-8 bytes of `payloadText`.
   */
  sign(artifact: LedgerArtifact, payloadText: string): string | Promise<string>;
}

// What is signed is a compact JWS (RFC 7515 section 7.1): base64url, unpadded, joined by dots:
//   {"alg":"ES256","kid":"<thumbprint>","typ":"axtary-checkpoint+jwt"}   in any order
//   {"boot":…,"log":…,"mono":…,"prev":…,"root":…,"seq":…,"ts":…}          RFC 8785 form
//   64 bytes of signature, R || S (RFC 7518 section 3.4)
// The payload repeats the record's own place, so that the signature covers all of its line.
const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/;

/** What the checkpoint in this place must sign; `root` is the tree hash of all records before it. */
export function checkpointPayload(place: RecordPlace, root: Sha256): string {
  const { log, seq, prev, ts, boot, mono } = place;
  return canonicalize({ boot, log, mono, prev, root, seq, ts });
}

/** What the old and the new key must sign in this place. */
export function keyEpochPayload(
  place: RecordPlace,
  next: { readonly epoch: number; readonly key: CheckpointKey },
): string {
  const { log, seq, prev, ts, boot, mono } = place;
  const { epoch, key } = next;
  return canonicalize({ boot, epoch, key, log, mono, prev, seq, ts });
}

/**
 * The members of a JWK that make a checkpoint key.
 *
 * @throws TypeError if it is not a P-256 public key, or `kid` is not its thumbprint.
 */
export function parseCheckpointKey({
  kid,
  publicJwk,
}: Pick<LedgerSigner, 'kid' | 'publicJwk'>): CheckpointKey {
  const { kty, crv, x, y } = publicJwk as Readonly<Record<string, unknown>>;
  const parsed = checkpointKeySchema.safeParse({ kty, crv, x, y });
  if (!parsed.success) throw new TypeError('expected a P-256 public JWK to check checkpoints');
  const thumbprint = new CheckpointVerifier(parsed.data).kid;
  if (kid !== thumbprint) {
    throw new TypeError(`expected the kid of the checkpoint signer to be ${thumbprint}`);
  }
  return parsed.data;
}

/** Thumbprint of the key that a JWS says it is signed by; whether it is, is for a verifier to say. */
export function signedBy(jws: string): string | undefined {
  try {
    const header = parseStrictJson(Buffer.from(jws.split('.', 1)[0] ?? '', 'base64url'));
    return headerSchema.parse(header).kid;
  } catch {
    return undefined;
  }
}

/** Checks what one key of a ledger has signed. */
export class CheckpointVerifier {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly #key: KeyObject;

  /** @throws Error if the coordinates are not a point of the curve. */
  constructor(key: CheckpointKey) {
    this.#key = createPublicKey({ key, format: 'jwk' });
    // RFC 7638 section 3: the required members, ordered by name, without space.
    this.kid = createHash('sha256').update(canonicalize(key)).digest('base64url');
  }

  /** Why this is not our signature over exactly this payload; `undefined` if it is. */
  problemOf(artifact: LedgerArtifact, jws: string, payloadText: string): string | undefined {
    const read = this.read(artifact, jws);
    if ('problem' in read) return read.problem;
    return read.payload.equals(Buffer.from(payloadText)) ? undefined : 'it signs something else';
  }

  /** The payload that this key signed as such an artifact, or why it did not. */
  read(
    artifact: LedgerArtifact,
    jws: string,
  ): { readonly payload: Buffer } | { readonly problem: string } {
    const parts = COMPACT_JWS.exec(jws);
    if (!parts) return { problem: 'it is not a compact JWS' };
    const [, header = '', payload = '', signature = ''] = parts;
    const decoded = [header, payload, signature].map((part) => Buffer.from(part, 'base64url'));
    // One byte string has several base64url spellings that decoders accept; only one is ours.
    const spelled = decoded.map((bytes) => bytes.toString('base64url')).join('.');
    if (spelled !== jws) return { problem: 'it is not in canonical base64url' };
    const [headerBytes = NOTHING, payloadBytes = NOTHING, signatureBytes = NOTHING] = decoded;
    if (!this.#isOurHeader(headerBytes, artifact)) return { problem: 'its header is another' };
    const isSigned = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key: this.#key, dsaEncoding: 'ieee-p1363' },
      signatureBytes,
    );
    return isSigned ? { payload: payloadBytes } : { problem: 'its signature does not verify' };
  }

  #isOurHeader(bytes: Uint8Array, artifact: LedgerArtifact): boolean {
    try {
      const { success, data } = headerSchema.safeParse(parseStrictJson(bytes));
      return success && data.kid === this.kid && data.typ === ARTIFACT_TYPES[artifact];
    } catch {
      return false;
    }
  }
}

const NOTHING = Buffer.alloc(0);

const headerSchema = z.strictObject({
  alg: z.literal('ES256'),
  kid: z.string(),
  typ: z.string(),
});
