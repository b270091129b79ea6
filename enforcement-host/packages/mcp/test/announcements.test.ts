import assert from 'node:assert/strict';

import type { JsonObject } from '@axtary/core';
import fc from 'fast-check';

import { Announcements, type SubagentDescription } from '../src/index.js';
import { CHANGING, closeAll, house, textOf } from './support/setup.js';

const START = Date.parse('2026-01-05T10:00:00.000Z');
const GREET = { name: 'greet', arguments: { name: 'Ada' } };

let now = START;
let calls = 0;
let announcements: Announcements;

function announcement(more: object = {}): object {
  calls++;
  const { name: tool, arguments: args } = GREET;
  return { client: 'c', session: 's', call: `toolu_${calls}`, tool, arguments: args, ...more };
}

async function post(body: string, type = 'application/json'): Promise<[number, string]> {
  const request = new Request('http://axtary/announce', {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  const response = await announcements.handleRequest(request);
  return [response.status, await response.text()];
}

async function announce(more: object = {}): Promise<void> {
  assert.deepEqual(await post(JSON.stringify(announcement(more))), [204, '']);
}

function take(tool = GREET.name, args: JsonObject = GREET.arguments): string | undefined {
  return announcements.take(tool, args)?.id;
}

beforeEach(() => {
  now = START;
  announcements = new Announcements({ now: () => new Date(now) });
});

describe('announcements of calls', () => {
  it('are taken once, by the call of that tool with those arguments, oldest first', async () => {
    await announce({ subagent: { id: 'a' } });
    await announce();
    await announce({ subagent: { id: 'b' } });
    assert.equal(take('greet', { name: 'Bob' }), undefined);
    assert.equal(take('leave'), undefined);
    assert.deepEqual([take(), take(), take(), take()], ['a', undefined, 'b', undefined]);
  });

  it('are for arguments by their canonical form, not by how they are written', async () => {
    const args = '{"b":[1.0,{"y":null,"x":"\\u00e9"}],"a":1e2}';
    const written = JSON.stringify(announcement({ arguments: 0, subagent: { id: 'a' } }));
    const [status] = await post(written.replace('"arguments":0', `"arguments":${args}`));
    assert.equal(status, 204);
    assert.equal(take('greet', { a: 100, b: [1, { x: 'é', y: null }] }), 'a');
  });

  it('are for the tool as the hook can write its name', async () => {
    await announce({ tool: 'files_read_v2', subagent: { id: 'a' } });
    assert.equal(take('files/read.v2'), 'a');
  });

  it('are over after a minute of the clock, and not before', async () => {
    await announce({ subagent: { id: 'a' } });
    await announce({ subagent: { id: 'b' } });
    now = START + 59_999;
    assert.equal(take(), 'a');
    now = START + 60_000;
    assert.equal(take(), undefined);
  });

  it('count once for one call, however often its hook is configured', async () => {
    await announce({ call: 'toolu_same', subagent: { id: 'a' } });
    await announce({ call: 'toolu_same', subagent: { id: 'a' } });
    await announce({ call: 'toolu_same', session: 'other', subagent: { id: 'b' } });
    assert.deepEqual([take(), take(), take()], ['a', 'b', undefined]);
  });

  it('are a thousand at most: further ones are refused until some are taken or over', async () => {
    for (let at = 0; at < 1000; at++) await announce({ subagent: { id: `a${at}` } });
    const [status, text] = await post(JSON.stringify(announcement()));
    assert.equal(status, 429);
    assert.match(text, /1000 announced calls wait already/);
    assert.equal(take(), 'a0');
    await announce();
    now += 60_000;
    await announce({ subagent: { id: 'late' } });
    assert.equal(take(), 'late');
  });

  it('are refused where they are malformed, with what is wrong, and change nothing', async () => {
    const strange: [object, RegExp][] = [
      [{ subagent: {} }, /subagent.id/],
      [{ subagent: { id: '../x' } }, /subagent.id/],
      [{ subagent: null }, /subagent/],
      [{ subagent: { id: 'x', scope: '**' } }, /subagent.*scope/],
      [{ arguments: [] }, /arguments: expected an object/],
      [{ arguments: undefined }, /arguments/],
      [{ tool: '' }, /tool/],
      [{ tool: 'x'.repeat(513) }, /tool/],
      [{ session: 7 }, /session/],
      [{ client: 'a\nb' }, /client/],
      [{ call: undefined }, /call/],
      [{ allow: true }, /allow/],
    ];
    for (const [more, message] of strange) {
      const [status, text] = await post(JSON.stringify(announcement(more)));
      assert.equal(status, 400, text);
      assert.match((JSON.parse(text) as { error: { message: string } }).error.message, message);
    }
    for (const text of ['', '[]', 'null', '{', '{"tool":"a","tool":"b"}', '"\\ud800"']) {
      assert.equal((await post(text))[0], 400, text);
    }
    assert.equal((await post(JSON.stringify(announcement()), 'text/plain'))[0], 415);
    assert.equal((await post(' '.repeat(4 * 1024 * 1024 + 1)))[0], 413);
    assert.equal(take(), undefined);
  });

  it('never give a call to a sub-agent that nobody announced for it', async () => {
    const call = fc.record({
      tool: fc.constantFrom('a', 'b'),
      arguments: fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 1 })),
    });
    const claim = fc.record({ call, id: fc.option(fc.constantFrom('p', 'q'), { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(fc.array(claim), fc.array(call), async (claims, made) => {
        announcements = new Announcements({ now: () => new Date(now) });
        const expected = new Map<string, (string | undefined)[]>();
        for (const { call: announced, id } of claims) {
          await announce({ ...announced, ...(id !== undefined && { subagent: { id } }) });
          const key = keyOf(announced);
          expected.set(key, [...(expected.get(key) ?? []), id]);
        }
        for (const next of made) {
          assert.equal(take(next.tool, next.arguments), expected.get(keyOf(next))?.shift());
        }
      }),
      { numRuns: 50 },
    );
  });
});

function keyOf({ tool, arguments: args }: { tool: string; arguments: object }): string {
  return JSON.stringify([tool, Object.entries(args).toSorted()]);
}

describe('a call that was announced', () => {
  afterEach(closeAll);

  const delegated: SubagentDescription[] = [];
  const delegate = (_session: unknown, _delegator: unknown, subagent: SubagentDescription) => {
    delegated.push(subagent);
    return Promise.resolve({ agent: `agent:test/${subagent.id}`, tokens: ['root', subagent.id] });
  };

  it('acts under the delegation of its sub-agent, and what its client says itself goes before', async () => {
    const home = await house({ changing: CHANGING }, { announcements, delegate });
    const client = await home.connect('changing');
    await announce({ subagent: { id: 'a', parent: 'p' } });
    await client.callTool({ ...GREET, _meta: { 'axtary.com/subagent': { id: 'own' } } });
    await client.callTool(GREET);
    await client.callTool(GREET);
    assert.deepEqual(
      home.runtime.actions.map(({ actor }) => actor.agent),
      ['agent:test/own', 'agent:test/a', 'agent:test'],
    );
    assert.deepEqual(
      home.runtime.options.map(({ delegation }) => delegation),
      [['root', 'own'], ['root', 'a'], undefined],
    );
    assert.deepEqual(delegated, [{ id: 'own' }, { id: 'a', parent: 'p' }]);
  });

  it('is blocked where sub-agents have no delegations', async () => {
    const home = await house({ changing: CHANGING }, { announcements });
    const client = await home.connect('changing');
    await announce({ subagent: { id: 'a' } });
    const blocked = await client.callTool(GREET);
    assert.equal(blocked.isError, true);
    assert.match(textOf(blocked), /MCP_SUBAGENT_REFUSED/);
    assert.deepEqual(home.runtime.actions, []);
  });
});
