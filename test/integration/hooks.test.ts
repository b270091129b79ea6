import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { textOf } from '../testkit/agent.js';
import { REPOSITORY } from '../testkit/folders.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';
import { policyText } from '../testkit/workspace.js';

const BIN = path.join(REPOSITORY, 'enforcement-host', 'packages', 'cli', 'dist', 'bin.js');
const AGENT = 'agent:test-agent';

type Where = { readonly socketPath: string } | { readonly port: number };

interface Decision {
  readonly decision: string;
  readonly agent: string;
  readonly chain: readonly string[] | undefined;
}

/** Contract-tested against the documented hook input; no Claude Code was run. */
describe('what a hook of Claude Code announces', function () {
  if (process.platform === 'win32') return;
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let calls = 0;

  before(async () => {
    workspace = await serveWorkspace({
      policy: (folder) =>
        policyText(
          folder,
          'policies:\n  - { id: no-moves, effect: deny, match: { resource: "mcp:*/move_file" } }\n',
        ),
    });
  });

  after(() => workspace.stop());

  const readOf = (name: string) => ({
    name: 'read_text_file',
    arguments: { path: workspace.file(name) },
  });
  type Call = ReturnType<typeof readOf>;

  /** Runs the hook as Claude Code does before a call. */
  async function hook(call: Call, agentId?: string, state = workspace.state): Promise<string> {
    calls++;
    const child = spawn(process.execPath, [BIN, 'hook', 'claude-code'], {
      env: { PATH: process.env['PATH'], AXTARY_STATE_DIR: state },
      stdio: 'pipe',
    });
    const input = {
      session_id: 'f1c3a2d4-0000-4000-8000-000000000001',
      transcript_path: '/home/ada/.claude/projects/shop/f1c3a2d4.jsonl',
      cwd: path.join(workspace.folder, 'src'),
      permission_mode: 'default',
      hook_event_name: 'PreToolUse',
      tool_name: `mcp__filesystem__${call.name}`,
      tool_input: call.arguments,
      tool_use_id: `toolu_${calls}`,
      ...(agentId !== undefined && { agent_id: agentId, agent_type: 'Explore' }),
    };
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end(JSON.stringify(input));
    const [printed, told] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.equal(await ended, 0);
    assert.equal(printed, '');
    return told;
  }

  async function call(what: Call): Promise<string> {
    return textOf(await workspace.agent.callTool(what));
  }

  /** The newest decisions, oldest first. */
  async function decisions(count: number): Promise<readonly Decision[]> {
    const { control, folder } = workspace;
    const { items } = await control.call('ledger/list', { workspace: folder, limit: 100 });
    const lines = items.filter(({ type }) => type === 'decision').slice(0, count);
    return lines.toReversed().map(({ line }) => {
      const { body } = JSON.parse(line) as {
        body: {
          verdict: string;
          chain?: { agent: string }[];
          action: { actor: { agent: string } };
        };
      };
      const { agent } = body.action.actor;
      return { decision: body.verdict, agent, chain: body.chain?.map((link) => link.agent) };
    });
  }

  const byItself: Decision = { decision: 'allow', agent: AGENT, chain: undefined };
  const under = (id: string, decision = 'allow'): Decision => {
    const agent = `${AGENT}/${id}`;
    return { decision, agent, chain: [AGENT, agent] };
  };

  function announce(
    where: Where,
    { headers = {}, body = '', method = 'POST', target = '/announce' },
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', ...where, method, path: target };
      const all = { 'content-type': 'application/json', ...headers };
      const outgoing = httpRequest({ ...options, headers: all }, (response) => {
        const { statusCode: status = 0 } = response;
        text(response).then((answer) => resolve({ status, body: answer }), reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const socket = (): Where => ({ socketPath: path.join(workspace.state, 'agent.sock') });
  const inFolder = (folder = workspace.folder): Record<string, string> => ({
    'x-axtary-workspace': encodeURIComponent(folder),
  });

  function announcement(what: Call, more: object = {}): string {
    calls++;
    const { name: tool, arguments: args } = what;
    const said = { client: 'test', session: 's', call: `t_${calls}`, tool, arguments: args };
    return JSON.stringify({ ...said, subagent: { id: 'told' }, ...more });
  }

  it('puts the call of a sub-agent under its delegation, and leaves the next one alone', async () => {
    assert.equal(await hook(readOf('src/app.txt'), 'a7c1'), '');
    assert.match(await call(readOf('src/app.txt')), /two/);
    assert.match(await call(readOf('src/app.txt')), /two/);
    assert.deepEqual(await decisions(2), [under('a7c1'), byItself]);
  });

  it('tells sub-agents apart that call at the same time with different arguments', async () => {
    const names = ['src/app.txt', 'axtary.yml'];
    await Promise.all(names.map((name, at) => hook(readOf(name), `at-once-${at}`)));
    const texts = await Promise.all(names.toReversed().map((name) => call(readOf(name))));
    assert.match(texts[0] ?? '', /version: 1/);
    const made = (await decisions(2)).toSorted((a, b) => a.agent.localeCompare(b.agent));
    assert.deepEqual(made, [under('at-once-0'), under('at-once-1')]);
  });

  it('tells identical calls of the agent and of its sub-agent apart by their order', async () => {
    for (const agentId of [undefined, 'second', undefined]) {
      await hook(readOf('src/app.txt'), agentId);
    }
    for (let at = 0; at < 3; at++) await call(readOf('src/app.txt'));
    assert.deepEqual(await decisions(3), [byItself, under('second'), byItself]);
  });

  it('calls a sub-agent whose id the gateway does not take by a digest of it', async () => {
    await hook(readOf('src/app.txt'), '../../agent:root\n');
    await call(readOf('src/app.txt'));
    const [decision] = await decisions(1);
    assert.match(decision?.agent ?? '', /^agent:test-agent\/sha256:[0-9a-f]{32}$/);
  });

  it('permits nothing: what is denied stays denied', async () => {
    const move = { name: 'move_file', arguments: { path: workspace.file('src/app.txt') } };
    const moved = { source: move.arguments.path, destination: workspace.file('src/b.txt') };
    const denied = { name: move.name, arguments: { ...move.arguments, ...moved } };
    await hook(denied, 'mover');
    assert.match(await call(denied), /no-moves/);
    assert.match(await call(denied), /no-moves/);
    const verdict = 'deny';
    assert.deepEqual(await decisions(2), [
      under('mover', verdict),
      { ...byItself, decision: verdict },
    ]);
  });

  it('is refused where it is malformed, huge or of no trusted folder, and changes nothing', async () => {
    const good = announcement(readOf('src/app.txt'));
    const hostile: [number, Parameters<typeof announce>[1]][] = [
      [400, { headers: inFolder(), body: '' }],
      [400, { headers: inFolder(), body: '{"tool"' }],
      [400, { headers: inFolder(), body: announcement(readOf('a'), { subagent: { id: '../x' } }) }],
      [400, { headers: inFolder(), body: announcement(readOf('a'), { scope: '**' }) }],
      [400, { headers: {}, body: good }],
      [400, { headers: { 'x-axtary-workspace': '%' }, body: good }],
      [413, { headers: inFolder(), body: ' '.repeat(4 * 1024 * 1024 + 1) }],
      [415, { headers: { ...inFolder(), 'content-type': 'text/plain' }, body: good }],
      [503, { headers: inFolder('/nowhere'), body: good }],
      [404, { headers: inFolder(), method: 'GET' }],
      [404, { headers: inFolder(), target: '/announce/x', body: good }],
    ];
    for (const [status, request] of hostile) {
      const answer = await announce(socket(), request);
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, /"error"/);
    }
    await call(readOf('src/app.txt'));
    assert.deepEqual(await decisions(1), [byItself]);
  });

  it('is admitted over loopback as MCP is, with the bearer of that workspace only', async () => {
    const { control, folder } = workspace;
    const { bearer, servers } = await control.call('agents/endpoint', { workspace: folder });
    const { port, host } = new URL(servers[0]?.url ?? '');
    const where = { port: Number(port) };
    const body = announcement(readOf('src/app.txt'));
    const right = { ...inFolder(), authorization: `Bearer ${bearer}` };
    for (const [status, headers] of [
      [401, inFolder()],
      [401, { ...right, authorization: `Bearer ${'A'.repeat(43)}` }],
      [401, { ...right, ...inFolder('/nowhere') }],
      [403, { ...right, origin: `http://${host}` }],
      [421, { ...right, host: `localhost:${port}` }],
    ] as [number, Record<string, string>][]) {
      const answer = await announce(where, { headers, body });
      assert.equal(answer.status, status, answer.body);
    }
    await call(readOf('src/app.txt'));
    assert.deepEqual(await decisions(1), [byItself]);
    assert.equal((await announce(where, { headers: right, body })).status, 204);
    await call(readOf('src/app.txt'));
    assert.deepEqual(await decisions(1), [under('told')]);
  });

  it('stops nobody where no enforcement host runs: the hook says so, and ends with 0', async () => {
    const told = await hook(readOf('src/app.txt'), 'a7c1', path.join(workspace.folder, 'none'));
    assert.match(told, /^axtary hook: not announced: .*not running\n$/);
  });
});
