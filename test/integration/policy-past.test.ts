import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { PolicyImpact, SimulationSubject } from '@axtary/protocol';

import { textOf } from '../testkit/agent.js';
import { answerApproval, pendingApproval } from '../testkit/control-client.js';
import { serveLivedWorkspace, type LivedWorkspace } from '../testkit/lived-workspace.js';
import type { ServedWorkspace } from '../testkit/served-workspace.js';

describe('questions about a policy and the past', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let lived: LivedWorkspace;
  let folder: string;
  let policy: string;

  before(async () => {
    lived = await serveLivedWorkspace();
    ({ served: workspace, policy } = lived);
    ({ folder } = workspace);
  });

  after(() => workspace.stop());

  it('records what a rule on trial would have done, and does not enforce it', async () => {
    assert.equal(textOf(await lived.read()), 'one\ntwo\nthree\n');
    const { items } = await workspace.control.call('ledger/list', {
      workspace: folder,
      limit: 500,
    });
    const item = items.find(({ seq }) => seq === items.find((one) => one.verdict === 'allow')?.seq);
    assert.match(item?.title ?? '', /^Allowed: .*\(would be denied by no-reads-one-day\)$/);
    const { body } = JSON.parse(item?.line ?? '{}') as {
      body: { shadow?: { decision: string }; verdict: string };
    };
    assert.deepEqual([body.verdict, body.shadow?.decision], ['allow', 'deny']);
  });

  for (const when of ['at once', 'after a restart']) {
    it(`tells what rules have done ${when}`, async () => {
      if (when === 'after a restart') await workspace.restart('SIGKILL');
      const activity = await workspace.control.call('policy/activity', {
        workspace: folder,
        hours: 24,
      });
      const rule = activity.rules.find((one) => one.rule === 'no-app');
      assert.deepEqual([rule?.matches, rule?.denied], [3, 3]);
      assert.match(rule?.lastDenied?.title ?? '', /^Denied: mcp:filesystem\/write_file/);
      const tried = activity.rules.find((one) => one.rule === 'no-reads-one-day');
      assert.equal(tried?.matches, 0);
      assert.ok((tried?.shadowed ?? 0) >= 1);
      const [denial] = activity.denials;
      assert.deepEqual(
        [activity.denials.length, denial?.rule, denial?.message],
        [3, 'no-app', 'app.txt stays as it is'],
      );
    });
  }

  it('says why a recorded call was denied, with three engines that agree', async () => {
    const subject = { kind: 'ledger', seq: lived.denied.seq } as const;
    const said = await workspace.control.call('policy/simulate', {
      workspace: folder,
      text: policy,
      subject,
    });
    assert.deepEqual([said.decision?.decision, said.problem], ['deny', undefined]);
    assert.deepEqual(said.recorded, { decision: 'deny', rules: ['no-app'] });
    const trace = said.rules.find(({ rule }) => rule === 'no-app');
    assert.equal(trace?.outcome, 'determined');
    assert.match(trace?.words ?? '', /^Denies /);
    const other = said.rules.find(({ rule }) => rule === 'no-reads-one-day');
    assert.equal(other?.outcome, 'not-held');
    assert.equal(other?.failed?.found, '"mcp:filesystem/write_file"');
    assert.deepEqual(
      said.engines.map(({ engine, decision, rules, error }) => [engine, decision, rules, error]),
      ['native', 'cedar', 'rego'].map((engine) => [engine, 'deny', ['no-app'], undefined]),
    );
    assert.equal(said.agree, true);
    assert.equal(
      (JSON.parse(said.actionText ?? '') as { capability: object }).capability !== undefined,
      true,
    );
  });

  it('decides what waits, what a test says and what is written out, by a draft', async () => {
    const { control, approver } = workspace;
    const waiting = lived.write('src/wait.txt');
    const approval = await pendingApproval(control, folder);
    const tests = `tests:
  - name: a read
    action: { tool: mcp.tool.call, resource: mcp:filesystem/read_text_file }
    expect: allow
`;
    const action = JSON.stringify({ tool: 'mcp.tool.call', resource: 'mcp:filesystem/x' });
    const draft =
      'version: 1\npreset: none\npolicies:\n  - { id: all, effect: allow, match: { tool: "**" } }\n';
    const subjects: SimulationSubject[] = [
      { kind: 'approval', id: approval.id },
      { kind: 'test', file: 'axtary.test.yml', text: tests, name: 'a read' },
      { kind: 'action', text: action },
    ];
    for (const subject of subjects) {
      const said = await control.call('policy/simulate', {
        workspace: folder,
        text: draft,
        subject,
      });
      assert.deepEqual([said.decision?.decision, said.agree], ['allow', true], subject.kind);
    }
    await answerApproval(control, approver, { approval, verdict: 'deny' });
    await waiting;
    const wrong: SimulationSubject[] = [
      { kind: 'approval', id: 'apr_none' },
      { kind: 'ledger', seq: 0 },
      { kind: 'ledger', seq: 1_000_000 },
      { kind: 'test', file: 'axtary.test.yml', text: tests, name: 'no such test' },
      { kind: 'action', text: '{"tool":1}' },
      { kind: 'action', text: '{' },
    ];
    for (const subject of wrong) {
      const said = await control.call('policy/simulate', {
        workspace: folder,
        text: draft,
        subject,
      });
      assert.ok(said.problem, JSON.stringify(subject));
      assert.equal(said.decision, undefined);
    }
  });

  it('decides by a draft with facts that are given', async () => {
    const text = `version: 1
preset: none
policies:
  - id: some
    effect: allow
    match: { tool: "**" }
    obligations:
      rates: [{ max: 2, windowSeconds: 60 }]
      windows: [{ from: "09:00", to: "17:00", timeZone: UTC }]
`;
    const subject = { kind: 'action', text: '{"tool":"a","resource":"b"}' } as const;
    const decide = async (facts: object): Promise<string | undefined> => {
      const params = { workspace: folder, text, subject, facts };
      return (await workspace.control.call('policy/simulate', params)).decision?.decision;
    };
    assert.equal(await decide({ now: '2026-01-05T10:00:00Z' }), 'allow');
    assert.equal(await decide({ now: '2026-01-05T08:00:00Z' }), 'deny');
    const usage = { 'some.rate.0': 2 };
    assert.equal(await decide({ now: '2026-01-05T10:00:00Z', usage }), 'deny');
  });

  function impact(text: string, last = 1000): Promise<PolicyImpact> {
    return workspace.control.call('policy/impact', { workspace: folder, text, last, run: 'r1' });
  }

  it('says what a draft would change over the ledger, also after a restart', async () => {
    const draft = lived.loosened;
    const before = await impact(draft);
    await workspace.restart('SIGTERM');
    assert.deepEqual(await impact(draft), before);
    assert.deepEqual(
      [before.newlyAsked, before.newlyAllowed, before.newlyDenied, before.missingPayloads],
      [3, 0, 0, 0],
    );
    const [change] = before.changes;
    assert.deepEqual(change?.before.rules, ['no-app']);
    assert.equal(change?.after.decision, 'step_up');
    assert.ok((change?.after.reasons.length ?? 0) > 0);
    assert.deepEqual((await impact(policy)).changes, []);
    assert.equal((await impact(draft, 1)).considered <= 1, true);
    await assert.rejects(impact('version: ['), { remoteCode: 'POLICY_NOT_VALID' });
  });

  it('counts what it cannot decide again, because its payload is gone', async () => {
    const [, hex = ''] = /"payloadHash":"sha256:([0-9a-f]{64})"/.exec(lived.denied.line) ?? [];
    const { key } = await workspace.control.call('workspaces/open', { workspace: folder });
    const kept = path.join(workspace.state, 'workspaces', key, 'payloads', hex.slice(0, 2), hex);
    const text = readFileSync(kept, 'utf8');
    writeFileSync(kept, text.replace('changed', 'CHANGED'));
    const changed = await impact(lived.loosened);
    writeFileSync(kept, text);
    assert.equal(changed.missingPayloads, 3, 'the same payload three times');
    assert.equal(changed.newlyAsked, 0);
  });

  it('tells how far it is, and stops when it is told to', async () => {
    for (let n = 0; n < 250; n++) await lived.read();
    const { control } = workspace;
    const done: number[] = [];
    control.on('policy/progress', (progress) => {
      if (progress.run === 'r2') done.push(progress.done);
    });
    const run = { workspace: folder, text: policy, last: 10_000, run: 'r2' };
    assert.equal((await control.call('policy/impact', run)).isCancelled, false);
    assert.equal(done[0], 200);
    const cancelled = control.call('policy/impact', run);
    await control.call('policy/cancel', { run: 'r2' });
    assert.equal((await cancelled).isCancelled, true);
  });
});
