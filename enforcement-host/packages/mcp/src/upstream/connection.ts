import type { HandlerCall, HandlerProgress, JsonObject } from '@axtary/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { mediaTypeEssence } from '@modelcontextprotocol/sdk/shared/mediaType.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type {
  Implementation,
  Notification,
  Progress,
  ServerCapabilities,
} from '@modelcontextprotocol/sdk/types.js';

import { anyObject } from '../json.js';
import { watchStream } from '../stream.js';
import {
  workingFolder,
  type HttpUpstream,
  type StdioUpstream,
  type UpstreamDefinition,
} from './definition.js';

const STARTUP_MS = 30_000;
// A call ends by its signal, not by a clock of ours: the longest delay that a timer can hold.
const NO_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

/** What a server said of itself when it was greeted. */
export interface ServerDescription {
  readonly info: Implementation;
  readonly capabilities: ServerCapabilities;
  readonly instructions?: string;
  /** Negotiated MCP revision, such as `2025-11-25`. */
  readonly protocolVersion: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: HandlerCall['onProgress'] | undefined;
}

/** One life of a server: from a start to its end. */
export interface Connection {
  readonly description: ServerDescription;
  readonly isClosed: () => boolean;
  request(
    method: string,
    params: JsonObject | undefined,
    options: RequestOptions,
  ): Promise<JsonObject>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly folder: string;
  readonly softwareVersion: string;
  readonly onStderr: (text: string) => void;
  readonly onNotification: (notification: Notification) => void;
  /** Called once, when the server is gone for any reason. */
  readonly onClosed: () => void;
}

/** Starts or reaches a server and greets it. Offers it no sampling, elicitation or roots. */
export async function connect(
  definition: UpstreamDefinition,
  options: ConnectOptions,
): Promise<Connection> {
  const client = new Client({ name: 'axtary', version: options.softwareVersion });
  let closed = false;
  client.onclose = () => {
    if (closed) return;
    closed = true;
    options.onClosed();
  };
  client.fallbackNotificationHandler = (notification) => {
    options.onNotification(notification);
    return Promise.resolve();
  };
  const lost = (): void => void client.close();
  const { transport, end } =
    'url' in definition ? httpTransport(definition, lost) : stdioTransport(definition, options);
  const version = negotiatedVersion(transport);
  await client.connect(transport, { timeout: STARTUP_MS });
  deliverInTurn(transport);
  return {
    description: describe(client, version()),
    isClosed: () => closed,
    request: (method, params, request) => send(client, { method, params }, request),
    close: async () => {
      await end();
      await client.close();
    },
  };
}

function describe(client: Client, protocolVersion: string): ServerDescription {
  const instructions = client.getInstructions();
  return {
    info: client.getServerVersion() ?? { name: 'unnamed', version: '0' },
    capabilities: client.getServerCapabilities() ?? {},
    ...(instructions === undefined ? {} : { instructions }),
    protocolVersion,
  };
}

// The client tells the negotiated revision to its transport only.
function negotiatedVersion(transport: Transport): () => string {
  let negotiated = 'unknown';
  const inner = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (version) => {
    negotiated = version;
    inner?.(version);
  };
  return () => negotiated;
}

// The SDK hands notifications on one turn later than answers, and so loses the progress that stands
// right before its answer. One message a turn keeps them in order.
function deliverInTurn(transport: Transport): void {
  const deliver = transport.onmessage?.bind(transport);
  let turn = Promise.resolve();
  transport.onmessage = (message, extra) => {
    turn = turn
      .then(() => deliver?.(message, extra))
      .catch((error: unknown) => {
        transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
      });
  };
}

async function send(
  client: Client,
  { method, params }: { readonly method: string; readonly params: JsonObject | undefined },
  { signal, onProgress }: RequestOptions,
): Promise<JsonObject> {
  // The SDK never takes its listener off a signal again; this one ends with the call.
  const abort = new AbortController();
  const forward = (): void => {
    abort.abort(signal?.reason);
  };
  if (signal?.aborted) forward();
  signal?.addEventListener('abort', forward, { once: true });
  try {
    return await client.request({ method, ...(params ? { params } : {}) }, anyObject, {
      signal: abort.signal,
      timeout: NO_TIMEOUT_MS,
      ...(onProgress ? { onprogress: (progress) => onProgress(progressOf(progress)) } : {}),
    });
  } finally {
    signal?.removeEventListener('abort', forward);
  }
}

function progressOf({ progress, total, message }: Progress): HandlerProgress {
  return {
    progress,
    ...(total === undefined ? {} : { total }),
    ...(message === undefined ? {} : { message }),
  };
}

interface Opened {
  readonly transport: Transport;
  /** Says good-bye, before the transport is closed. */
  readonly end: () => Promise<void>;
}

// `env` adds to the few variables that the SDK passes on (PATH, HOME, …), and to nothing else.
// Closing ends stdin, then sends SIGTERM, then SIGKILL, two seconds apart; when our process dies,
// the end of stdin is what the server sees.
function stdioTransport(definition: StdioUpstream, options: ConnectOptions): Opened {
  const transport = new StdioClientTransport({
    command: definition.command,
    args: [...(definition.args ?? [])],
    env: { ...definition.env },
    cwd: workingFolder(definition, options.folder),
    stderr: 'pipe',
    maxBufferSize: MAX_MESSAGE_BYTES,
  });
  transport.stderr?.on('data', (chunk: Buffer) => {
    options.onStderr(chunk.toString('utf8'));
  });
  return { transport, end: () => Promise.resolve() };
}

function httpTransport({ url, headers }: HttpUpstream, onLost: () => void): Opened {
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: watchedFetch(onLost),
  });
  const end = async (): Promise<void> => {
    await Promise.race([
      transport.terminateSession().catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 2000).unref()),
    ]);
  };
  return { transport, end };
}

// By these a server says that it does not know our session (400 by some, against MCP).
const SESSION_UNKNOWN = new Set([400, 404, 410]);

// An answer whose stream breaks off never settles its request in the SDK, so the connection counts
// as lost, and as well where the session does.
function watchedFetch(onLost: () => void): typeof fetch {
  return async (input, init) => {
    if (init?.method !== 'POST') return fetch(input, init);
    const response = await fetch(input, init).catch((error: unknown) => {
      onLost();
      throw error;
    });
    if (SESSION_UNKNOWN.has(response.status)) queueMicrotask(onLost);
    if (!response.ok || !response.body || !isEventStream(response)) return response;
    const body = watchStream(response.body, (how) => {
      if (how === 'broken') onLost();
    });
    return new Response(body, response);
  };
}

function isEventStream(response: Response): boolean {
  return mediaTypeEssence(response.headers.get('content-type')) === 'text/event-stream';
}
