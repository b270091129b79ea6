import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';

import { signDigest } from './sign-digest.js';
import { FakeService, type Answer, type Received } from './support.js';

// Contract-tested: the fake speaks the published requests, answers and errors of Vault's transit
// API (read key, sign). Not run against Vault.

export const TOKEN = 'hvs.CAESIExampleTokenThatIsSecret';
export const NAME = 'axtary-passes';

/** Versions of one key, the last of which is the latest. */
export class FakeVault {
  readonly versions = [newKey()];
  readonly service = new FakeService((request) => this.#answer(request));

  rotate(): void {
    this.versions.push(newKey());
  }

  #answer({ method, path, headers, body }: Received): Answer {
    if (headers['x-vault-token'] !== TOKEN) {
      return { status: 403, body: { errors: ['permission denied', TOKEN] } };
    }
    if (method === 'GET' && path === `/v1/transit/keys/${NAME}`) return this.#describe();
    if (method === 'POST' && path === `/v1/transit/sign/${NAME}`) return this.#sign(body);
    return { status: 404, body: { errors: [] } };
  }

  #describe(): Answer {
    const keys: Record<string, unknown> = {};
    for (const [index, { publicKey }] of this.versions.entries()) {
      keys[index + 1] = {
        creation_time: '2026-03-01T10:00:00Z',
        name: 'P-256',
        public_key: publicKey.export({ type: 'spki', format: 'pem' }),
      };
    }
    const latest = { latest_version: this.versions.length, min_decryption_version: 1 };
    return { status: 200, body: { data: { ...latest, type: 'ecdsa-p256', keys } } };
  }

  #sign({ input, key_version: version, ...rest }: Received['body']): Answer {
    assert.deepEqual(rest, {
      prehashed: true,
      hash_algorithm: 'sha2-256',
      marshaling_algorithm: 'jws',
    });
    const key = this.versions[Number(version) - 1]?.privateKey;
    if (!key) return { status: 400, body: { errors: ['requested version is not known'] } };
    const raw = signDigest(Buffer.from(String(input), 'base64'), key);
    const signature = `vault:v${Number(version)}:${raw.toString('base64url')}`;
    return { status: 200, body: { data: { signature, key_version: version } } };
  }
}

export function newKey(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}
