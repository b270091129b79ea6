import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isJsonObject, messageOf, type JsonValue } from '@axtary/core';
import { Agent, fetch } from 'undici';

import { CliError } from '../errors.js';

/** The enforcement host answered a request with another status than success. */
export class GatewayRefusal extends CliError {
  readonly status: number;
  /** Code of the JSON-RPC error in the answer, where there is one. */
  readonly rpcCode: number | undefined;

  constructor(status: number, message: string, rpcCode: number | undefined) {
    super('CLI_REFUSED', message);
    this.status = status;
    this.rpcCode = rpcCode;
  }
}

export interface SocketFetch {
  readonly fetch: FetchLike;
  close(): Promise<void>;
}

export interface SocketFetchOptions {
  readonly socketPath: string;
  /** What a stream of events ends with, given the body of its request. */
  readonly lastEvent: (requestBody: string) => string;
}

const NOT_LISTENING: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED']);
const NULL_BODY_STATUS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * `fetch` over a Unix socket or named pipe. Rejects with CliError `CLI_HOST_NOT_RUNNING` when
 * nothing listens there (nothing was sent then), and with GatewayRefusal for an error status.
 */
export function createSocketFetch({ socketPath, lastEvent }: SocketFetchOptions): SocketFetch {
  // A call may wait for an approval as long as it takes.
  const dispatcher = new Agent({ connect: { socketPath }, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async fetch(url, { method = 'GET', headers, body, signal } = {}) {
      const text = typeof body === 'string' ? body : undefined;
      const response = await fetch(url, {
        method,
        headers: [...new Headers(headers)],
        ...(text === undefined ? {} : { body: text }),
        ...(signal ? { signal } : {}),
        dispatcher,
      }).catch((error: unknown) => {
        throw explain(error);
      });
      if (!response.ok && response.status !== 405) throw await refusalOf(response);
      return handOn(response, text === undefined ? '' : lastEvent(text));
    },
    close: () => dispatcher.destroy(),
  };
}

function explain(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (!NOT_LISTENING.has(code)) return cause ?? error;
  return new CliError('CLI_HOST_NOT_RUNNING', NOT_RUNNING, { cause });
}

const NOT_RUNNING =
  'the Axtary enforcement host is not running, so nothing was executed; ' +
  'open the folder in VS Code with Axtary, or run "axtary proxy"';

type Answer = Awaited<ReturnType<typeof fetch>>;

async function refusalOf(response: Answer): Promise<GatewayRefusal> {
  const text = await response.text().catch(messageOf);
  const error = errorIn(text);
  const message = error?.['message'];
  const code = error?.['code'];
  return new GatewayRefusal(
    response.status,
    typeof message === 'string' ? message : `status ${response.status}: ${text.slice(0, 500)}`,
    typeof code === 'number' ? code : undefined,
  );
}

function errorIn(text: string): Readonly<Record<string, JsonValue>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const error = isJsonObject(value) ? value['error'] : undefined;
    return isJsonObject(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

function handOn(response: Answer, event: string): Response {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  const ending = isStream && event !== '' ? `\n\n${event}` : '';
  const hasBody = response.body && !NULL_BODY_STATUS.has(response.status);
  return new Response(hasBody ? withEnding(response.body, ending) : null, {
    status: response.status,
    headers: [...response.headers],
  });
}

/**
 * The same bytes, and after them, however they ended, a text. It begins with a blank line, which
 * ends an event that was cut off.
 */
function withEnding(body: AsyncIterable<Uint8Array>, ending: string): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next().catch((error: unknown) => {
        if (ending === '') throw error;
        return undefined;
      });
      if (next && !next.done) {
        controller.enqueue(next.value);
        return;
      }
      if (ending !== '') controller.enqueue(new TextEncoder().encode(ending));
      controller.close();
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
