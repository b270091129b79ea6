import assert from 'node:assert/strict';

import { actionSchema } from '@axtary/core';

import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { McpGatewayError } from '../src/index.js';
import { anyObject } from '../src/json.js';
import {
  CHANGING,
  closeAll,
  EVERYTHING,
  house,
  reached,
  textOf,
  until,
  type House,
} from './support/setup.js';

const GREET = { name: 'greet', arguments: { name: 'Ada' } };

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
      return JSON.stringify(definition['description']).includes('.ssh');
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
        inspect: (call) => {
          seen.push(call);
          const pins = [{ kind: 'file', subject: '/w/src/a.ts', digest } as const];
          return Promise.resolve({ paths: ['src/a.ts'], pins });
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
