import { verify, type JsonWebKey, type KeyObject } from 'node:crypto';

import { parsePublicKey } from '../keys/public-jwk.js';
import { createSigner, type Signer } from '../keys.js';
import type { CustodySigner, KeyCustodian } from './custodian.js';
import { KeyError } from './errors.js';

const PROBE = 'axtary';

/**
 * A key that this process was given, over a channel that the caller trusts, and holds in memory
 * only: from an editor's secret storage, say.
 */
export class InMemoryKeyCustodian implements KeyCustodian {
  readonly #signer: CustodySigner;

  /**
   * @throws TypeError when it is not a private P-256 key as a JWK or a node key; KeyError
   *   `KEY_MISMATCH` when its two halves do not belong together.
   */
  constructor(key: KeyObject | JsonWebKey) {
    this.#signer = checkedSigner(createSigner(key));
  }

  signer(): Promise<CustodySigner> {
    return Promise.resolve(this.#signer);
  }
}

/** A JWK states both halves, and node believes it. */
function checkedSigner(signer: Signer): CustodySigner {
  const { kid, publicJwk } = signer;
  const signature = signer.sign(PROBE);
  if (kid === undefined || publicJwk === undefined || typeof signature !== 'string') {
    throw new TypeError('a key that signs from memory is a JWK or a node key');
  }
  const publicKey = { key: parsePublicKey(publicJwk).key, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(PROBE), publicKey, Buffer.from(signature, 'base64url'))) {
    throw new KeyError('KEY_MISMATCH', 'the public half is not that of the private one');
  }
  return { kid, publicJwk, sign: (signingInput) => signer.sign(signingInput) };
}
