import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import fc from 'fast-check';

import { readClaudeInput, subagentIdOf } from '../src/commands/hook/claude-input.js';
import { BIN, cli, temporaryFolder, type Ended } from './support.js';

// Contract-tested against the documented hook input; no Claude Code was run.
const INPUT = {
  session_id: 'f1c3a2d4-0000-4000-8000-000000000001',
  transcript_path: '/home/ada/.claude/projects/shop/f1c3a2d4.jsonl',
  cwd: '/home/ada/shop',
  permission_mode: 'default',
  hook_event_name: 'PreToolUse',
  tool_name: 'mcp__filesystem__read_text_file',
  tool_input: { path: '/home/ada/shop/app.txt' },
  tool_use_id: 'toolu_01ABC',
};

describe('the documented input of a PreToolUse hook of Claude Code', () => {
  const read = (more: object) => readClaudeInput(JSON.stringify({ ...INPUT, ...more }));

  it('announces a call of the agent itself, and of a sub-agent with its id', () => {
    const announcement = {
      client: 'claude-code',
      session: INPUT.session_id,
      call: 'toolu_01ABC',
      tool: 'read_text_file',
      arguments: INPUT.tool_input,
    };
    const folder = '/home/ada/shop';
    assert.deepEqual(read({}), { folder, announcement });
    assert.deepEqual(read({ agent_type: 'Explore' }), { folder, announcement });
    assert.deepEqual(read({ agent_id: 'a7c1', agent_type: 'Explore' }), {
      folder,
      announcement: { ...announcement, subagent: { id: 'a7c1' } },
    });
  });

  it('announces nothing but calls of MCP tools, before they are made', () => {
    assert.equal(read({ tool_name: 'Bash', tool_input: { command: 'ls' } }), undefined);
    assert.equal(read({ hook_event_name: 'PostToolUse' }), undefined);
    assert.equal(read({ tool_name: undefined }), undefined);
  });

  it('names the tool without its server, whose name may have two underscores', () => {
    const toolOf = (name: string, server?: string) =>
      read({ tool_name: name, ...(server !== undefined && { mcp_server: { name: server } }) })
        ?.announcement.tool;
    assert.equal(toolOf('mcp__fs__read__all'), 'read__all');
    assert.equal(toolOf('mcp__my__fs__read'), 'fs__read');
    assert.equal(toolOf('mcp__my__fs__read', 'my__fs'), 'read');
    assert.equal(toolOf('mcp__my_fs__read', 'my fs'), 'read');
    assert.equal(toolOf('mcp__fs__read', 'other'), 'read');
  });

  it('is refused where it is not as documented', () => {
    for (const more of [
      { tool_name: 'mcp__fs' },
      { tool_name: 'mcp____' },
      { tool_input: 'x' },
      { tool_input: [] },
      { agent_id: 7 },
      { agent_id: null },
      { cwd: '' },
      { session_id: undefined },
      { tool_use_id: {} },
    ]) {
      assert.throws(() => read(more), SyntaxError, JSON.stringify(more));
    }
    for (const input of ['', '[]', 'null', '{', '"x"']) {
      assert.throws(() => readClaudeInput(input), SyntaxError, input);
    }
  });

  it('gives every agent id one that the gateway takes, and keeps those that it takes', () => {
    const isTaken = (id: string): boolean => /^[A-Za-z0-9_.:-]{1,64}$/.test(id);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (id) => {
        const mapped = subagentIdOf(id);
        assert.ok(isTaken(mapped));
        assert.equal(mapped === id, isTaken(id));
        assert.equal(subagentIdOf(id), mapped);
      }),
    );
    assert.notEqual(subagentIdOf('a/b'), subagentIdOf('a b'));
    assert.equal(subagentIdOf('x'.repeat(65)), subagentIdOf('x'.repeat(65)));
  });
});

interface Received {
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

describe('axtary hook claude-code', function () {
  if (process.platform === 'win32') return;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let endpoint: Server;
  let received: Received[];
  let answer: { readonly status: number; readonly body: string } | undefined;

  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(path.join(folder.path, 'state'));
    received = [];
    answer = { status: 204, body: '' };
    endpoint = createServer((request, response) => {
      void text(request).then((body) => {
        const target = `${request.method ?? ''} ${request.url ?? ''}`;
        received.push({ target, headers: request.headers, body: JSON.parse(body) });
        if (answer) response.writeHead(answer.status).end(answer.body);
      });
    });
  });
  afterEach(async () => {
    endpoint.closeAllConnections();
    if (endpoint.listening) await new Promise((resolve) => endpoint.close(resolve));
    await folder.remove();
  });

  const listen = () =>
    once(endpoint.listen(path.join(folder.path, 'state', 'agent.sock')), 'listening');

  const hook = (input: string | Iterable<string>, args: readonly string[] = []): Promise<Ended> =>
    cli(['hook', 'claude-code', ...args], { cwd: folder.path, input });

  const inputWith = (more: object): string =>
    JSON.stringify({ ...INPUT, cwd: folder.path, ...more });

  function assertSilent(ended: Ended): void {
    assert.deepEqual(ended, { code: 0, stdout: '', stderr: '' });
  }

  function assertToldOnly(ended: Ended, message: RegExp): void {
    assert.equal(ended.code, 0);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr, /^axtary hook: [^\n]+\n$/);
    assert.match(ended.stderr, message);
  }

  it('announces a call to the agent endpoint, prints nothing and ends with 0', async () => {
    await listen();
    assertSilent(await hook(inputWith({ agent_id: 'a7c1' })));
    const [first] = received;
    assert.equal(first?.target, 'POST /announce');
    assert.equal(decodeURIComponent(String(first.headers['x-axtary-workspace'])), folder.path);
    assert.deepEqual(first.body, {
      client: 'claude-code',
      session: INPUT.session_id,
      call: INPUT.tool_use_id,
      tool: 'read_text_file',
      arguments: INPUT.tool_input,
      subagent: { id: 'a7c1' },
    });
  });

  it('finds the workspace above the folder that the session moved into, and takes --state', async () => {
    await listen();
    await writeFile(path.join(folder.path, 'axtary.yml'), 'version: 1\n');
    const input = inputWith({ cwd: path.join(folder.path, 'state', 'deep') });
    assertSilent(await hook(input));
    assertSilent(await hook(input, ['--state', 'state']));
    for (const { headers } of received) {
      assert.equal(decodeURIComponent(String(headers['x-axtary-workspace'])), folder.path);
    }
    assert.equal(received.length, 2);
  });

  it('says nothing to anyone about other tools', async () => {
    await listen();
    assertSilent(await hook(inputWith({ tool_name: 'Bash' })));
    assert.deepEqual(received, []);
  });

  it('ends with 0 and one line where no enforcement host runs, or it refuses', async () => {
    assertToldOnly(await hook(inputWith({})), /enforcement host is not running/);
    await listen();
    answer = { status: 503, body: 'no policy\nof \u001b[31mthis folder' };
    assertToldOnly(await hook(inputWith({})), /status 503: no policy/);
  });

  it('does not keep the call waiting for an enforcement host that does not answer', async () => {
    await listen();
    answer = undefined;
    assertToldOnly(await hook(inputWith({})), /no answer within 2000 ms/);
    assert.equal(received.length, 1);
  });

  it('ends with 0 and one line whatever its input is', async () => {
    await listen();
    function* endless(): Generator<string> {
      for (let at = 0; at < 100; at++) yield ' '.repeat(100_000);
    }
    for (const input of ['', 'nonsense \u001b[2J\n\n', '[', inputWith({ agent_id: 1 })]) {
      assertToldOnly(await hook(input), /not announced/);
    }
    assertToldOnly(await hook('['.repeat(1_000_000)), /not announced/);
    assertToldOnly(await hook(endless()), /input is over 5242880 bytes/);
    assert.deepEqual(received, []);
  });

  it('prints settings that run it without a shell, by absolute paths', async () => {
    const { code, stdout } = await hook('', ['--print-settings']);
    assert.equal(code, 0);
    const command = process.execPath;
    const args = [BIN, 'hook', 'claude-code'];
    const hooks = [{ type: 'command', command, args, timeout: 10 }];
    assert.deepEqual(JSON.parse(stdout), {
      hooks: { PreToolUse: [{ matcher: 'mcp__.*', hooks }] },
    });
  });
});
