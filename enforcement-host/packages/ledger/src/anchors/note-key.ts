import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

import type { Clock } from '@axtary/core';

import { isKeyName, type NoteSigner, type NoteStatement, type NoteVerifier } from './note.js';

// Signature types of c2sp.org/signed-note.
const ED25519 = 0x01;
const COSIGNATURE_V1 = 0x04;
type SignatureType = typeof ED25519 | typeof COSIGNATURE_V1;

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
// name+hex(key id)+base64(type || key); base64 may hold a plus too.
const VERIFIER_KEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

/** A signer whose public half can be handed to others. */
export interface PublishedNoteSigner extends NoteSigner {
  /** Verifier key: `name+hash+key` (c2sp.org/signed-note). */
  readonly verifierKey: string;
}

/**
 * Signs as the log itself does: Ed25519 over the text, type 0x01.
 *
 * @throws TypeError for another kind of key, or a name that keys cannot have.
 */
export function noteSigner(name: string, privateKey: KeyObject): PublishedNoteSigner {
  return {
    ...published({ name, type: ED25519, privateKey }),
    sign: (text) => sign(null, Buffer.from(text), privateKey),
  };
}

/**
 * Signs as a witness does: what it knows of a checkpoint at a time, type 0x04
 * (c2sp.org/tlog-cosignature, `cosignature/v1`).
 *
 * @throws TypeError as `noteSigner`.
 */
export function cosigner(name: string, privateKey: KeyObject, clock: Clock): PublishedNoteSigner {
  return {
    ...published({ name, type: COSIGNATURE_V1, privateKey }),
    sign(text) {
      const seconds = Math.floor(clock.now().getTime() / 1000);
      const time = Buffer.alloc(TIME_BYTES);
      time.writeBigUInt64BE(BigInt(seconds));
      return Buffer.concat([time, sign(null, cosignedBytes(seconds, text), privateKey)]);
    },
  };
}

function cosignedBytes(seconds: number, text: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

interface NamedKey {
  readonly name: string;
  readonly type: SignatureType;
  readonly privateKey: KeyObject;
}

function published({ name, type, privateKey }: NamedKey): Omit<PublishedNoteSigner, 'sign'> {
  const { crv, x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (crv !== 'Ed25519') throw new TypeError('notes are signed with an Ed25519 key');
  if (!isKeyName(name)) throw new TypeError(`a key cannot be called ${JSON.stringify(name)}`);
  const key = Buffer.concat([Buffer.of(type), Buffer.from(x, 'base64url')]);
  const keyId = keyIdOf(name, key);
  const id = keyId.toString(16).padStart(8, '0');
  return { name, keyId, verifierKey: `${name}+${id}+${key.toString('base64')}` };
}

// SHA-256(name || \n || type || key), its first 32 bits.
function keyIdOf(name: string, typeAndKey: Buffer): number {
  const input = Buffer.concat([Buffer.from(`${name}\n`), typeAndKey]);
  return hash('sha256', input, 'buffer').readUInt32BE();
}

/**
 * Reads a verifier key, `name+hash+key`, of type 0x01 or 0x04.
 *
 * @throws TypeError if it is none, or its hash is not that of its key.
 */
export function parseVerifierKey(text: string): NoteVerifier {
  const [, name = '', id = '', base64 = ''] = VERIFIER_KEY.exec(text) ?? [];
  const typeAndKey = Buffer.from(base64, 'base64');
  const type = typeAndKey[0];
  if (!isKeyName(name) || typeAndKey.toString('base64') !== base64) throw notAKey();
  if (typeAndKey.length !== 1 + KEY_BYTES || (type !== ED25519 && type !== COSIGNATURE_V1)) {
    throw new TypeError('expected an Ed25519 key for signatures of type 1 or 4');
  }
  const keyId = keyIdOf(name, typeAndKey);
  if (keyId !== Number.parseInt(id, 16)) throw notAKey();
  const x = typeAndKey.subarray(1).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const read = type === ED25519 ? readSignature : readCosignature;
  return { name, keyId, verify: (note, signature) => read(key, note, signature) };
}

function notAKey(): TypeError {
  return new TypeError('expected a verifier key: name+hash+key');
}

function readSignature(key: KeyObject, text: string, bytes: Buffer): NoteStatement | undefined {
  return isSigned(key, Buffer.from(text), bytes) ? {} : undefined;
}

// 8 bytes of seconds since 1970, then the signature.
function readCosignature(key: KeyObject, text: string, bytes: Buffer): NoteStatement | undefined {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  const signedAt = Number(bytes.readBigUInt64BE());
  if (!Number.isSafeInteger(signedAt)) return undefined;
  const isOurs = isSigned(key, cosignedBytes(signedAt, text), bytes.subarray(TIME_BYTES));
  return isOurs ? { signedAt } : undefined;
}

function isSigned(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, data, key, signature);
}
