import { createHash, randomBytes } from 'node:crypto';

import type { ParsedAction } from './parse-action.js';

/** `sha256:` and 64 lower-case hex digits. */
export type Sha256 = `sha256:${string}`;

/** SHA-256 of the UTF-8 bytes of a text, or of bytes. */
export function sha256(data: string | Uint8Array): Sha256 {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

/** Digest of the canonical payload: what an approval and a pass are bound to. */
export function payloadHash(parsed: ParsedAction): Sha256 {
  return sha256(parsed.payloadText);
}

/** Digest of the whole canonical action. Its random id makes it unguessable. */
export function actionHash(parsed: ParsedAction): Sha256 {
  return sha256(parsed.actionText);
}

/** A fresh identifier: `<prefix>_` and 128 random bits in base64url. */
export function newId<Prefix extends string>(prefix: Prefix): `${Prefix}_${string}` {
  return `${prefix}_${randomBytes(16).toString('base64url')}`;
}
