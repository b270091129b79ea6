import assert from 'node:assert/strict';

import type { HandlerCall, JsonObject, JsonValue } from '@axtary/core';

import { createFakeHandlers } from '../src/index.js';

const clock = { now: () => new Date('2026-11-01T12:00:00Z') };

function caller(): (tool: string, payload: JsonObject, resource?: string) => Promise<JsonValue> {
  const handlers = createFakeHandlers({ clock });
  return async (tool, payload, resource = 'repo:example/web-app') => {
    const handler = handlers[tool];
    assert.ok(handler, tool);
    const signal = new AbortController().signal;
    return handler({ tool, resource, payload, signal } as unknown as HandlerCall);
  };
}

describe('createFakeHandlers', () => {
  it('opens pull requests, one per branch, and says that it is a fake', async () => {
    const call = caller();
    const create = (head: string): Promise<JsonValue> =>
      call('github.pull_requests.create', { title: 'T', base: 'main', head });
    assert.deepEqual(await create('a'), {
      fake: true,
      number: 1,
      state: 'open',
      title: 'T',
      base: { ref: 'main' },
      head: { ref: 'a' },
      html_url: 'https://github.example/example/web-app/pull/1',
    });
    const numberOf = async (head: string): Promise<unknown> =>
      ((await create(head)) as JsonObject)['number'];
    assert.deepEqual([await numberOf('b'), await numberOf('a')], [2, 1]);
  });

  it('posts messages with growing timestamps, and refuses one that is too long', async () => {
    const call = caller();
    const post = (text: string): Promise<JsonValue> =>
      call('slack.chat.postMessage', { channel: 'C1', text });
    assert.deepEqual(await post('hi'), {
      fake: true,
      ok: true,
      channel: 'C1',
      ts: '1793534400.000001',
      message: { type: 'message', text: 'hi', ts: '1793534400.000001' },
    });
    assert.equal(((await post('again')) as JsonObject)['ts'], '1793534400.000002');
    await assert.rejects(post('x'.repeat(40_001)), { code: 'UPSTREAM_REFUSED' });
  });

  it('remembers what was changed of an issue', async () => {
    const call = caller();
    await call('linear.issue.update', { issue: 'AXT-1', fields: { status: 'Done' } });
    const second = await call('linear.issue.update', {
      issue: 'AXT-1',
      fields: { assignee: 'ada' },
    });
    assert.deepEqual(second, {
      fake: true,
      success: true,
      issue: {
        id: 'AXT-1',
        status: 'Done',
        assignee: 'ada',
        updatedAt: '2026-11-01T12:00:00.000Z',
      },
    });
    await assert.rejects(call('linear.issue.update', {}), { code: 'UPSTREAM_REFUSED' });
    await assert.rejects(call('linear.issue.update', { issue: 'A', fields: 3 }), {
      code: 'UPSTREAM_REFUSED',
    });
  });

  it('searches its documents, within a limit', async () => {
    const call = caller();
    const found = (await call('docs.search', { query: 'who handbook' })) as {
      results: JsonObject[];
      total: number;
    };
    assert.deepEqual(
      found.results.map(({ id }) => id),
      ['doc-3'],
    );
    const none = (await call('docs.search', { query: '', limit: -1 })) as {
      results: JsonObject[];
      total: number;
    };
    assert.deepEqual([none.results, none.total], [[], 4]);
    await assert.rejects(call('docs.search', {}), {
      code: 'UPSTREAM_REFUSED',
      message: /expected a text as "query"/,
    });
  });

  it('keeps the state of one set of handlers from another', async () => {
    const pull = { title: 'T', head: 'x' };
    const first = (await caller()('github.pull_requests.create', pull)) as JsonObject;
    const second = (await caller()('github.pull_requests.create', pull)) as JsonObject;
    assert.deepEqual([first['number'], second['number']], [1, 1]);
  });
});
