import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { textOf } from '../testkit/agent.js';
import { trustPolicy } from '../testkit/control-client.js';
import { serveLivedWorkspace, type LivedWorkspace } from '../testkit/lived-workspace.js';
import type { ServedWorkspace } from '../testkit/served-workspace.js';

describe('questions about a policy text', function () {
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

  it('tells what a draft, or the file, changes against what is enforced', async () => {
    const { control } = workspace;
    const same = await control.call('policy/diff', { workspace: folder });
    assert.deepEqual([same.direction, same.differences], ['neutral', []]);
    const text = lived.loosened;
    const diff = await control.call('policy/diff', {
      workspace: folder,
      text,
      last: 100,
      run: 'd',
    });
    assert.equal(diff.differences.length, 1);
    assert.equal(diff.differences[0]?.name, 'no-app');
    assert.notEqual(diff.direction, 'tightens');
    assert.equal(diff.impact?.isCancelled, false);
    writeFileSync(workspace.file('axtary.yml'), text);
    const ofFile = await control.call('policy/diff', { workspace: folder });
    assert.equal(ofFile.proposedHash, diff.proposedHash);
    assert.deepEqual(ofFile.differences, diff.differences);
    const broken = await control.call('policy/diff', { workspace: folder, text: 'version: [' });
    assert.ok(broken.issues.some(({ severity }) => severity === 'error'));
    assert.deepEqual(broken.differences, []);
    writeFileSync(workspace.file('axtary.yml'), policy);
  });

  it('analyses, completes, explains and renames in a text', async () => {
    const { control } = workspace;
    const text = policy.replace('effect: deny\n    description', 'efect: deny\n    description');
    const analysis = await control.call('policy/analyze', {
      workspace: folder,
      text,
      kind: 'policy',
    });
    const issue = analysis.issues.find(({ code }) => code === 'unknown-key');
    assert.equal(issue?.fixes?.[0]?.edits[0]?.newText, 'effect');
    assert.deepEqual(
      analysis.rules.map(({ id }) => id),
      ['no-app', 'no-reads-one-day'],
    );
    assert.ok(analysis.symbols.some(({ name }) => name === 'policies'));
    const typo = policy.replace('filesystem/write_file"', 'filesystem/write_fil"');
    const known = await control.call('policy/analyze', {
      workspace: folder,
      text: typo,
      kind: 'policy',
    });
    const unknown = known.issues.find(({ code }) => code === 'unknown-tool');
    assert.match(unknown?.message ?? '', /write_file/, 'the tools of the server are known');
    const lines = policy.split('\n');
    const line = lines.findIndex((one) => one.includes('id: no-app'));
    const position = { line, column: (lines[line] ?? '').indexOf('no-app') + 1 };
    const place = { workspace: folder, text: policy, position };
    const hovered = await control.call('policy/hover', { ...place, kind: 'policy' });
    assert.match(hovered.markdown ?? '', /Denies/);
    const found = await control.call('policy/rename', place);
    assert.equal(found.name, 'no-app');
    const renamed = await control.call('policy/rename', { ...place, newName: 'keep-app' });
    assert.deepEqual(
      renamed.edits.map(({ newText }) => newText),
      ['keep-app'],
    );
    const refused = await control.call('policy/rename', { ...place, newName: 'no-reads-one-day' });
    assert.ok(refused.problem);
    const typed = `${policy}  - id: x\n    eff`;
    const end = { line: typed.split('\n').length - 1, column: 7 };
    const { items } = await control.call('policy/complete', {
      workspace: folder,
      text: typed,
      kind: 'policy',
      position: end,
    });
    assert.ok(items.some(({ label }) => label === 'effect'));
  });

  it('writes a rule from a decision, which then decides such calls', async () => {
    const { control } = workspace;
    const from = { decisionSeq: lived.denied.seq };
    const made = await control.call('policy/ruleFrom', {
      workspace: folder,
      from,
      effect: 'allow',
    });
    assert.match(made.snippet, /effect: allow/);
    assert.equal(made.edits.length, 1);
    const [edit] = made.edits;
    assert.ok(edit);
    const lines = policy.split('\n');
    const { line, column } = edit.range.start;
    const at = lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + column;
    const text = policy.slice(0, at) + edit.newText + policy.slice(at);
    const { issues } = await control.call('policy/check', { text });
    assert.deepEqual(
      issues.filter(({ severity }) => severity === 'error'),
      [],
    );
    await assert.rejects(
      control.call('policy/ruleFrom', {
        workspace: folder,
        from: { decisionSeq: 0 },
        effect: 'deny',
      }),
      { remoteCode: 'SUBJECT_UNKNOWN' },
    );
  });

  it('runs policy tests against the policies that they name', async () => {
    const { control } = workspace;
    const right = `tests:
  - name: writes of app are denied
    action: { tool: mcp.tool.call, resource: mcp:filesystem/write_file, context: { paths: [src/app.txt] } }
    expect: { decision: deny, rules: [no-app] }
`;
    const wrong = right.replace('decision: deny', 'decision: allow');
    const run = await control.call('policy/tests', {
      workspace: folder,
      files: [
        { path: 'axtary.test.yml', text: right },
        { path: 'other.test.yml', text: wrong },
        { path: 'broken.test.yml', text: 'tests: [' },
        { path: 'outside.test.yml', text: `policy: ../../outside.yml\n${right}` },
      ],
    });
    assert.deepEqual(
      run.results.map(({ file, isPassed }) => [file, isPassed]),
      [
        ['axtary.test.yml', true],
        ['other.test.yml', false],
      ],
    );
    assert.match(run.results[1]?.message ?? '', /expected allow, got deny/);
    assert.match(run.results[1]?.actual ?? '', /"decision": "deny"/);
    assert.deepEqual(
      run.issues.map(({ file }) => file),
      ['broken.test.yml', 'outside.test.yml'],
    );
    const covered = run.coverage.filter(({ fired }) => fired > 0).map(({ rule }) => rule);
    assert.deepEqual([...new Set(covered)], ['no-app']);
    const text = policy.replace('effect: deny\n    description', 'effect: allow\n    description');
    const files = [{ path: 'axtary.test.yml', text: right }];
    const edited = await control.call('policy/tests', {
      workspace: folder,
      files,
      policyText: text,
    });
    assert.equal(edited.results[0]?.isPassed, false);
  });

  it('refuses what is too large, and goes on serving', async () => {
    const { control } = workspace;
    const huge = 'x'.repeat(1024 * 1024 + 1);
    const text = policy;
    const start = { line: 0, column: 0 };
    const files = Array.from({ length: 201 }, () => ({ path: 'a.test.yml', text: '' }));
    const refused: Promise<unknown>[] = [
      control.call('policy/analyze', { workspace: folder, text: huge, kind: 'policy' }),
      control.call('policy/complete', {
        workspace: folder,
        text: huge,
        kind: 'policy',
        position: start,
      }),
      control.call('policy/impact', { workspace: folder, text, last: 10_001, run: 'r' }),
      control.call('policy/activity', { workspace: folder, hours: 1e9 }),
      control.call('policy/tests', { workspace: folder, files }),
      control.call('policy/check', { text: huge }),
      control.call('policy/simulate', {
        workspace: folder,
        text,
        subject: { kind: 'action', text: 'x'.repeat(4 * 1024 * 1024 + 1) },
      }),
      control.call('sessions/request', { workspace: folder, text: 'x'.repeat(65_537) }),
    ];
    for (const call of refused) await assert.rejects(call, { code: 'INVALID_PARAMS' });
    assert.equal(textOf(await lived.read()), 'one\ntwo\nthree\n');
  });

  it('changes nothing that is enforced, whatever is asked', async () => {
    const state = await workspace.control.call('workspaces/open', { workspace: folder });
    assert.equal(state.policy.status, 'trusted');
    assert.equal((await lived.write('src/app.txt')).isError, true);
    await trustPolicy(workspace.control, workspace.approver, folder);
    const { items } = await workspace.control.call('ledger/list', {
      workspace: folder,
      limit: 1000,
    });
    assert.equal(items.filter(({ type }) => type === 'policy_change').length <= 2, true);
  });
});
