import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { ending, linesOf, start, temporaryFolder } from './support.js';
import { Bridge } from '../src/mcp/bridge.js';

interface Rpc {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

type Answer = (message: Rpc, request: IncomingMessage, response: ServerResponse) => void;

/** An agent endpoint that answers as a test says. */
class Endpoint {
  readonly received: { readonly body: string; readonly headers: IncomingMessage['headers'] }[] = [];
  answer: Answer = greet;
  readonly #server: Server;
  readonly #arrivals = new EventEmitter();

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  async listen(socket: string): Promise<void> {
    await once(this.#server.listen(socket), 'listening');
  }

  /** Waits for the next message of this method. */
  async receives(method: string): Promise<void> {
    await once(this.#arrivals, method);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const body = await text(request);
    this.received.push({ body, headers: request.headers });
    const message = JSON.parse(body) as Rpc;
    if (message.id === undefined) response.writeHead(202).end();
    else this.answer(message, request, response);
    if (message.method !== undefined) this.#arrivals.emit(message.method);
  }
}

function answerAs(session: string, { id, method }: Rpc, response: ServerResponse): void {
  const result = { protocolVersion: '2025-11-25', method };
  response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': session });
  response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
}

const greet: Answer = (message, _request, response) => {
  answerAs('one', message, response);
};

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  },
} as const;
const INITIALIZED = { jsonrpc: '2.0', method: 'notifications/initialized' } as const;

describe('axtary mcp', function () {
  if (process.platform === 'win32') return;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let endpoint: Endpoint;
  let child: ChildProcessWithoutNullStreams;
  let next: () => Promise<string>;
  let socket: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(path.join(folder.path, 'state'));
    socket = path.join(folder.path, 'state', 'agent.sock');
    endpoint = new Endpoint();
  });
  afterEach(async () => {
    child.kill();
    await endpoint.close();
    await folder.remove();
  });

  function run(): void {
    child = start(['mcp', '--server', 'files'], { cwd: folder.path });
    next = linesOf(child);
  }
  const write = (message: unknown) => child.stdin.write(`${JSON.stringify(message)}\n`);
  const read = async () => JSON.parse(await next()) as Rpc;

  async function greeted(): Promise<void> {
    await endpoint.listen(socket);
    run();
    write(INITIALIZE);
    assert.equal((await read()).id, 1);
    write(INITIALIZED);
  }

  it('sends messages on as they are, with the folder, the session and the version', async () => {
    await greeted();
    const call = {
      jsonrpc: '2.0',
      id: 'a',
      method: 'x/unknown',
      params: { deep: [1.5, { '': null }] },
    };
    write(call);
    assert.deepEqual((await read()).result, { protocolVersion: '2025-11-25', method: 'x/unknown' });
    const sent = endpoint.received.map(({ body }) => JSON.parse(body) as Rpc);
    assert.deepEqual(sent[0], INITIALIZE);
    assert.deepEqual(
      sent.find(({ id }) => id === 'a'),
      call,
    );
    assert.ok(sent.some(({ method }) => method === 'notifications/initialized'));
    const { headers } = endpoint.received.at(-1) ?? {};
    assert.equal(headers?.['mcp-session-id'], 'one');
    assert.equal(headers['mcp-protocol-version'], '2025-11-25');
    assert.equal(decodeURIComponent(String(headers['x-axtary-workspace'])), folder.path);
  });

  it('passes on what the server sends before its answer, also its own requests', async () => {
    await greeted();
    endpoint.answer = ({ id, method }, _request, response) => {
      if (method === undefined) return void response.writeHead(202).end();
      const before = [
        {
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: 1, progress: 1 },
        },
        { jsonrpc: '2.0', id: 7, method: 'roots/list' },
        { jsonrpc: '2.0', id, result: {} },
      ];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(before.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    };
    write({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a' } });
    assert.equal((await read()).method, 'notifications/progress');
    assert.equal((await read()).method, 'roots/list');
    assert.deepEqual(await read(), { jsonrpc: '2.0', id: 2, result: {} });
  });

  it('waits for an enforcement host that is still starting', async () => {
    run();
    write(INITIALIZE);
    await once(child, 'spawn');
    await endpoint.listen(socket);
    assert.equal((await read()).id, 1);
  });

  it('answers a request whose connection breaks off, and says that the outcome is unknown', async () => {
    await greeted();
    endpoint.answer = (_message, _request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': keep-alive\n\ndata: {"jsonrpc"', () => response.destroy());
    };
    write({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a' } });
    const { id, error } = await read();
    assert.equal(id, 2);
    assert.match(error?.message ?? '', /lost before the answer.*ledger/);
  });

  it('opens a session anew that the enforcement host no longer knows, and sends once more', async () => {
    await greeted();
    let refusals = 0;
    endpoint.answer = (message, request, response) => {
      const isKnown = request.headers['mcp-session-id'] === 'two';
      if (message.method === 'initialize' || isKnown) {
        answerAs('two', message, response);
        return;
      }
      refusals++;
      const error = { code: -32_001, message: 'Session not found' };
      response.writeHead(404).end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
    };
    write({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    assert.deepEqual(await read(), {
      jsonrpc: '2.0',
      id: 2,
      result: { protocolVersion: '2025-11-25', method: 'tools/list' },
    });
    assert.equal(refusals, 1);
  });

  it('says what to do when nothing listens any more, and that nothing was executed', async () => {
    await greeted();
    await endpoint.close();
    write({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a' } });
    const { error } = await read();
    assert.match(error?.message ?? '', /not running, so nothing was executed.*axtary proxy/);
  });

  it('hands on why the enforcement host refuses, at once', async () => {
    await endpoint.listen(socket);
    endpoint.answer = (_message, _request, response) => {
      const error = { code: -32_000, message: 'Axtary: POLICY_NOT_TRUSTED: open it in the editor' };
      response.writeHead(503).end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
    };
    run();
    write(INITIALIZE);
    const { id, error } = await read();
    assert.equal(id, 1);
    assert.equal(error?.message, 'Axtary: POLICY_NOT_TRUSTED: open it in the editor');
  });

  it('answers what it cannot read, and goes on', async () => {
    await greeted();
    const lines = [
      '{"jsonrpc":"2.0","id":2,"method":"a","method":"b"}',
      '{"jsonrpc":"2.0","id":3,"method":"a","params":{"n":9007199254740993}}',
      '[]',
      '{"jsonrpc":"2.0","id":4}',
      'x'.repeat(5 * 1024 * 1024),
    ];
    for (const line of lines) child.stdin.write(`${line}\n\r\n`);
    const codes = [];
    while (codes.length < lines.length) codes.push((await read()).error?.code);
    assert.deepEqual(codes, [-32_700, -32_700, -32_600, -32_600, -32_700]);
    write({ jsonrpc: '2.0', id: 5, method: 'ping' });
    assert.equal((await read()).id, 5);
    const methods = endpoint.received.map(({ body }) => (JSON.parse(body) as Rpc).method);
    assert.deepEqual(methods, ['initialize', 'notifications/initialized', 'ping']);
  });

  it('gives no answer to a request that was cancelled', async () => {
    await greeted();
    endpoint.answer = ({ id }, request, response) => {
      if (id === 2) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
      else greet({ id: id ?? null, method: 'ping' }, request, response);
    };
    write({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a' } });
    await endpoint.receives('tools/call');
    write({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    await endpoint.receives('notifications/cancelled');
    await endpoint.close();
    await endpoint.listen(socket);
    write({ jsonrpc: '2.0', id: 3, method: 'ping' });
    assert.equal((await read()).id, 3);
  });

  it('ends with its input, with calls under way and without', async () => {
    await greeted();
    endpoint.answer = (_message, _request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
      child.stdin.end();
    };
    const ended = once(child, 'close');
    write({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'a' } });
    assert.deepEqual(await ended, [0, null]);
    run();
    child.stdin.end();
    assert.equal((await ending(child)).code, 0);
  });

  it('ends when nobody reads its output', async () => {
    await greeted();
    const exit = once(child, 'exit');
    child.stdout.destroy();
    const ping = setInterval(() => write({ jsonrpc: '2.0', id: 2, method: 'ping' }), 20);
    child.stdin.on('error', () => undefined);
    assert.deepEqual(await exit, [0, null]);
    clearInterval(ping);
  });
});

describe('Bridge', () => {
  it('gives up on initialize after its retries, and says what to do', async () => {
    const answers: Rpc[] = [];
    const answered = deferred();
    const bridge = new Bridge({
      socketPath: path.join('/nonexistent', 'agent.sock'),
      url: new URL('http://axtary/mcp/by-folder/files'),
      headers: {},
      retryAfterMs: [1, 1],
      warn: () => undefined,
      deliver: (message) => {
        answers.push(message as Rpc);
        answered.done();
      },
    });
    bridge.forward(INITIALIZE);
    await answered.promise;
    assert.equal(answers[0]?.id, 1);
    assert.match(answers[0].error?.message ?? '', /not running.*open the folder in VS Code/);
    await bridge.close();
  });
});

function deferred(): { promise: Promise<void>; done: () => void } {
  let done = (): void => undefined;
  const promise = new Promise<void>((resolve) => (done = resolve));
  return { promise, done };
}
