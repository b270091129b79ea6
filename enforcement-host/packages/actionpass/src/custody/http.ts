import { parseStrictJson, isJsonObject, type JsonObject } from '@axtary/core';

import { DEFAULT_TIMEOUT_MS, type CustodyLimits } from './custodian.js';
import { KeyError } from './errors.js';

const MAX_BYTES = 64 * 1024;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
// RFC 9110 section 5.5, without blanks: what is refused here is not quoted in an error of `fetch`.
const CREDENTIAL = /^[\x21-\x7e]+$/;

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Headers | Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer of at most 64 kB; `body` is empty where it was no JSON object. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** @throws TypeError unless it is https, or http to this machine. */
export function parseEndpoint(text: string): URL {
  const url = new URL(text);
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (!isSafe) throw new TypeError('a key custodian is reached over https');
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('credentials do not belong into an address');
  }
  return url;
}

/** @throws KeyError `KEY_REFUSED`, without its text, for what cannot stand in a header. */
export function assertCredential(name: string, value: string): void {
  if (!CREDENTIAL.test(value)) throw new KeyError('KEY_REFUSED', `the ${name} is malformed`);
}

/**
 * Sends one request, without redirects or retries.
 *
 * @throws KeyError `KEY_TIMEOUT`, `KEY_ABORTED`, `KEY_UNAVAILABLE` or `KEY_RESPONSE_INVALID`.
 */
export async function send(request: HttpRequest, limits: CustodyLimits): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(limits.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const signal = limits.signal ? AbortSignal.any([timeout, limits.signal]) : timeout;
  try {
    const { url, method, headers, body = null } = request;
    const response = await fetch(url, { method, headers, body, signal, redirect: 'error' });
    return { status: response.status, body: readJson(await readBytes(response)) };
  } catch (cause) {
    throw failure(cause, request.url, { timeout, limits });
  }
}

async function readBytes(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new KeyError('KEY_RESPONSE_INVALID', `the answer is over ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readJson(bytes: Uint8Array): JsonObject {
  try {
    const value = parseStrictJson(bytes);
    return isJsonObject(value) ? value : {};
  } catch {
    // The status says more than the text of a proxy in between.
    return {};
  }
}

function failure(
  cause: unknown,
  url: URL,
  { timeout, limits }: { readonly timeout: AbortSignal; readonly limits: CustodyLimits },
): KeyError {
  if (cause instanceof KeyError) return cause;
  if (limits.signal?.aborted) return new KeyError('KEY_ABORTED', 'the request was aborted');
  if (timeout.aborted) return new KeyError('KEY_TIMEOUT', `${url.host} did not answer in time`);
  return new KeyError('KEY_UNAVAILABLE', `${url.host} cannot be reached`, { cause });
}
