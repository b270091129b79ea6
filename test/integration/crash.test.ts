import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { connectAgent } from '../testkit/agent.js';
import { createApprover, type Approver } from '../testkit/approver.js';
import { connectAs, trustPolicy } from '../testkit/control-client.js';
import { REPOSITORY } from '../testkit/folders.js';
import { startHostProcess } from '../testkit/host-process.js';
import { createWorkspace, policyText, type TestWorkspace } from '../testkit/workspace.js';

/** `npm run prove:kills` makes 200. */
const KILLS = Number(process.env['AXTARY_KILLS'] ?? 8);
const CALLERS = 6;

const SERVER = path.join(REPOSITORY, 'test', 'testkit', 'servers', 'counting-server.mjs');

function countingPolicy(folder: string): string {
  const rule = `  counting:
    command: ${JSON.stringify(process.execPath)}
    args: [${JSON.stringify(SERVER)}, ${JSON.stringify(path.join(folder, 'counted.txt'))}]
policies:
  - id: allow-counting
    effect: allow
    match: { tool: mcp.tool.call, resource: "mcp:counting/count" }
`;
  return policyText(folder, rule);
}

interface Line {
  readonly type: string;
  readonly body: { readonly intentId?: string; readonly status?: string };
}

describe('the enforcement host, killed at any moment', function () {
  this.timeout(60_000 + KILLS * 8000);
  let workspace: TestWorkspace;
  let approver: Approver;
  const acknowledged = new Set<string>();
  let next = 0;

  before(async () => {
    workspace = createWorkspace(countingPolicy);
    approver = await createApprover();
  });

  after(() => workspace.remove());

  /** Calls until the host is gone; what was answered as executed is acknowledged. */
  async function callUntilGone(agent: Client): Promise<void> {
    for (;;) {
      const mark = `mark-${String(next++)}`;
      try {
        const result = await agent.callTool({ name: 'count', arguments: { mark } }, undefined, {
          timeout: 1500,
        });
        if (result.isError !== true) acknowledged.add(mark);
      } catch {
        return;
      }
    }
  }

  function counted(): string[] {
    const file = workspace.file('counted.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  it('loses no acknowledged record and runs nothing twice', async () => {
    for (let round = 0; round < KILLS; round++) {
      const host = await startHostProcess({ state: workspace.state });
      const control = await connectAs(workspace.state, approver);
      await trustPolicy(control, approver, workspace.folder);
      const agents = await Promise.all(
        Array.from({ length: CALLERS }, () => connectAgent(control, workspace.folder, 'counting')),
      );
      // The kill comes while records of this round are being written: at a size, not at a time.
      const { size } = (await control.call('workspaces/open', { workspace: workspace.folder }))
        .ledger;
      const target = size + 20 + ((round * 7) % 61);
      const reached = new Promise<void>((resolve) => {
        control.on('ledger/changed', (change) => {
          if (change.size >= target) resolve();
        });
      });
      const calls = agents.map(callUntilGone);
      await reached;
      await host.end('SIGKILL');
      await Promise.all(calls);
      control.close();
    }
    const lines = counted();
    assert.equal(new Set(lines).size, lines.length, 'a call ran twice');
    for (const mark of acknowledged) assert.ok(lines.includes(mark), `${mark} was acknowledged`);
    assert.ok(acknowledged.size > KILLS, `only ${String(acknowledged.size)} calls were answered`);
  });

  it('marks what it interrupted, and its ledger verifies', async () => {
    const host = await startHostProcess({ state: workspace.state });
    const control = await connectAs(workspace.state, approver);
    const { key } = await control.call('workspaces/open', { workspace: workspace.folder });
    const file = path.join(path.dirname(workspace.folder), 'export.jsonl');
    const { anchor } = await control.call('ledger/export', { workspace: workspace.folder, file });
    const report = await control.call('ledger/verify', { file, anchor });
    assert.equal(report.verdict, 'VALID_ANCHORED', report.message);
    assert.equal(report.danglingIntents, 0);
    const ledger = path.join(workspace.state, 'workspaces', key, 'ledger.jsonl');
    const records = readFileSync(ledger, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const executed = records.filter(
      ({ type, body }) => type === 'outcome' && body.status === 'executed',
    );
    const intents = records.filter(({ type }) => type === 'intent');
    assert.ok(executed.length >= acknowledged.size, 'an acknowledged call has no outcome');
    assert.ok(intents.length >= counted().length, 'something ran without an intent');
    control.close();
    assert.equal(await host.end('SIGTERM'), 0);
  });
});
