import { createPublicKey } from 'node:crypto';

import { systemClock, type Clock, type JsonObject } from '@axtary/core';
import { AwsV4Signer } from 'aws4fetch';

import type { PublicJwk } from '../keys.js';
import {
  obtain,
  type Ask,
  type CustodyLimits,
  type CustodySigner,
  type KeyCustodian,
} from './custodian.js';
import { KeyError, type KeyErrorCode } from './errors.js';
import { assertCredential, parseEndpoint, send } from './http.js';
import { createRemoteSigner, expectKey } from './remote-signer.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AwsKmsOptions extends CustodyLimits {
  readonly region: string;
  /** Key id, ARN or alias of an `ECC_NIST_P256` key for `SIGN_VERIFY`. */
  readonly keyId: string;
  /** Asked before every request, so that credentials can be short-lived. */
  readonly credentials: Ask<AwsCredentials>;
  /** The key it must be; default: whatever KMS holds under `keyId`. */
  readonly publicJwk?: PublicJwk;
  /** Default: `https://kms.<region>.amazonaws.com`. */
  readonly endpoint?: string;
  readonly clock?: Clock;
}

type Operation = 'Sign' | 'GetPublicKey';

/** Errors of the KMS API by which the same request may succeed later. */
const TRANSIENT = new Set([
  'DependencyTimeoutException',
  'KeyUnavailableException',
  'KMSInternalException',
  'LimitExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailableException',
  'ThrottlingException',
]);

/**
 * A key in AWS KMS, used through its JSON API (`TrentService`, 2014-11-01): the digest goes there,
 * the private key never comes here. No retries: a caller that is throttled decides.
 */
export class AwsKmsSigner implements KeyCustodian {
  readonly #options: AwsKmsOptions;
  readonly #endpoint: URL;

  constructor(options: AwsKmsOptions) {
    this.#options = options;
    this.#endpoint = parseEndpoint(
      options.endpoint ?? `https://kms.${options.region}.amazonaws.com`,
    );
  }

  async signer(): Promise<CustodySigner> {
    const { keyId, publicJwk } = this.#options;
    const answer = await this.#call('GetPublicKey', { KeyId: keyId });
    const der = bytesOf(answer, 'PublicKey');
    const publicKey = expectKey(
      () => createPublicKey({ key: der, format: 'der', type: 'spki' }),
      publicJwk,
    );
    return createRemoteSigner(publicKey, async ({ digest }) => {
      const signed = await this.#call('Sign', {
        KeyId: keyId,
        Message: digest.toString('base64'),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      return [bytesOf(signed, 'Signature')];
    });
  }

  async #call(operation: Operation, request: JsonObject): Promise<JsonObject> {
    const body = JSON.stringify(request);
    const headers = await this.#signedHeaders(operation, body);
    const call = { url: this.#endpoint, method: 'POST', headers, body } as const;
    const answer = await send(call, this.#options);
    if (answer.status === 200) return answer.body;
    throw refusal(operation, answer.status, answer.body);
  }

  async #signedHeaders(operation: Operation, body: string): Promise<Headers> {
    const { region, credentials, clock = systemClock } = this.#options;
    const { accessKeyId, secretAccessKey, sessionToken } = await obtain('credentials', credentials);
    assertCredential('access key id', accessKeyId);
    if (sessionToken !== undefined) assertCredential('session token', sessionToken);
    const signer = new AwsV4Signer({
      url: this.#endpoint.href,
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `TrentService.${operation}`,
      },
      body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: 'kms',
      region,
      datetime: clock
        .now()
        .toISOString()
        .replaceAll(/[:-]|\.\d{3}/g, ''),
    });
    return (await signer.sign()).headers;
  }
}

function bytesOf(answer: JsonObject, name: 'PublicKey' | 'Signature'): Buffer {
  const value = answer[name];
  if (typeof value === 'string') return Buffer.from(value, 'base64');
  throw new KeyError('KEY_RESPONSE_INVALID', `the answer of KMS has no ${name}`);
}

function refusal(operation: Operation, status: number, body: JsonObject): KeyError {
  const type = typeNameOf(body);
  const isTransient = status >= 500 || status === 429 || TRANSIENT.has(type);
  const code: KeyErrorCode = isTransient ? 'KEY_UNAVAILABLE' : 'KEY_REFUSED';
  return new KeyError(code, `KMS refused ${operation} with ${status} ${type}`.trimEnd());
}

/** The exception's name, without a namespace. Its message is left out: it may name who asked. */
function typeNameOf({ __type: type }: JsonObject): string {
  return typeof type === 'string' ? (/([A-Za-z]{1,64})$/.exec(type)?.[1] ?? '') : '';
}
