import { sha256Schema, type Clock } from '@axtary/core';
import { z } from 'zod';

import { anchorSchema } from './anchor.js';
import type {
  Anchor,
  AnchorSource,
  AnchorTarget,
  Checkpoint,
  PushOptions,
  Receipt,
} from './anchor.js';
import { AnchorError } from './errors.js';
import { parseLine, readLinesOf } from './file.js';
import { endpointOf, send, unexpected, type HttpAnchorOptions } from './http.js';

export interface OtlpAnchorOptions extends HttpAnchorOptions {
  readonly clock: Clock;
  /** Such as an API key of the collector. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Version of this software, as the scope of the record. */
  readonly version: string;
}

const EVENT = 'axtary.ledger.checkpoint';
const INFO = 9;
const NANOSECONDS_A_MILLISECOND = 1_000_000n;

/**
 * A collector of OpenTelemetry (OTLP/HTTP, JSON): each checkpoint becomes one log record with the
 * event name `axtary.ledger.checkpoint`. The collector checks nothing, so it finds nothing by
 * itself; what it has exported is read back by `OtlpExport`.
 */
export class OtlpAnchor implements AnchorTarget {
  readonly name = 'otlp';
  readonly #options: OtlpAnchorOptions;
  readonly #url: URL;

  /** @throws TypeError unless the address is https, or http to this machine. */
  constructor(options: OtlpAnchorOptions) {
    this.#options = options;
    this.#url = endpointOf(options.url, 'v1/logs');
  }

  async push(
    { log, size, root, head }: Checkpoint,
    { signal }: PushOptions = {},
  ): Promise<Receipt> {
    const now = this.#options.clock.now();
    const state = { log, size, root, head };
    const answer = await send(
      {
        url: this.#url,
        method: 'POST',
        headers: { ...this.#options.headers, 'content-type': 'application/json' },
        body: JSON.stringify(exportRequest(state, now, this.#options.version)),
        signal,
      },
      this.#options,
    );
    if (answer.status !== 200) throw unexpected(this.#url, answer);
    if (rejectedCount(answer.text) > 0) {
      throw new AnchorError('ANCHOR_REFUSED', `${this.#url.host} rejected the log record`);
    }
    return { anchor: { ...state, by: this.name, at: now.toISOString() } };
  }
}

function exportRequest({ log, size, root, head }: Checkpoint, now: Date, version: string): object {
  const nanoseconds = String(BigInt(now.getTime()) * NANOSECONDS_A_MILLISECOND);
  const record = {
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    severityNumber: INFO,
    severityText: 'INFO',
    eventName: EVENT,
    body: { stringValue: `ledger ${log}: ${size} records, root ${root}` },
    attributes: [
      // An event name is a field of its own since OTLP 1.5; older collectors drop that field.
      text('event.name', EVENT),
      text('axtary.ledger.log', log),
      { key: 'axtary.ledger.size', value: { intValue: String(size) } },
      text('axtary.ledger.root', root),
      text('axtary.ledger.head', head),
    ],
  };
  const scope = { name: '@axtary/ledger', version };
  const resource = { attributes: [text('service.name', 'axtary')] };
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] };
}

function text(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}

// ExportLogsServiceResponse; int64 is a string or a number in the JSON of protobuf.
const responseSchema = z.object({
  partialSuccess: z.object({ rejectedLogRecords: z.coerce.number().default(0) }),
});

function rejectedCount(answer: string): number {
  return responseSchema.safeParse(parseLine(answer)).data?.partialSuccess.rejectedLogRecords ?? 0;
}

const recordSchema = z.object({
  timeUnixNano: z.coerce.bigint(),
  attributes: z.array(z.object({ key: z.string(), value: z.looseObject({}) })),
});
const exportSchema = z.object({
  resourceLogs: z.array(
    z.object({ scopeLogs: z.array(z.object({ logRecords: z.array(z.unknown()) })) }),
  ),
});

/**
 * What a collector has written by its file exporter: one export request in JSON a line. A collector
 * may reorder, so the anchors come by size and their order says nothing.
 */
export class OtlpExport implements AnchorSource {
  readonly name = 'otlp';
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(log: string): Promise<readonly Anchor[]> {
    const lines = await readLinesOf(this.#path);
    const requests = lines.map((line) => exportSchema.safeParse(parseLine(line)).data);
    return requests
      .flatMap((request) => request?.resourceLogs ?? [])
      .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
      .map((record) => this.#anchorIn(record))
      .filter((anchor) => anchor !== undefined)
      .filter((anchor) => anchor.log === log)
      .sort((one, other) => one.size - other.size);
  }

  #anchorIn(record: unknown): Anchor | undefined {
    const { data } = recordSchema.safeParse(record);
    const attributes = new Map(data?.attributes.map(({ key, value }) => [key, value]));
    const at = new Date(Number((data?.timeUnixNano ?? 0n) / NANOSECONDS_A_MILLISECOND));
    const head = sha256Schema.safeParse(attributes.get('axtary.ledger.head')?.['stringValue']).data;
    const anchor = anchorSchema.safeParse({
      log: attributes.get('axtary.ledger.log')?.['stringValue'],
      size: Number(attributes.get('axtary.ledger.size')?.['intValue']),
      root: attributes.get('axtary.ledger.root')?.['stringValue'],
      ...(head !== undefined && { head }),
      by: this.name,
      at: Number.isNaN(at.getTime()) ? undefined : at.toISOString(),
    });
    return anchor.data;
  }
}
