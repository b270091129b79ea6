import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { messageOf, type Clock, type JsonObject } from '@axtary/core';
import { z } from 'zod';

import type { FormatContext } from '../formats/format-context.js';
import type { LedgerEvent } from '../formats/ledger-event.js';
import { toOtlpRecord, toOtlpRequest } from '../formats/otlp.js';
import { SinkError } from './errors.js';
import { readRetryAfter } from './retry-after.js';
import { ALL_TAKEN, type DeliverOptions, type DeliverReport, type LedgerSink } from './sink.js';

export interface OtlpSinkOptions {
  /** Address of a collector, https or http to this machine; `/v1/logs` is added where missing. */
  readonly url: string;
  readonly context: FormatContext;
  readonly clock: Clock;
  /** Such as an API key of the collector. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly compression?: 'gzip' | 'none';
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** 10 s by default. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Of records in one request; collectors take 4 MiB and more by default. */
const MAX_REQUEST_LENGTH = 1024 * 1024;
const MAX_ANSWER_BYTES = 64 * 1024;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const PATH = '/v1/logs';
const TOO_LARGE = 413;

const compress = promisify(gzip);

/**
 * Sends log records over OTLP/HTTP in JSON. A collector that is busy (429) or broken (5xx), or does
 * not answer, is `SINK_UNAVAILABLE`; one that says no is `SINK_REFUSED`. The protocol lets fewer
 * answers be tried again, but giving up on a record is not an option here.
 */
export class OtlpSink implements LedgerSink {
  readonly name: string;
  readonly #options: OtlpSinkOptions;
  readonly #url: URL;

  /** @throws TypeError unless the address is https, or http to this machine, without credentials. */
  constructor(options: OtlpSinkOptions) {
    this.#options = options;
    this.#url = logsEndpoint(options.url);
    this.name = this.#url.host;
  }

  async deliver(
    events: readonly LedgerEvent[],
    { signal }: DeliverOptions = {},
  ): Promise<DeliverReport> {
    let report = ALL_TAKEN;
    for (const records of inRequests(events.map((event) => toOtlpRecord(event)))) {
      report = added(report, await this.#send(records, signal));
    }
    return report;
  }

  async close(): Promise<void> {
    // Connections belong to `fetch`.
  }

  async #send(
    records: readonly JsonObject[],
    signal: AbortSignal | undefined,
  ): Promise<DeliverReport> {
    const { status, headers, text } = await this.#post(records, signal);
    if (status >= 200 && status < 300) return reportOf(text);
    if (status === TOO_LARGE && records.length > 1) {
      const half = Math.ceil(records.length / 2);
      const first = await this.#send(records.slice(0, half), signal);
      return added(first, await this.#send(records.slice(half), signal));
    }
    const message = `${this.name} answered with HTTP ${status}`;
    const isBusy = status === 408 || status === 429 || status >= 500;
    if (!isBusy) throw new SinkError('SINK_REFUSED', message);
    const retryAfterMs = readRetryAfter(headers.get('retry-after'), this.#options.clock);
    throw new SinkError('SINK_UNAVAILABLE', message, { retryAfterMs });
  }

  async #post(records: readonly JsonObject[], given: AbortSignal | undefined): Promise<Answer> {
    const { context, compression = 'none', headers, fetch = globalThis.fetch } = this.#options;
    const json = JSON.stringify(toOtlpRequest(records, context));
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const init = {
      method: 'POST',
      redirect: 'error',
      signal: given ? AbortSignal.any([timeout, given]) : timeout,
      body: compression === 'gzip' ? new Uint8Array(await compress(json)) : json,
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...(compression === 'gzip' && { 'content-encoding': 'gzip' }),
      },
    } as const;
    try {
      const response = await fetch(this.#url, init);
      const text = await readAnswer(response);
      return { status: response.status, headers: response.headers, text };
    } catch (cause) {
      const why = timeout.aborted
        ? 'did not answer in time'
        : `cannot be reached: ${reason(cause)}`;
      throw new SinkError('SINK_UNAVAILABLE', `${this.name} ${why}`, { cause });
    }
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

function logsEndpoint(text: string): URL {
  const url = new URL(text);
  if (!url.pathname.endsWith(PATH)) url.pathname = `${url.pathname.replace(/\/$/, '')}${PATH}`;
  const isLoopback = url.protocol === 'http:' && LOOPBACK.has(url.hostname);
  if (url.protocol !== 'https:' && !isLoopback) {
    throw new TypeError('expected an address of https, or of http on this machine');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('credentials do not belong into an address');
  }
  return url;
}

/** Parts of a batch, in order, none much longer than a request may be. */
function* inRequests(records: readonly JsonObject[]): Generator<readonly JsonObject[]> {
  let part: JsonObject[] = [];
  let length = 0;
  for (const record of records) {
    const more = JSON.stringify(record).length;
    if (part.length > 0 && length + more > MAX_REQUEST_LENGTH) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(record);
    length += more;
  }
  if (part.length > 0) yield part;
}

async function readAnswer(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    // A status is all that is needed of whoever talks without end.
    if (text.length > MAX_ANSWER_BYTES) return '';
  }
  return text;
}

// ExportLogsServiceResponse; int64 is a string or a number in the JSON of protocol buffers.
const responseSchema = z.object({
  partialSuccess: z.object({
    rejectedLogRecords: z.coerce.number().int().nonnegative().default(0),
    errorMessage: z.string().default(''),
  }),
});

function reportOf(answer: string): DeliverReport {
  const partial = responseSchema.safeParse(parsed(answer)).data?.partialSuccess;
  if (!partial?.rejectedLogRecords) return ALL_TAKEN;
  return { rejected: partial.rejectedLogRecords, why: partial.errorMessage.slice(0, 512) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function added(one: DeliverReport, other: DeliverReport): DeliverReport {
  const why = one.why ?? other.why;
  return { rejected: one.rejected + other.rejected, ...(why !== undefined && { why }) };
}

// `fetch` says "fetch failed", and the reason is the cause of that.
function reason(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
