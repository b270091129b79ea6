import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { connectAgent, textOf } from '../testkit/agent.js';
import type { ControlClient } from '../testkit/control-client.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';
import { createWorkspace, policyText } from '../testkit/workspace.js';

describe('bad input from agents', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let control: ControlClient;
  let agent: Client;
  let post: (body: string) => Promise<Response>;

  before(async () => {
    const dead = '  dead:\n    command: /nonexistent/server\n    args: []\n';
    workspace = await serveWorkspace({ policy: (folder) => policyText(folder, dead) });
    ({ control, agent } = workspace);
    const { bearer, servers } = await control.call('agents/endpoint', {
      workspace: workspace.folder,
    });
    const url = servers.find(({ name }) => name === 'filesystem')?.url ?? '';
    post = (body) =>
      fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body,
      });
  });

  after(() => workspace.stop());

  /** The next good call is served, quickly, and the ledger still verifies. */
  afterEach(async () => {
    const begin = performance.now();
    const result = await agent.callTool({
      name: 'read_text_file',
      arguments: { path: workspace.file('src/app.txt') },
    });
    assert.equal(result.isError ?? false, false, textOf(result));
    assert.ok(performance.now() - begin < 5000);
    const file = path.join(
      path.dirname(workspace.folder),
      `export-${String(Math.trunc(begin))}.jsonl`,
    );
    await control.call('ledger/export', { workspace: workspace.folder, file });
    assert.equal((await control.call('ledger/verify', { file })).verdict, 'VALID_UNANCHORED');
  });

  const call = (args: string): string =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_text_file","arguments":${args}}}`;
  const bodies: Readonly<Record<string, string>> = {
    'not JSON': '{"jsonrpc":',
    nothing: '',
    'duplicate members': call('{"path":"a","path":"b"}'),
    'nesting 100,000 deep': call(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    'a lone surrogate': call('{"path":"\\ud800"}'),
    'a number no double keeps': call('{"n":9007199254740993}'),
    'a member named __proto__': call('{"__proto__":{"x":1}}'),
    'ten megabytes': call(`{"path":"${'a'.repeat(10 * 1024 * 1024)}"}`),
  };
  for (const [what, body] of Object.entries(bodies)) {
    it(`refuses ${what} with an error that says so`, async () => {
      const response = await post(body);
      assert.ok(response.status >= 400 && response.status < 500, String(response.status));
      assert.match(await response.text(), /error/);
    });
  }

  it('denies an unknown tool, and says so', async () => {
    const result = await agent.callTool({ name: 'format_disk', arguments: {} });
    assert.equal(result.isError, true);
    assert.match(textOf(result), /format_disk|tool/);
  });

  it('refuses a path whose meaning is not certain', async () => {
    for (const name of [
      'src/../.env',
      'src//app.txt\u0000',
      'src\\app.txt',
      '~/x',
      '/etc/passwd',
    ]) {
      const result = await agent.callTool({ name: 'read_text_file', arguments: { path: name } });
      assert.equal(result.isError, true, name);
      assert.doesNotMatch(textOf(result), /SECRET/);
    }
  });

  it('says what to do when an upstream server cannot be started', async () => {
    await assert.rejects(
      connectAgent(control, workspace.folder, 'dead'),
      /nonexistent|could not|cannot|failed/i,
    );
  });

  it('denies everything where there is no axtary.yml', async () => {
    const empty = createWorkspace(() => 'version: 1\n');
    writeFileSync(empty.file('axtary.yml'), '');
    const state = await control.call('workspaces/open', { workspace: empty.folder });
    assert.equal(state.policy.status, 'broken');
    const { servers } = await control.call('agents/endpoint', { workspace: empty.folder });
    assert.deepEqual(servers, []);
    empty.remove();
  });

  it('keeps secrets of the environment from upstream servers and from its own log', () => {
    const log = readFileSync(path.join(workspace.state, 'host.log'), 'utf8');
    assert.doesNotMatch(log, /Bearer|SECRET=|"d":/);
  });
});
