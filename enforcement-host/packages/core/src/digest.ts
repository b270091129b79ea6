import { hash, randomFillSync } from 'node:crypto';

import type { ParsedAction } from './parse-action.js';

/** `sha256:` and 64 lower-case hex digits. */
export type Sha256 = `sha256:${string}`;

/** SHA-256 of the UTF-8 bytes of a text, or of bytes. */
export function sha256(data: string | Uint8Array): Sha256 {
  return `sha256:${hash('sha256', data, 'hex')}`;
}

/** Digest of the canonical payload: what an approval and a pass are bound to. */
export function payloadHash(parsed: ParsedAction): Sha256 {
  return sha256(parsed.payloadText);
}

/** Digest of the whole canonical action. Its random id makes it unguessable. */
export function actionHash(parsed: ParsedAction): Sha256 {
  return sha256(parsed.actionText);
}

const ID_BYTES = 16;
// Filled at once: 16 bytes at a time cost twenty times as much.
const pool = Buffer.alloc(256 * ID_BYTES);
let used = pool.length;

/** 128 random bits in base64url: 22 characters. */
export function newSalt(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const salt = pool.toString('base64url', used, used + ID_BYTES);
  used += ID_BYTES;
  return salt;
}

/** A fresh identifier: `<prefix>_` and 128 random bits in base64url. */
export function newId<Prefix extends string>(prefix: Prefix): `${Prefix}_${string}` {
  return `${prefix}_${newSalt()}`;
}
