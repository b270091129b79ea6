import assert from 'node:assert/strict';

import { actionSchema, type JsonObject } from '@axtary/core';

import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { McpGatewayError } from '../src/index.js';
import { anyObject } from '../src/json.js';
import {
  CHANGING,
  closeAll,
  EVERYTHING,
  house,
  newClient,
  textOf,
  until,
  type House,
} from './support/setup.js';

const GREET = { name: 'greet', arguments: { name: 'Ada' } };

async function reached({ upstreams }: House): Promise<readonly JsonObject[]> {
  const result = await upstreams.get('changing').request('x/reached', undefined);
  return result['reached'] as unknown as JsonObject[];
}

describe('every tools/call goes through the runtime', () => {
  let home: House;

  beforeEach(async () => {
    home = await house({ changing: CHANGING });
  });
  afterEach(closeAll);

  it('as an action that names server, tool, definition and session, and says what is verified', async () => {
    const client = await home.connect('changing');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await client.callTool({ ...GREET, _meta: { traceparent } });
    const [action] = home.runtime.actions;
    assert.ok(action && actionSchema.parse(action));
    const { definitionHash } = await home.upstreams.toolDefinition('changing', 'greet');
    assert.equal(action.capability.tool, 'mcp.tool.call');
    assert.equal(action.capability.resource, 'mcp:changing/greet');
    assert.deepEqual(action.capability.payload, { server: 'changing', ...GREET });
    assert.deepEqual(action.context.mcp, {
      server: 'changing',
      serverIdentity: home.upstreams.get('changing').identity,
      protocolVersion: '2025-06-18',
      definitionHash,
    });
    assert.deepEqual(action.context.pins, [
      { kind: 'tool_definition', subject: 'mcp:changing/greet', digest: definitionHash },
    ]);
    assert.equal(action.context.traceparent, traceparent);
    assert.equal(action.context.workspace, process.cwd());
    assert.match(action.context.session ?? '', /^ses_/);
    assert.deepEqual(action.context.verified, ['mcp', 'pins', 'workspace', 'session']);
  });

  it('and the server gets exactly the name and the arguments of the action', async () => {
    const client = await home.connect('changing');
    await client.callTool({ ...GREET, _meta: { traceparent: 'nonsense', secret: 'x' } });
    assert.deepEqual(await reached(home), [GREET]);
    assert.equal(home.runtime.actions[0]?.context.traceparent, undefined);
  });

  it('and a call that is denied never reaches the server; its reason reaches the agent verbatim', async () => {
    const client = await home.connect('changing');
    home.runtime.decide = () => ({
      code: 'APPROVAL_DENIED',
      message: 'dev@example.com said no: "not on a Friday — ask Grace"',
    });
    const result = await client.callTool(GREET);
    assert.equal(result.isError, true);
    assert.equal(
      textOf(result),
      'Axtary blocked this call: dev@example.com said no: "not on a Friday — ask Grace" (APPROVAL_DENIED)',
    );
    assert.deepEqual(await reached(home), []);
  });

  it('and a reason without end is cut', async () => {
    const client = await home.connect('changing');
    home.runtime.decide = () => ({ code: 'POLICY_DENIED', message: 'x'.repeat(100_000) });
    assert.ok(textOf(await client.callTool(GREET)).length < 9000);
  });

  it('and an unknown tool is blocked before it becomes an action', async () => {
    const client = await home.connect('changing');
    const result = await client.callTool({ name: 'nothing', arguments: {} });
    assert.match(
      textOf(result),
      /^Axtary blocked this call: .*no tool named "nothing".*MCP_TOOL_UNKNOWN/,
    );
    assert.deepEqual([home.runtime.actions, await reached(home)], [[], []]);
  });

  it('and a tool that is listed twice is blocked', async () => {
    const client = await home.connect('changing');
    await client.callTool({ name: 'double', arguments: {} });
    home.upstreams.get('changing');
    await client.callTool({ name: 'change', arguments: {} });
    await until(async () =>
      home.upstreams.toolDefinition('changing', 'greet').then(
        () => false,
        (error: unknown) => error instanceof McpGatewayError && error.code === 'MCP_TOOL_AMBIGUOUS',
      ),
    );
    assert.match(textOf(await client.callTool(GREET)), /MCP_TOOL_AMBIGUOUS/);
  });

  it('and malformed parameters are a protocol error', async () => {
    const client = await home.connect('changing');
    const call = (params: Record<string, unknown>): Promise<unknown> =>
      client.request({ method: 'tools/call', params }, anyObject);
    await assert.rejects(call({ name: 'greet', arguments: [1] }), { code: -32602 });
    await assert.rejects(call({ arguments: {} }), { code: -32602 });
    await assert.rejects(call({ name: 'x'.repeat(600) }), { code: -32602 });
    assert.deepEqual(home.runtime.actions, []);
  });

  it('and a tool name with a slash stays apart from the server name', async () => {
    const client = await home.connect('changing');
    assert.equal(textOf(await client.callTool({ name: 'a/b', arguments: {} })), 'slash');
  });

  it('and a call without arguments has none', async () => {
    const client = await home.connect('changing');
    assert.equal(textOf(await client.callTool({ name: 'greet' })), 'hello you');
    assert.deepEqual(home.runtime.actions[0]?.capability.payload['arguments'], {});
  });

  it('and a protocol error of the server says that the call may have happened', async () => {
    const client = await home.connect('changing');
    const result = await client.callTool({ name: 'fail', arguments: {} });
    assert.equal(result.isError, true);
    assert.match(
      textOf(result),
      /^Axtary could not confirm this call: it was sent.*-32099: no such luck/,
    );
  });

  it('and a tool-level error is a result like any other', async () => {
    const everything = await house({ everything: EVERYTHING });
    const client = await everything.connect('everything');
    const result = await client.callTool({ name: 'get-sum', arguments: { a: 'one' } });
    assert.equal(result.isError, true);
    assert.doesNotMatch(textOf(result), /Axtary/);
  });
});

describe('a tool that changes its definition', () => {
  let home: House;

  beforeEach(async () => {
    home = await house({ changing: CHANGING });
  });
  afterEach(closeAll);

  it('is blocked where it differs from what this client was shown, until it lists again', async () => {
    const client = await home.connect('changing');
    await client.listTools();
    await client.callTool({ name: 'change', arguments: {} });
    await until(async () => {
      const { definition } = await home.upstreams.toolDefinition('changing', 'greet');
      return String(definition['description']).includes('.ssh');
    });
    const blocked = await client.callTool(GREET);
    assert.match(
      textOf(blocked),
      /^Axtary blocked this call: the tool "greet".*changed.*List the tools again/,
    );
    assert.deepEqual(
      (await reached(home)).map(({ name }) => name),
      ['change'],
    );
    await client.listTools();
    assert.equal(textOf(await client.callTool(GREET)), 'hello Ada');
  });

  it('is caught before execution where the server does not say that it changed', async () => {
    const client = await home.connect('changing');
    await client.listTools();
    await client.callTool({ name: 'quietly', arguments: {} });
    const blocked = await client.callTool(GREET);
    assert.match(textOf(blocked), /PIN_CHANGED/);
    assert.deepEqual(
      (await reached(home)).map(({ name }) => name),
      ['quietly'],
    );
    const told = new Promise<void>((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
        resolve();
      });
    });
    assert.match(textOf(await client.callTool(GREET)), /MCP_TOOL_CHANGED/);
    await told;
  });

  it('is caught where it changes while a person decides', async () => {
    const client = await home.connect('changing');
    home.runtime.decide = async ({ capability }) => {
      if (capability.payload['name'] === 'greet') {
        await home.upstreams.get('changing').request('tools/call', { name: 'quietly' });
      }
      return 'execute' as const;
    };
    assert.match(textOf(await client.callTool(GREET)), /PIN_CHANGED/);
    assert.deepEqual(
      (await reached(home)).map(({ name }) => name),
      ['quietly'],
    );
  });

  it('is caught where it is gone', async () => {
    const client = await home.connect('changing');
    await client.listTools();
    await client.callTool({ name: 'remove', arguments: {} });
    assert.match(textOf(await client.callTool(GREET)), /PIN_CHANGED/);
    assert.match(textOf(await client.callTool(GREET)), /MCP_TOOL_UNKNOWN/);
  });
});

describe('what a call touches', () => {
  afterEach(closeAll);

  it('comes from the inspector, and is pinned and marked as verified', async () => {
    const digest = `sha256:${'a'.repeat(64)}` as const;
    const seen: unknown[] = [];
    const home = await house(
      { changing: CHANGING },
      {
        inspect: async (call) => {
          seen.push(call);
          return { paths: ['src/a.ts'], pins: [{ kind: 'file', subject: '/w/src/a.ts', digest }] };
        },
      },
    );
    await (await home.connect('changing')).callTool(GREET);
    const [action] = home.runtime.actions;
    assert.deepEqual(seen, [
      { server: 'changing', definition: CHANGING, tool: 'greet', arguments: { name: 'Ada' } },
    ]);
    assert.deepEqual(action?.context.paths, ['src/a.ts']);
    assert.deepEqual(
      action?.context.pins?.map(({ kind }) => kind),
      ['file', 'tool_definition'],
    );
    assert.ok(action?.context.verified?.includes('paths'));
  });

  it('blocks the call where the inspector cannot tell', async () => {
    const inspect = (): Promise<never> => Promise.reject(new TypeError('two files have this name'));
    const home = await house({ changing: CHANGING }, { inspect });
    const result = await (await home.connect('changing')).callTool(GREET);
    assert.match(textOf(result), /^Axtary blocked this call: two files have this name/);
    assert.deepEqual([home.runtime.actions, await reached(home)], [[], []]);
  });
});

describe('a call that waits for a person', () => {
  afterEach(closeAll);

  const pending = { id: 'apr_1', expiresAt: '2999-01-01T00:00:00.000Z' };
  const answer = { code: 'APPROVAL_PENDING', message: 'waiting', approvalId: 'apr_1' } as const;

  it('is answered PENDING_APPROVAL, and its identical retry is the same action', async () => {
    const home = await house({ changing: CHANGING });
    const client = await home.connect('changing');
    home.runtime.decide = (_action, { onPending }) => (onPending?.(pending), answer);
    const first = await client.callTool(GREET);
    assert.equal(first.isError, true);
    assert.equal(
      textOf(first),
      'PENDING_APPROVAL apr_1: a person must approve this exact call in the editor. ' +
        'Retry the identical call to receive the result.',
    );
    const sibling = await home.connect('changing');
    await sibling.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    home.runtime.decide = () => 'execute';
    assert.equal(textOf(await client.callTool(GREET)), 'hello Ada');
    assert.equal(textOf(await client.callTool(GREET)), 'hello Ada');
    const ids = home.runtime.actions.map(({ id }) => id);
    assert.equal(ids[1], ids[0]);
    assert.equal(ids[2], ids[0]);
    assert.notEqual(ids[3], ids[0]);
    assert.deepEqual(home.runtime.actions[2], home.runtime.actions[0]);
  });

  it('is another action for other arguments, another window and an expired request', async () => {
    const home = await house({ changing: CHANGING });
    const client = await home.connect('changing');
    const over = { ...pending, expiresAt: '2001-01-01T00:00:00.000Z' };
    home.runtime.decide = (_action, { onPending }) => (onPending?.(pending), answer);
    await client.callTool(GREET);
    await client.callTool({ name: 'greet', arguments: { name: 'Bob' } });
    home.runtime.decide = (_action, { onPending }) => (onPending?.(over), answer);
    const elsewhere = await home.connect('changing', newClient(), 'window-2');
    await elsewhere.callTool(GREET);
    await elsewhere.callTool(GREET);
    assert.equal(new Set(home.runtime.actions.map(({ id }) => id)).size, 4);
  });

  it('is another action where what it touches changed meanwhile', async () => {
    let path = 'a';
    const inspect = async (): Promise<{ paths: string[] }> => ({ paths: [path] });
    const home = await house({ changing: CHANGING }, { inspect });
    const client = await home.connect('changing');
    home.runtime.decide = (_action, { onPending }) => (onPending?.(pending), answer);
    await client.callTool(GREET);
    path = 'b';
    await client.callTool(GREET);
    assert.notEqual(home.runtime.actions[0]?.id, home.runtime.actions[1]?.id);
  });

  it('says so every 10 s to a client that asked for progress, and then passes on the server', async () => {
    const home = await house({ everything: EVERYTHING });
    const client = await home.connect('everything');
    let approve = (): void => undefined;
    const approved = new Promise<void>((resolve) => (approve = resolve));
    home.runtime.decide = async (_action, { onPending }) => {
      onPending?.(pending);
      await approved;
      return 'execute' as const;
    };
    const seen: { progress: number; message?: string | undefined }[] = [];
    const call = client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 2 } },
      undefined,
      { onprogress: (progress) => seen.push(progress) },
    );
    await until(() => seen.length === 1);
    home.timer.turn(20_000);
    await until(() => seen.length === 3);
    approve();
    await call;
    assert.equal(seen.length, 6);
    assert.match(seen[0]?.message ?? '', /waits for a person to approve this call \(apr_1\)$/);
    assert.match(seen[2]?.message ?? '', /for 20 s now$/);
    assert.equal(seen[3]?.message, 'Approved; the call runs');
    const values = seen.map(({ progress }) => progress);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => a - b),
    );
    assert.equal(new Set(values).size, values.length);
    home.timer.turn(60_000);
    await client.ping();
    assert.equal(seen.length, 6);
  });

  it('is held as long as its client bears', async () => {
    const home = await house({ changing: CHANGING });
    for (const name of ['Visual Studio Code', 'claude-code', 'somebody']) {
      await (await home.connect('changing', newClient(name))).callTool(GREET);
    }
    const patient = await home.connect('changing', newClient('somebody'));
    await patient.callTool(GREET, undefined, { onprogress: () => undefined });
    const holds = home.runtime.options.map(({ holdFor }) => holdFor);
    assert.deepEqual(holds, [undefined, 290_000, 50_000, undefined]);
  });
});

describe('a call that is given up', () => {
  let home: House;

  beforeEach(async () => {
    home = await house({ changing: CHANGING });
  });
  afterEach(closeAll);

  it('is cancelled at the server', async () => {
    const client = await home.connect('changing');
    const abort = new AbortController();
    const call = client.callTool({ name: 'hang', arguments: {} }, undefined, {
      signal: abort.signal,
    });
    call.catch(() => undefined);
    await until(async () => (await reached(home)).length === 1);
    abort.abort('enough');
    await assert.rejects(call);
    await until(() => home.upstreams.get('changing').lastWords().includes('cancelled true'));
  });

  it('before it was decided on is not executed, when cancelled and when the client hangs up', async () => {
    const waiting: (() => void)[] = [];
    home.runtime.decide = (_action, { signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve('execute'));
        waiting.push(() => resolve('execute'));
      });
    const client = await home.connect('changing');
    const abort = new AbortController();
    const call = client.callTool(GREET, undefined, { signal: abort.signal });
    call.catch(() => undefined);
    await until(() => waiting.length === 1);
    abort.abort();
    await until(() => home.runtime.options[0]?.signal?.aborted === true);

    const second = await home.connect('changing');
    second.callTool(GREET).catch(() => undefined);
    await until(() => waiting.length === 2);
    await second.close();
    await until(() => home.runtime.options[1]?.signal?.aborted === true);
    assert.deepEqual(await reached(home), []);
  });
});
