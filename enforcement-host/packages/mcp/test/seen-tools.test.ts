import assert from 'node:assert/strict';

import type { SeenTool } from '../src/index.js';
import { CHANGING, closeAll, house, reached, textOf, type House } from './support/setup.js';

const GREET = { name: 'greet', arguments: {} };

describe('tools that are seen', () => {
  let home: House;
  let seen: SeenTool[][];
  let isRecorded: boolean;

  beforeEach(async () => {
    seen = [];
    isRecorded = true;
    home = await house(
      { changing: CHANGING },
      {
        recordTools: (tools) => {
          seen.push([...tools]);
          return isRecorded ? Promise.resolve() : Promise.reject(new Error('disk full'));
        },
      },
    );
  });
  afterEach(closeAll);

  it('are recorded when they are listed, with their definition and their server', async () => {
    const client = await home.connect('changing');
    const { tools } = await client.listTools();
    const [first = []] = seen;
    assert.deepEqual(
      first.map(({ tool }) => tool),
      tools.map(({ name }) => name),
    );
    const { definitionHash } = await home.upstreams.toolDefinition('changing', 'greet');
    const { identity: serverIdentity } = home.upstreams.get('changing');
    const greet = { server: 'changing', tool: 'greet', serverIdentity, definitionHash };
    assert.deepEqual(first[0], greet);
  });

  it('are recorded before a call of them comes to the runtime, as they are then', async () => {
    const client = await home.connect('changing');
    await client.callTool(GREET);
    await client.callTool({ name: 'quietly', arguments: {} });
    await home.upstreams.get('changing').tool('greet', { now: true });
    await client.callTool(GREET);
    const [before, , after] = seen.map(([tool]) => tool?.definitionHash);
    assert.ok(before && after && before !== after);
    const hashes = home.runtime.actions.map(({ context }) => context.mcp?.definitionHash);
    assert.deepEqual([hashes[0], hashes[2]], [before, after]);
  });

  it('can be listed, but not called, while they cannot be recorded', async () => {
    isRecorded = false;
    const client = await home.connect('changing');
    assert.ok((await client.listTools()).tools.length > 0);
    const result = await client.callTool(GREET);
    assert.equal(result.isError, true);
    assert.match(textOf(result), /disk full/);
    assert.deepEqual([home.runtime.actions, await reached(home)], [[], []]);
    isRecorded = true;
    assert.equal((await client.callTool(GREET)).isError, undefined);
  });

  it('leaves out names that are listed twice, which nobody can call', async () => {
    const client = await home.connect('changing');
    await client.callTool({ name: 'double', arguments: {} });
    seen = [];
    await client.listTools();
    assert.ok(seen[0]?.every(({ tool }) => tool !== 'greet'));
  });
});
