import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import { Ajv } from 'ajv';

import { OTLP_LOGS } from '../formats/schemas.js';

const validate = new Ajv({ allErrors: true, strict: false }).compile<OtlpLogs>(OTLP_LOGS);

interface OtlpLogs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly attributes: readonly {
          readonly key: string;
          readonly value: { readonly intValue?: string; readonly stringValue?: string };
        }[];
      }[];
    }[];
  }[];
}

export interface CollectorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An OTLP/HTTP collector of this machine, which takes only what the protocol says. */
export class Collector {
  /** Sequence numbers of the records that it took, in the order of their coming. */
  readonly seqs: number[] = [];
  readonly requests: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly bytes: number;
  }[] = [];
  /** What it answers in place of taking the next requests; `undefined`: nothing at all. */
  readonly answers: (CollectorAnswer | undefined)[] = [];
  readonly #taken = new EventEmitter();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      this.requests.push({ path: request.url ?? '', headers: request.headers, bytes: body.length });
      const answer =
        this.answers.length > 0 ? this.answers.shift() : this.#take(request.headers, body);
      this.#taken.emit('taken');
      if (!answer) return;
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body ?? '{}');
    });
  });

  /** Resolves with the next request. */
  async taken(): Promise<void> {
    await once(this.#taken, 'taken');
  }

  async start(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(headers: IncomingHttpHeaders, body: Buffer): CollectorAnswer {
    if (headers['content-type'] !== 'application/json') return { status: 415 };
    const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const request: unknown = JSON.parse(bytes.toString('utf8'));
    if (!validate(request)) return { status: 400, body: JSON.stringify(validate.errors) };
    for (const { scopeLogs } of request.resourceLogs) {
      for (const { logRecords } of scopeLogs) this.seqs.push(...logRecords.map(seqOf));
    }
    return { status: 200 };
  }
}

function seqOf({
  attributes,
}: OtlpLogs['resourceLogs'][0]['scopeLogs'][0]['logRecords'][0]): number {
  return Number(attributes.find(({ key }) => key === 'axtary.seq')?.value.intValue);
}
