import { AnchorError } from './errors.js';

/** The part of `fetch` that anchors use. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/** How an anchor is reached over HTTP. */
export interface HttpAnchorOptions {
  /** https, or http to this machine. */
  readonly url: string;
  readonly fetch?: Fetch;
  /** 10 s by default. */
  readonly timeoutMs?: number;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Media type without its parameters, in lower case. */
  readonly mediaType: string;
  /** At most 64 KiB. */
  readonly text: string;
}

const MAX_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address of a path below a base.
 *
 * @throws TypeError unless it is https, or http to this machine, without credentials.
 */
export function endpointOf(base: string, path: string): URL {
  const url = new URL(path, base.endsWith('/') ? base : `${base}/`);
  const isLoopback = url.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url.protocol !== 'https:' && !isLoopback)
    throw new TypeError('anchors are reached over https');
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('credentials do not belong into an address');
  }
  return url;
}

/**
 * Sends one request, without redirects or retries.
 *
 * @throws AnchorError `ANCHOR_TIMEOUT`, `ANCHOR_UNAVAILABLE`, `ANCHOR_RESPONSE_INVALID`.
 */
export async function send(
  { url, method, headers = {}, body, signal: given }: HttpRequest,
  { fetch = globalThis.fetch, timeoutMs = DEFAULT_TIMEOUT_MS }: Omit<HttpAnchorOptions, 'url'>,
): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = given ? AbortSignal.any([timeout, given]) : timeout;
  try {
    const init = { method, headers, body: body ?? null, signal, redirect: 'error' } as const;
    const response = await fetch(url, init);
    const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';');
    const text = await readText(response);
    return { status: response.status, mediaType: mediaType.trim().toLowerCase(), text };
  } catch (cause) {
    if (cause instanceof AnchorError) throw cause;
    if (timeout.aborted) {
      throw new AnchorError('ANCHOR_TIMEOUT', `${url.host} did not answer in time`, { cause });
    }
    throw new AnchorError('ANCHOR_UNAVAILABLE', `${url.host} cannot be reached`, { cause });
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new AnchorError('ANCHOR_RESPONSE_INVALID', `the answer is over ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An answer that the protocol of an anchor has no meaning for. */
export function unexpected(url: URL, { status }: HttpAnswer): AnchorError {
  if (status === 401 || status === 403) {
    return new AnchorError('ANCHOR_REFUSED', `${url.host} refused: HTTP ${status}`);
  }
  const isBusy = status === 429 || status >= 500;
  const code = isBusy ? 'ANCHOR_UNAVAILABLE' : 'ANCHOR_RESPONSE_INVALID';
  return new AnchorError(code, `${url.host} answered with HTTP ${status}`);
}
