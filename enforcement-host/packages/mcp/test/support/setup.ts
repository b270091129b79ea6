import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { fileURLToPath } from 'node:url';

import { systemClock, type JsonObject } from '@axtary/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import {
  createMcpGateway,
  createUpstreams,
  type McpGateway,
  type McpGatewayOptions,
  type StdioUpstream,
  type UpstreamDefinition,
  type Upstreams,
} from '../../src/index.js';
import { PassThroughRuntime } from './runtime.js';
import { ManualTimer } from './timer.js';

const require = createRequire(import.meta.url);

function script(name: string): string {
  return path.join(path.dirname(require.resolve(`${name}/package.json`)), 'dist', 'index.js');
}

export const EVERYTHING: StdioUpstream = {
  command: process.execPath,
  args: [script('@modelcontextprotocol/server-everything'), 'stdio'],
};

export function filesystem(folder: string): StdioUpstream {
  const args = [script('@modelcontextprotocol/server-filesystem'), folder];
  return { command: process.execPath, args };
}

export const CHANGING: StdioUpstream = {
  command: process.execPath,
  args: [fileURLToPath(new URL('../fixtures/changing-server.mjs', import.meta.url))],
};

export interface House {
  readonly upstreams: Upstreams;
  readonly runtime: PassThroughRuntime;
  readonly gateway: McpGateway;
  readonly timer: ManualTimer;
  readonly url: (server: string) => URL;
  readonly connect: (server: string, client?: Client, window?: string) => Promise<Client>;
  readonly close: () => Promise<void>;
}

const closers: (() => Promise<void>)[] = [];

/** Ends everything that the test opened, last first. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

const IDENTITY: McpGatewayOptions['identity'] = () => ({
  actor: {
    agent: 'agent:test',
    human: 'user:dev@example.com',
    tenant: 'org:example',
    runtime: 'mocha',
  },
  intent: { task: 'AXT-1', summary: 'A test' },
});

/** Upstreams, a runtime that passes through, a gateway, and a loopback HTTP server before it. */
export async function house(
  servers: Record<string, UpstreamDefinition>,
  options: Partial<McpGatewayOptions> = {},
): Promise<House> {
  const folder = process.cwd();
  const clock = options.clock ?? systemClock;
  const upstreams = createUpstreams({ servers, folder, clock, softwareVersion: '0.0.0-test' });
  const runtime = new PassThroughRuntime(upstreams.handler, upstreams.definitionPinChecker);
  const timer = new ManualTimer();
  const gateway = createMcpGateway({
    upstreams,
    runtime,
    folder,
    identity: IDENTITY,
    timer,
    ...options,
  });
  const http = listener(gateway);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const url = (server: string): URL =>
    new URL(`http://127.0.0.1:${port}/${encodeURIComponent(server)}`);
  const close = async (): Promise<void> => {
    await gateway.close();
    await upstreams.close();
    http.closeAllConnections();
    http.close();
  };
  closers.push(close);
  const connect = async (
    server: string,
    client = newClient(),
    window = 'window-1',
  ): Promise<Client> => {
    await client.connect(
      new StreamableHTTPClientTransport(url(server), {
        requestInit: { headers: { 'x-window': window } },
      }),
    );
    closers.push(() => client.close());
    return client;
  };
  return { upstreams, runtime, gateway, timer, url, connect, close };
}

export function newClient(name = 'test-client'): Client {
  return new Client({ name, version: '1.0.0' });
}

/** A client of the server itself, without a gateway. */
export async function direct(definition: StdioUpstream): Promise<Client> {
  const client = newClient();
  const { command, args = [] } = definition;
  await client.connect(new StdioClientTransport({ command, args: [...args], stderr: 'ignore' }));
  closers.push(() => client.close());
  return client;
}

function listener(gateway: McpGateway): Server {
  return createServer((incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) gone.abort();
    });
    const server = decodeURIComponent((incoming.url ?? '/').slice(1));
    const window = { id: String(incoming.headers['x-window'] ?? 'window-1') };
    const hasBody = incoming.method === 'POST';
    const request = new Request(`http://127.0.0.1${incoming.url ?? '/'}`, {
      method: incoming.method ?? 'GET',
      headers: Object.entries(incoming.headers).map(([k, v]) => [k, String(v)] as [string, string]),
      signal: gone.signal,
      ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
    });
    void answer(gateway.handleRequest(request, server, window), outgoing);
  });
}

async function answer(pending: Promise<Response>, outgoing: ServerResponse): Promise<void> {
  const response = await pending;
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  if (!response.body) return void outgoing.end();
  Readable.fromWeb(response.body as NodeReadableStream)
    .on('error', () => outgoing.destroy())
    .pipe(outgoing);
}

/** Resolves once `check` holds, by polling on the event loop; the test's own timeout ends it. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function textOf(result: unknown): string {
  const { content } = result as { content: { text: string }[] };
  return content.map(({ text }) => text).join('\n');
}

/** The parameters of every call that came to the fixture. */
export async function reached({ upstreams }: House): Promise<readonly JsonObject[]> {
  const result = await upstreams.get('changing').request('x/reached', undefined);
  return result['reached'] as unknown as JsonObject[];
}
