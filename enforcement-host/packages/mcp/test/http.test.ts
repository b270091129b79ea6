import assert from 'node:assert/strict';

import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';

import {
  CHANGING,
  closeAll,
  house,
  newClient,
  textOf,
  until,
  type House,
} from './support/setup.js';

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  },
};

function post(url: URL, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  });
}

async function errorOf(response: Response): Promise<{ code: number; message: string }> {
  const { error } = (await response.json()) as { error: { code: number; message: string } };
  return error;
}

describe('the HTTP endpoint', () => {
  let home: House;
  let url: URL;

  beforeEach(async () => {
    home = await house({ changing: CHANGING });
    url = home.url('changing');
  });
  afterEach(closeAll);

  async function open(headers: Record<string, string> = {}): Promise<string> {
    const response = await post(url, JSON.stringify(INITIALIZE), headers);
    assert.equal(response.status, 200);
    await response.text();
    return response.headers.get('mcp-session-id') ?? '';
  }

  it('refuses a body of 10 MB before it reads it, with and without a length', async () => {
    const body = JSON.stringify({ ...INITIALIZE, padding: 'x'.repeat(10 * 1024 * 1024) });
    const response = await post(url, body);
    assert.equal(response.status, 413);
    assert.match((await errorOf(response)).message, /larger than 4194304 bytes/);
    const request = new Request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    const streamed = await home.gateway.handleRequest(request, 'changing', { id: 'w' });
    assert.equal(streamed.status, 413);
    assert.equal(home.upstreams.status()[0]?.state, 'stopped');
  });

  it('refuses JSON that another reader could read otherwise', async () => {
    const session = await open();
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const call = (args: string): string =>
      `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"greet","arguments":${args}}}`;
    const hostile = [
      call('{"name":"Ada","name":"Eve"}'),
      call('{"name":"\\ud800"}'),
      call('{"n":9007199254740993}'),
      call('{"n":1e999}'),
      call('{"__proto__":{"name":"Eve"}}'),
      call(deep),
      `\ufeff${call('{}')}`,
      call('{}').slice(0, -1),
      '',
      'NaN',
    ];
    for (const body of hostile) {
      const response = await post(url, body, { 'mcp-session-id': session });
      assert.equal(response.status, 400, body.slice(0, 120));
      const { code, message } = await errorOf(response);
      assert.equal(code, -32700, body.slice(0, 120));
      assert.match(message, /^Axtary could not read this message: /);
    }
    assert.deepEqual(home.runtime.actions, []);
    const good = await post(url, call('{"name":"Ada"}'), { 'mcp-session-id': session });
    assert.match(await good.text(), /hello Ada/);
  });

  it('names a duplicate member as such', async () => {
    const response = await post(url, '{"jsonrpc":"2.0","jsonrpc":"2.0"}');
    assert.match((await errorOf(response)).message, /a duplicate member at offset 17/);
  });

  it('refuses another content type, method, server, and a message before initialize', async () => {
    const body = JSON.stringify(INITIALIZE);
    const form = await post(url, body, { 'content-type': 'text/plain' });
    assert.equal(form.status, 415);
    const put = await fetch(url, { method: 'PUT', body });
    assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, POST, DELETE']);
    assert.equal((await post(home.url('other'), body)).status, 404);
    const early = await post(url, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    assert.equal(early.status, 400);
    assert.match((await errorOf(early)).message, /initialize/);
    assert.equal((await fetch(url)).status, 404);
  });

  it('keeps a session to its window and its server', async () => {
    const session = await open({ 'x-window': 'one' });
    const list = '{"jsonrpc":"2.0","id":2,"method":"tools/list"}';
    const own = { 'mcp-session-id': session, 'x-window': 'one' };
    assert.equal((await post(url, list, { ...own, 'x-window': 'two' })).status, 404);
    assert.equal((await post(url, list, { ...own, 'mcp-session-id': 'mcp_guess' })).status, 404);
    const ok = await post(url, list, own);
    assert.equal(ok.status, 200);
    await ok.text();
    const gone = await fetch(url, { method: 'DELETE', headers: own });
    assert.equal(gone.status, 200);
    assert.equal((await post(url, list, own)).status, 404);
  });

  it('ends a session that is idle for 30 minutes, not one with an open stream', async () => {
    const [idle, streaming] = [await open(), await open()];
    const stream = await fetch(url, {
      headers: { accept: 'text/event-stream', 'mcp-session-id': streaming },
    });
    await until(() => home.timer.size === 1);
    home.timer.turn(30 * 60 * 1000);
    const ping = '{"jsonrpc":"2.0","id":2,"method":"ping"}';
    assert.equal((await post(url, ping, { 'mcp-session-id': idle })).status, 404);
    assert.equal((await post(url, ping, { 'mcp-session-id': streaming })).status, 200);
    await stream.body?.cancel();
  });

  it('makes room for a new session by ending the one idle longest', async () => {
    const small = await house({ changing: CHANGING }, { maxSessions: 2 });
    url = small.url('changing');
    const ids = [await open(), await open(), await open()];
    await until(() => small.timer.size === 2);
    const ping = '{"jsonrpc":"2.0","id":2,"method":"ping"}';
    const statuses = [];
    for (const id of ids) statuses.push((await post(url, ping, { 'mcp-session-id': id })).status);
    assert.deepEqual(statuses, [404, 200, 200]);
  });

  it('refuses a new session where all are busy', async () => {
    const small = await house({ changing: CHANGING }, { maxSessions: 1 });
    url = small.url('changing');
    const headers = { accept: 'text/event-stream', 'mcp-session-id': await open() };
    const stream = await fetch(url, { headers });
    assert.equal((await post(url, JSON.stringify(INITIALIZE))).status, 503);
    await stream.body?.cancel();
  });

  it('serves sessions side by side, each with its own answers', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => home.connect('changing')));
    const texts = await Promise.all(
      clients.map(async (client, i) =>
        textOf(await client.callTool({ name: 'greet', arguments: { name: `client ${i}` } })),
      ),
    );
    assert.deepEqual(
      texts,
      clients.map((_, i) => `hello client ${i}`),
    );
    assert.equal(new Set(home.runtime.actions.map(({ context }) => context.session)).size, 8);
  });

  it('leaves no stream open behind a cancelled request', async () => {
    const session = { 'mcp-session-id': await open() };
    const params = { name: 'hang', arguments: {} };
    const call = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params });
    const response = await post(url, call, session);
    await until(() => home.runtime.actions.length === 1);
    const method = 'notifications/cancelled';
    const cancel = JSON.stringify({ jsonrpc: '2.0', method, params: { requestId: 7 } });
    assert.equal((await post(url, cancel, session)).status, 202);
    assert.equal(await response.text(), '');
  });

  it('serves another transport too', async () => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await home.gateway.connect('changing', ours, { id: 'w' });
    const client = newClient();
    await client.connect(theirs);
    assert.equal(textOf(await client.callTool({ name: 'greet', arguments: {} })), 'hello you');
    await client.close();
    await assert.rejects(home.gateway.connect('other', ours, { id: 'w' }), {
      code: 'MCP_SERVER_UNKNOWN',
    });
  });
});
