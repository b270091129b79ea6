import assert from 'node:assert/strict';
import path from 'node:path';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { connectAgent, textOf } from '../testkit/agent.js';
import { createApprover, type Approver } from '../testkit/approver.js';
import { connectAs, trustPolicy } from '../testkit/control-client.js';
import { CountedCalls } from '../testkit/counted-calls.js';
import { startHostProcess } from '../testkit/host-process.js';
import {
  COUNTING,
  countingPolicyText,
  createWorkspace,
  type TestWorkspace,
} from '../testkit/workspace.js';

/** `npm run prove:kills` makes 200. */
const KILLS = Number(process.env['AXTARY_KILLS'] ?? 8);
const CALLERS = 6;

describe('the enforcement host, killed at any moment', function () {
  this.timeout(60_000 + KILLS * 20_000);
  let workspace: TestWorkspace;
  let approver: Approver;
  let calls: CountedCalls;

  before(async () => {
    workspace = createWorkspace(countingPolicyText);
    calls = new CountedCalls(workspace.folder);
    approver = await createApprover();
  });

  after(() => workspace.remove());

  /** Calls until the host is gone, which is when a call that is under way is given up. */
  async function callUntil(gone: AbortSignal, agent: Client): Promise<void> {
    const count = (mark: string): ReturnType<Client['callTool']> => {
      // A signal of its own: the client never takes its listeners off.
      const signal = AbortSignal.any([gone]);
      return agent.callTool({ name: 'count', arguments: { mark } }, undefined, { signal });
    };
    try {
      while (!gone.aborted) await calls.make(async (mark) => textOf(await count(mark)));
    } catch {
      // It was cut short.
    }
  }

  it('loses no acknowledged record and runs nothing twice', async () => {
    for (let round = 0; round < KILLS; round++) {
      const host = await startHostProcess({ state: workspace.state });
      const control = await connectAs(workspace.state, approver);
      await trustPolicy(control, approver, workspace.folder);
      const agents = await Promise.all(
        Array.from({ length: CALLERS }, () => connectAgent(control, workspace.folder, COUNTING)),
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
      const gone = new AbortController();
      const callers = agents.map((agent) => callUntil(gone.signal, agent));
      await reached;
      await host.end('SIGKILL');
      gone.abort();
      await Promise.all(callers);
      control.close();
    }
    const { acknowledged } = calls;
    assert.ok(acknowledged > KILLS, `only ${String(acknowledged)} calls were answered`);
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
    const { intents, interrupted } = await calls.check(ledger);
    assert.ok(interrupted > 0, 'no kill came between an intent and its outcome');
    console.log(
      `      ${String(KILLS)} kills, ${String(intents)} calls: ` +
        `${String(calls.acknowledged)} acknowledged, ${String(interrupted)} interrupted`,
    );
    control.close();
    assert.equal(await host.end('SIGTERM'), 0);
  });
});
