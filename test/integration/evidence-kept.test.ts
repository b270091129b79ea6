import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { systemClock } from '@axtary/core';
import { readLedger, verifyLedger, type LedgerRecord } from '@axtary/ledger';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { cli, untilGone, type Ended } from '../../enforcement-host/packages/cli/test/support.js';
import { connectAgent } from '../testkit/agent.js';
import { connectAs, trustPolicy } from '../testkit/control-client.js';
import { startHostProcess } from '../testkit/host-process.js';
import { serveLivedWorkspace, type LivedWorkspace } from '../testkit/lived-workspace.js';
import type { ServedWorkspace } from '../testkit/served-workspace.js';

describe('what is kept beside a ledger', function () {
  this.timeout(120_000);
  let lived: LivedWorkspace;
  let served: ServedWorkspace;
  let kept: string;

  beforeEach(async () => {
    lived = await serveLivedWorkspace();
    ({ served } = lived);
    const workspaces = path.join(served.state, 'workspaces');
    kept = path.join(workspaces, readdirSync(workspaces)[0] ?? '');
  });
  afterEach(() => served.stop());

  async function records(): Promise<readonly LedgerRecord[]> {
    const all = [];
    for await (const record of readLedger(path.join(kept, 'ledger.jsonl'))) all.push(record);
    return all;
  }

  const ledger = (...args: string[]): Promise<Ended> =>
    cli(['ledger', ...args], { cwd: served.folder });
  const replay = (): Promise<Ended> => ledger('replay', path.join(kept, 'ledger.jsonl'), '--json');
  const forget = (...args: string[]): Promise<Ended> =>
    ledger('forget', ...args, '--workspace', served.folder, '--state', served.state);

  function outcomes(stdout: string): Map<number, string> {
    const lines = stdout.split('\n').filter((line) => line !== '');
    const results = lines.map((line) => JSON.parse(line) as Record<string, string | number>);
    return new Map(
      results.map(({ seq, outcome, missing = '' }) => [
        Number(seq),
        `${outcome} ${missing}`.trim(),
      ]),
    );
  }

  function files(name: string): string[] {
    const found = readdirSync(path.join(kept, name), { recursive: true, withFileTypes: true });
    return found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
  }

  it('are the tools that agents were shown, before any of them was called', async () => {
    const all = await records();
    const pins = all.filter((record) => record.type === 'tool_pinned');
    const tools = (await served.agent.listTools()).tools.map(({ name }) => name);
    const names = pins.map(({ body }) => body.tool);
    assert.equal(new Set(names).size, names.length);
    for (const { type, seq, body } of all) {
      if (type !== 'decision' || !body.action) continue;
      const { resource } = body.action.capability;
      const pin = pins.find(({ body: { server, tool } }) => resource === `mcp:${server}/${tool}`);
      assert.ok(pin && pin.seq < seq, resource);
      assert.equal(body.action.context.mcp?.definitionHash, pin.body.definitionHash);
    }
    await served.restart('SIGTERM');
    await served.agent.listTools();
    const after = (await records()).filter((record) => record.type === 'tool_pinned');
    assert.deepEqual(after.map(({ body }) => body.tool).sort(), tools.sort());
  });

  it('are every policy and payload, so that all that was decided is decided the same', async () => {
    writeFileSync(served.file('axtary.yml'), lived.loosened);
    await trustPolicy(served.control, served.approver, served.folder);
    served.agent = await agentAfter();
    await lived.read();
    const changes = (await records()).filter((record) => record.type === 'policy_change');
    assert.equal(changes.length, 2);
    for (const { body } of changes) {
      const file = path.join(kept, 'policies', `${body.policyHash.slice(7)}.yml`);
      assert.equal(statSync(file).mode & 0o777, 0o600);
    }
    const decisions = (await records()).filter((record) => record.type === 'decision');
    const { code, stdout, stderr } = await replay();
    assert.equal(code, 0, stdout + stderr);
    const same = decisions.map(({ seq }) => [seq, 'same'] as const);
    assert.deepEqual([...outcomes(stdout)], same);
  });

  /** The agent's session ended with the engine of the policy before. */
  async function agentAfter(): Promise<ServedWorkspace['agent']> {
    await served.agent.close().catch(() => undefined);
    return connectAgent(served.control, served.folder, 'filesystem');
  }

  it('are payloads that can be forgotten: the ledger verifies, the rest is decided as before', async () => {
    const before = outcomes((await replay()).stdout);
    const seq = lived.denied.seq;
    const first = await forget(String(seq));
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^sha256:[0-9a-f]{64} is erased\nWhat remains: the records/);
    assert.match((await forget(String(seq))).stdout, /was not kept/);
    for (const nonsense of ['payload', '../x', 'sha256:abc', '1.5']) {
      const refused = await forget(nonsense);
      assert.equal(refused.code, 2, refused.stdout);
      assert.match(refused.stderr, /neither sha256 and 64 hex digits nor a record/);
    }
    const { verdict, message } = await verifyLedger(path.join(kept, 'ledger.jsonl'));
    assert.equal(verdict, 'VALID_UNANCHORED', message);
    const { code, stdout } = await replay();
    assert.equal(code, 4, stdout);
    const gone = 'cannot payload';
    for (const [other, outcome] of outcomes(stdout)) {
      assert.ok(outcome === gone || outcome === before.get(other), `${other} ${outcome}`);
    }
    assert.equal(outcomes(stdout).get(seq), gone);
  });

  it('are payloads for so long as is said, in the command and in the editor', async () => {
    const all = files('payloads');
    assert.ok(all.length >= 3);
    const long = Date.parse('2020-01-01T00:00:00.000Z') / 1000;
    const [first = '', second = '', ...others] = all;
    utimesSync(first, long, long);
    assert.match((await forget('--older-than', '90d')).stdout, /^1 payloads .* 90 days ago/);
    assert.equal(existsSync(first), false);
    utimesSync(second, long, long);
    await served.control.call('payloads/retain', { days: 90, megabytes: 10 });
    await untilGone(second);
    assert.deepEqual(files('payloads').sort(), others.sort());
    await assert.rejects(served.control.call('payloads/retain', { days: 0, megabytes: 1 }));
  });

  it('are payloads for so long as whoever started the host says', async () => {
    const [first = '', ...others] = files('payloads');
    const days = (count: number): number => systemClock.now().getTime() / 1000 - count * 86_400;
    utimesSync(first, days(3), days(3));
    served.control.close();
    await served.host.end('SIGTERM');
    const start = { retention: { days: 2 } };
    served.host = await startHostProcess({ state: served.state, start });
    served.control = await connectAs(served.state, served.approver);
    await served.control.call('workspaces/open', { workspace: served.folder });
    await untilGone(first);
    assert.deepEqual(files('payloads').sort(), others.sort());
  });

  it('are the trace of each call, from the header of its request', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { bearer, servers } = await served.control.call('agents/endpoint', {
      workspace: served.folder,
    });
    const client = new Client({ name: 'traced', version: '1' });
    const headers = { authorization: `Bearer ${bearer}`, traceparent };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(servers[0]?.url ?? ''), {
        requestInit: { headers },
      }),
    );
    const from = (await records()).length;
    await client.callTool({
      name: 'read_text_file',
      arguments: { path: served.file('src/app.txt') },
    });
    await client.close();
    const call = (await records()).slice(from);
    const decision = call.find((record) => record.type === 'decision');
    assert.deepEqual(decision?.body.trace, {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    });
    assert.ok(Number.isInteger(decision.body.timings?.['policy']));
    const outcome = call.find((record) => record.type === 'outcome');
    assert.match(outcome?.body.result?.text ?? '', /one\\ntwo\\nthree/);
    assert.equal(outcome?.body.result?.truncated, undefined);
    assert.match(outcome?.body.resultHash ?? '', /^sha256:/);
  });
});
