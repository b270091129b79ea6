import assert from 'node:assert/strict';

import { parseTraceparent } from '@axtary/core';

import { CHANGING, closeAll, house, reached, until, type House } from './support/setup.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const OTHER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
const GREET = { name: 'greet', arguments: { name: 'Ada' } };

/** None of them is a traceparent (W3C Trace Context, section 3.2.2). */
const HOSTILE = [
  '',
  'nonsense',
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `ff-${TRACE}-00f067aa0ba902b7-01`,
  `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
  `00-${TRACE}-00f067aa0ba902b7-1`,
  `00-${TRACE}-00f067aa0ba902b7-01-more`,
  `00-${TRACE}-00f067aa0ba902b-01`,
  `00-${TRACE}a-00f067aa0ba902b7-01`,
  `0-${TRACE}-00f067aa0ba902b7-01`,
  `${TRACEPARENT}, ${TRACEPARENT}`,
  `01-${TRACE}-00f067aa0ba902b7-01-${'x'.repeat(10_000)}`,
];

describe('trace context', () => {
  let home: House;
  let session: string;

  beforeEach(async () => {
    home = await house({ changing: CHANGING });
    session = '';
    const params = { protocolVersion: '2025-11-25', capabilities: {} };
    const clientInfo = { name: 'raw', version: '1' };
    const response = await post({ id: 1, method: 'initialize', params: { ...params, clientInfo } });
    session = response.headers.get('mcp-session-id') ?? '';
    await response.text();
  });
  afterEach(closeAll);

  function post(message: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(home.url('changing'), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session ? { 'mcp-session-id': session } : {}),
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
  }

  /** Calls, and returns the traceparent that its action came to have. */
  async function call(meta: unknown, header?: string): Promise<string | undefined> {
    const before = home.runtime.actions.length;
    const params = { ...GREET, ...(meta === undefined ? {} : { _meta: meta }) };
    const traced = header === undefined ? undefined : { traceparent: header };
    const response = await post({ id: 2, method: 'tools/call', params }, traced);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /hello Ada/);
    assert.equal(home.runtime.actions.length, before + 1);
    return home.runtime.actions.at(-1)?.context.traceparent;
  }

  it('comes from the header of the HTTP request, or from _meta, which wins', async () => {
    assert.equal(await call(undefined, TRACEPARENT), TRACEPARENT);
    assert.equal(await call({ traceparent: OTHER }), OTHER);
    assert.equal(await call({ traceparent: OTHER, more: 1 }, TRACEPARENT), OTHER);
    assert.equal(await call({ traceparent: 'nonsense' }, TRACEPARENT), TRACEPARENT);
    assert.equal(await call(undefined), undefined);
  });

  it('is ignored where it is none, and the call goes on', async () => {
    for (const traceparent of HOSTILE) {
      assert.equal(await call({ traceparent }), undefined, traceparent);
      assert.equal(await call(undefined, traceparent.slice(0, 4000)), undefined, traceparent);
    }
    for (const traceparent of [7, null, [TRACEPARENT], { traceparent: TRACEPARENT }]) {
      assert.equal(await call({ traceparent }), undefined);
    }
    assert.deepEqual((await reached(home))[0], GREET);
  });

  it('of a header does not make a message good that is none', async () => {
    const message = { id: 3, method: 'tools/call', params: { ...GREET, _meta: 'x' } };
    const answers = [];
    for (const headers of [{}, { traceparent: TRACEPARENT }]) {
      answers.push(await (await post(message, headers)).text());
    }
    assert.equal(answers[0], answers[1]);
    assert.equal(home.runtime.actions.length, 0);
  });

  it('goes on to the server: the same trace, a span of each call', async () => {
    const withMore = `01-${TRACE}-00f067aa0ba902b7-01-more`;
    for (const header of [TRACEPARENT, TRACEPARENT, withMore]) await call(undefined, header);
    await until(async () => (await reached(home)).length === 3);
    const sent = (await reached(home)).map(
      ({ _meta }) => (_meta as { traceparent: string }).traceparent,
    );
    const spans = sent.map((traceparent) => parseTraceparent(traceparent)?.spanId);
    assert.equal(new Set([...spans, '00f067aa0ba902b7', undefined]).size, 5);
    for (const traceparent of sent) {
      assert.match(traceparent, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    }
  });

  it('stands beside the token of a call that wants its progress', async () => {
    const client = await home.connect('changing');
    await client.callTool({ ...GREET, _meta: { traceparent: TRACEPARENT } }, undefined, {
      onprogress: () => undefined,
    });
    const [{ _meta } = {}] = await reached(home);
    assert.deepEqual(Object.keys(_meta ?? {}).sort(), ['progressToken', 'traceparent']);
  });
});
