import { createPublicKey } from 'node:crypto';

import { isJsonObject, type JsonObject } from '@axtary/core';

import type { PublicJwk } from '../keys.js';
import {
  obtain,
  type Ask,
  type CustodyLimits,
  type CustodySigner,
  type KeyCustodian,
} from './custodian.js';
import { KeyError } from './errors.js';
import { assertCredential, parseEndpoint, send } from './http.js';
import { createRemoteSigner, expectKey } from './remote-signer.js';

// vault:v<key version>:<base64url of R || S>
const SIGNATURE = /^vault:v(\d+):([A-Za-z0-9_-]+)$/;

export interface VaultTransitOptions extends CustodyLimits {
  /** Such as `https://vault.example.com:8200`. */
  readonly address: string;
  /** Name of an `ecdsa-p256` key. */
  readonly key: string;
  /** Asked before every request, so that a token can be renewed. */
  readonly token: Ask<string>;
  /** Path of the secrets engine; default: `transit`. */
  readonly mount?: string;
  readonly namespace?: string;
  /** Default: the latest when `signer()` is called. A signer keeps its version. */
  readonly keyVersion?: number;
  /** The key it must be; default: whatever Vault holds under that name. */
  readonly publicJwk?: PublicJwk;
}

/**
 * A key in the transit engine of HashiCorp Vault or OpenBao, used through its HTTP API: the digest
 * goes there, the private key never comes here. A signer stays with one version of the key; after
 * a rotation, ask for another signer.
 */
export class VaultTransitSigner implements KeyCustodian {
  readonly #options: VaultTransitOptions;
  readonly #address: URL;

  constructor(options: VaultTransitOptions) {
    this.#options = options;
    this.#address = parseEndpoint(options.address);
  }

  async signer(): Promise<CustodySigner> {
    const described = await this.#call('GET', 'keys');
    const version = this.#options.keyVersion ?? latestVersionOf(described);
    const pem = publicKeyOf(described, version);
    const publicKey = expectKey(() => createPublicKey(pem), this.#options.publicJwk);
    return createRemoteSigner(publicKey, async ({ digest }) => {
      const { signature } = await this.#call('POST', 'sign', {
        input: digest.toString('base64'),
        prehashed: true,
        hash_algorithm: 'sha2-256',
        marshaling_algorithm: 'jws',
        key_version: version,
      });
      return [signatureBytes(signature)];
    });
  }

  async #call(
    method: 'GET' | 'POST',
    operation: 'keys' | 'sign',
    body?: JsonObject,
  ): Promise<JsonObject> {
    const { namespace, token } = this.#options;
    const secret = await obtain('Vault token', token);
    assertCredential('Vault token', secret);
    const headers = {
      'x-vault-token': secret,
      'x-vault-request': 'true',
      'content-type': 'application/json',
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
    };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await send(
      { url: this.#url(operation), method, headers, ...text },
      this.#options,
    );
    const { data } = answer.body;
    if (answer.status !== 200) throw refusal(operation, answer.status);
    if (isJsonObject(data)) return data;
    throw new KeyError('KEY_RESPONSE_INVALID', `the answer of Vault to ${operation} has no data`);
  }

  #url(operation: 'keys' | 'sign'): URL {
    const { mount = 'transit', key } = this.#options;
    const path = mount.split('/').map(encodeURIComponent).join('/');
    return new URL(`/v1/${path}/${operation}/${encodeURIComponent(key)}`, this.#address);
  }
}

function latestVersionOf({ latest_version: latest }: JsonObject): number {
  if (typeof latest === 'number') return latest;
  throw new KeyError('KEY_RESPONSE_INVALID', 'the answer of Vault names no latest version');
}

/** Key versions are described as `keys: {"<version>": {public_key: <PEM>}}`. */
function publicKeyOf({ keys }: JsonObject, version: number): string {
  const entry = isJsonObject(keys) ? keys[version] : undefined;
  const pem = isJsonObject(entry) ? entry['public_key'] : undefined;
  if (typeof pem === 'string') return pem;
  throw new KeyError('KEY_MISMATCH', 'Vault has no public key of this version under this name');
}

function signatureBytes(signature: unknown): Buffer {
  const encoded = typeof signature === 'string' ? SIGNATURE.exec(signature)?.[2] : undefined;
  if (encoded !== undefined) return Buffer.from(encoded, 'base64url');
  throw new KeyError('KEY_RESPONSE_INVALID', 'the answer of Vault has no JWS signature');
}

/** 429: rate limit, 472/473: standby, 412: not yet replicated, 5xx: sealed, down. */
function refusal(operation: string, status: number): KeyError {
  const isTransient = status >= 500 || [412, 429, 472, 473].includes(status);
  return new KeyError(
    isTransient ? 'KEY_UNAVAILABLE' : 'KEY_REFUSED',
    `Vault refused ${operation} with ${status}`,
  );
}
