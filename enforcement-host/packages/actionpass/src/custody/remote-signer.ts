import { createHash, verify } from 'node:crypto';

import { derToRaw } from '../der.js';
import { parsePublicKey, type PublicKey } from '../keys/public-jwk.js';
import type { PublicJwk } from '../keys.js';
import type { CustodySigner } from './custodian.js';
import { KeyError } from './errors.js';

const RAW_LENGTH = 64;

/** What a custodian is asked to sign: the signing input of a JWS, and its SHA-256. */
export interface SigningRequest {
  readonly input: Buffer;
  readonly digest: Buffer;
}

/**
 * A signer over a key that lies elsewhere. `request` returns what may be the signature, in any of
 * the forms that custodians use; only one that verifies with the public key is let through.
 */
export function createRemoteSigner(
  publicKey: PublicKey,
  request: (what: SigningRequest) => Promise<readonly Uint8Array[]>,
): CustodySigner {
  return {
    kid: publicKey.kid,
    publicJwk: publicKey.jwk,
    async sign(signingInput) {
      const input = Buffer.from(signingInput);
      const digest = createHash('sha256').update(input).digest();
      for (const candidate of await request({ input, digest })) {
        const raw = verifiedRaw(candidate, input, publicKey);
        if (raw) return raw.toString('base64url');
      }
      throw new KeyError('KEY_MISMATCH', `what came back is no signature by ${publicKey.kid}`);
    },
  };
}

/** The 64 bytes R || S of a signature in that form or in DER, if it is one by this key. */
function verifiedRaw(signature: Uint8Array, input: Buffer, { key }: PublicKey): Buffer | undefined {
  const isRaw =
    signature.length === RAW_LENGTH &&
    verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature);
  if (isRaw) return Buffer.from(signature);
  // OpenSSL takes minimal DER alone, which is what `derToRaw` reads.
  return verify('sha256', input, key, signature) ? derToRaw(signature) : undefined;
}

/**
 * The public key that a custodian names.
 *
 * @throws KeyError `KEY_MISMATCH` where it is no P-256 key or not the expected one.
 */
export function expectKey(readKey: () => unknown, expected: PublicJwk | undefined): PublicKey {
  const found = readPublicKey(readKey);
  if (expected !== undefined && found.kid !== parsePublicKey(expected).kid) {
    throw new KeyError('KEY_MISMATCH', `the custodian holds another key, ${found.kid}`);
  }
  return found;
}

function readPublicKey(readKey: () => unknown): PublicKey {
  try {
    return parsePublicKey(readKey());
  } catch (cause) {
    throw new KeyError('KEY_MISMATCH', 'the key is not a P-256 key', { cause });
  }
}
