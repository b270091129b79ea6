import { parseStrictJson } from '@axtary/core';
import { z } from 'zod';

import { thumbprintSchema } from '../claims.js';
import { revocationSchema } from '../revocation/record.js';
import { Revocations } from '../revocation/revocations.js';
import { TrustStoreError } from './errors.js';
import { createKeyring, type Keyring, type KeyringEntry } from './keyring.js';
import { publicJwkSchema } from './public-jwk.js';

const LIMITS = { maxLength: 64 * 1024 * 1024, maxDepth: 8, maxNodes: 4_000_000 };
const time = z.iso.datetime();
const added = { jwk: publicJwkSchema.extend({ kid: thumbprintSchema }), addedAt: time };

const storedKeySchema = z.discriminatedUnion('state', [
  z.strictObject({ ...added, state: z.literal('active') }),
  z.strictObject({ ...added, state: z.literal('retired'), notAfter: time }),
]);

/** What the file holds. Closed, so that a private key (`d`, `k`) cannot be in it. */
const documentSchema = z.strictObject({
  version: z.literal(1),
  keys: z.array(storedKeySchema),
  revocations: z.array(revocationSchema),
});
export type StoredKey = z.infer<typeof storedKeySchema>;
export type TrustDocument = z.infer<typeof documentSchema>;

/** A document and what is looked up in it. */
export interface Trust {
  readonly document: TrustDocument;
  readonly keyring: Keyring;
  readonly revocations: Revocations;
}

export const EMPTY_DOCUMENT: TrustDocument = { version: 1, keys: [], revocations: [] };

/** @throws TrustStoreError `TRUST_STORE_DAMAGED` for anything but a whole trust document. */
export function parseTrust(bytes: Uint8Array, name: string): Trust {
  try {
    const document = documentSchema.parse(parseStrictJson(bytes, LIMITS));
    const revocations = new Revocations(document.revocations);
    const keyring = createKeyring(document.keys.map((key) => entryOf(key, revocations)));
    return { document, keyring, revocations };
  } catch (cause) {
    throw new TrustStoreError('TRUST_STORE_DAMAGED', `${name} is not a trust store`, { cause });
  }
}

function entryOf(stored: StoredKey, revocations: Revocations): KeyringEntry {
  const { jwk } = stored;
  if (revocations.isKeyRevoked(jwk.kid)) return { jwk, state: 'revoked' };
  if (stored.state === 'active') return { jwk, state: 'active' };
  return { jwk, state: 'retired', notAfter: new Date(stored.notAfter) };
}
