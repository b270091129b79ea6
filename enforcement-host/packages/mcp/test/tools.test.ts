import assert from 'node:assert/strict';

import type { JsonObject } from '@axtary/core';

import { definitionHash, listTools, ToolCatalog, type ToolList } from '../src/upstream/tools.js';

const TOOL = {
  name: 'a',
  title: 'A',
  description: 'Does a.',
  inputSchema: { type: 'object', properties: { x: { enum: [1, 2] } } },
  outputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
};

describe('definitionHash', () => {
  it('changes with every member that a model reads, and with nothing else', () => {
    const changed: JsonObject[] = [
      { ...TOOL, name: 'b' },
      { ...TOOL, title: 'a' },
      { ...TOOL, description: 'Does a. ' },
      { ...TOOL, description: 'Does\u200b a.' },
      { ...TOOL, inputSchema: { type: 'object', properties: { x: { enum: [2, 1] } } } },
      { ...TOOL, outputSchema: {} },
      { ...TOOL, annotations: { readOnlyHint: false } },
      { name: 'a' },
    ];
    const hashes = [TOOL, ...changed].map(definitionHash);
    assert.equal(new Set(hashes).size, hashes.length);
    const reordered = Object.fromEntries(Object.entries(TOOL).reverse());
    assert.equal(definitionHash(reordered as JsonObject), hashes[0]);
    assert.equal(definitionHash({ ...TOOL, icons: [], _meta: { a: 1 } }), hashes[0]);
  });

  it('refuses a definition that has no canonical form', () => {
    const broken = { ...TOOL, description: '\ud800' };
    assert.throws(() => definitionHash(broken), { code: 'MCP_TOOL_INVALID' });
  });
});

describe('listTools', () => {
  it('follows cursors to the end, and marks a name that comes twice', async () => {
    const asked: unknown[] = [];
    const tools = await listTools((params) => {
      asked.push(params);
      return Promise.resolve(
        params
          ? { tools: [{ name: 'a' }, { name: 'c' }, 7] }
          : { tools: [{ name: 'a' }, {}], nextCursor: 'x' },
      );
    });
    assert.deepEqual(asked, [undefined, { cursor: 'x' }]);
    assert.deepEqual(
      [...tools],
      [
        ['a', 'ambiguous'],
        ['c', { name: 'c' }],
      ],
    );
  });

  it('gives up on a server that never ends', async () => {
    const endless = listTools(() => Promise.resolve({ tools: [], nextCursor: 'x' }));
    await assert.rejects(endless, { code: 'MCP_TOOL_INVALID' });
  });
});

describe('ToolCatalog', () => {
  function catalog(): { catalog: ToolCatalog; answers: ((tools: ToolList) => void)[] } {
    const answers: ((tools: ToolList) => void)[] = [];
    const list = (): Promise<ToolList> => new Promise((resolve) => answers.push(resolve));
    return { catalog: new ToolCatalog(list), answers };
  }

  it('answers who asks with a listing that starts after the question', async () => {
    const { catalog: tools, answers } = catalog();
    const [old, fresh]: ToolList[] = [new Map(), new Map([['a', TOOL]])];
    const first = tools.ask();
    const [second, third] = [tools.ask(), tools.ask()];
    assert.equal(answers.length, 1);
    answers[0]?.(old ?? new Map());
    assert.equal(await first, old);
    await Promise.resolve();
    assert.equal(answers.length, 2);
    answers[1]?.(fresh ?? new Map());
    assert.deepEqual(await Promise.all([second, third]), [fresh, fresh]);
    assert.equal(await tools.known(), fresh);
  });

  it('does not remember a listing that began before the tools changed', async () => {
    const { catalog: tools, answers } = catalog();
    const first = tools.ask();
    tools.forget();
    answers[0]?.(new Map());
    await first;
    const known = tools.known();
    assert.equal(answers.length, 2);
    answers[1]?.(new Map([['a', TOOL]]));
    assert.equal((await known).size, 1);
  });
});
