import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

import { textOf } from '../testkit/agent.js';
import { createApprover, type Approver } from '../testkit/approver.js';
import {
  answerApproval,
  connectAnother,
  pendingApproval,
  type ControlClient,
} from '../testkit/control-client.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';
import { policyText } from '../testkit/workspace.js';

const READS = 'mcp:filesystem/read_text_file';

function read(workspace: ServedWorkspace): ReturnType<ServedWorkspace['agent']['callTool']> {
  const { agent, file } = workspace;
  return agent.callTool({ name: 'read_text_file', arguments: { path: file('src/app.txt') } });
}

function write(
  workspace: ServedWorkspace,
  name: string,
): ReturnType<ServedWorkspace['agent']['callTool']> {
  const { agent, file } = workspace;
  return agent.callTool({ name: 'write_file', arguments: { path: file(name), content: 'x' } });
}

describe('a rate over MCP calls', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;

  const rated = (folder: string): string =>
    policyText(
      folder,
      `policies:
  - id: few-reads
    effect: allow
    match: { tool: mcp.tool.call, resource: "${READS}" }
    obligations: { rates: [{ max: 20, windowSeconds: 3600, per: human }] }
`,
    );

  before(async () => {
    workspace = await serveWorkspace({ policy: rated });
  });

  after(() => workspace.stop());

  it('lets exactly as many of 200 concurrent calls run as it says', async () => {
    const results = await Promise.all(Array.from({ length: 200 }, () => read(workspace)));
    const ran = results.filter((result) => result.isError !== true);
    assert.equal(ran.length, 20);
    const refused = results.filter((result) => result.isError === true).map(textOf);
    assert.match(refused[0] ?? '', /at most 20/);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`is used up still after ${signal}`, async () => {
      await workspace.restart(signal);
      assert.equal((await read(workspace)).isError, true);
    });
  }
});

describe('a call that two approvers must approve, one of them with a role', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let second: Approver;
  let secondWindow: ControlClient;

  const twoApprovers = (folder: string, kid: string): string =>
    policyText(
      folder,
      `roles:
  lead: ["user:lead@test"]
  key-holder: ["approver:${kid}"]
policies:
  - id: two-people
    effect: step_up
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/write_file" }
    obligations: { approvals: 2 }
  - id: one-of-them-leads
    effect: step_up
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/write_file" }
    obligations: { approverRoles: [lead] }
  - id: and-by-this-key
    effect: step_up
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/write_file" }
    obligations: { approverRoles: [key-holder] }
`,
    );

  before(async () => {
    second = await createApprover('user:lead@test');
    const policy = (folder: string): string => twoApprovers(folder, second.kid);
    workspace = await serveWorkspace({ policy });
    const { recoveryCode = '' } = workspace.control;
    secondWindow = await connectAnother(workspace.state, second, recoveryCode);
    await secondWindow.call('workspaces/open', { workspace: workspace.folder });
  });

  after(async () => {
    secondWindow.close();
    await workspace.stop();
  });

  it('waits for both, says how far it is, and records each', async () => {
    const { control, approver, folder } = workspace;
    const call = write(workspace, 'src/two.txt');
    const asked = await pendingApproval(control, folder);
    assert.deepEqual([asked.progress, asked.approvedBy], ['0 of 2 approvals', []]);
    assert.match(asked.missing, /lead/);
    const after = await answerApproval(control, approver, { approval: asked, verdict: 'approve' });
    assert.deepEqual([after.status, after.progress], ['pending', '1 of 2 approvals']);
    assert.deepEqual(
      after.approvedBy.map(({ name }) => name),
      [approver.name],
    );
    await assert.rejects(
      answerApproval(control, approver, { approval: asked, verdict: 'approve' }),
      { remoteCode: 'APPROVAL_ALREADY_DECIDED' },
    );
    assert.equal(existsSync(workspace.file('src/two.txt')), false);
    const { pending } = await secondWindow.call('approvals/list', { workspace: folder });
    assert.equal(pending[0]?.progress, '1 of 2 approvals');
    const done = await answerApproval(secondWindow, second, {
      approval: asked,
      verdict: 'approve',
    });
    assert.deepEqual([done.status, done.missing], ['approved', '']);
    assert.equal((await call).isError ?? false, false);
    assert.equal(readFileSync(workspace.file('src/two.txt'), 'utf8'), 'x');
    const { items } = await control.call('ledger/list', { workspace: folder, limit: 100 });
    assert.deepEqual(
      items.filter(({ type }) => type === 'approval').map(({ title }) => title),
      ['Approved by user:lead@test', `Approved by ${approver.name}`],
    );
  });

  it('ends with one denial', async () => {
    const { control, approver, folder } = workspace;
    const call = write(workspace, 'src/none.txt');
    const asked = await pendingApproval(control, folder);
    await answerApproval(secondWindow, second, { approval: asked, verdict: 'approve' });
    await answerApproval(control, approver, { approval: asked, verdict: 'deny', reason: 'not so' });
    assert.match(textOf(await call), /not so/);
    assert.equal(existsSync(workspace.file('src/none.txt')), false);
  });
});

describe('a rule about the words of a human', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;

  const stated = (folder: string): string =>
    policyText(
      folder,
      `policies:
  - id: not-asked-for
    effect: deny
    match: { tool: mcp.tool.call, resource: "${READS}" }
    when:
      - not: { field: payload.arguments.path, stated_by_human: true }
`,
    );

  before(async () => {
    workspace = await serveWorkspace({ policy: stated });
  });

  after(() => workspace.stop());

  it('takes them from the window only, for its own agents, until they are taken back', async () => {
    const { control, folder, file } = workspace;
    assert.equal((await read(workspace)).isError, true, 'an MCP client alone states nothing');
    const text = `please read ${file('src/app.txt')} for me`;
    await control.call('sessions/request', { workspace: folder, text });
    const result = await read(workspace);
    assert.equal(result.isError ?? false, false, textOf(result));
    const { items } = await control.call('ledger/list', { workspace: folder, limit: 100 });
    const decided = items.find(({ type, verdict }) => type === 'decision' && verdict === 'allow');
    const { body } = JSON.parse(decided?.line ?? '{}') as {
      body: { action: { intent: { request?: string }; context: { verified: string[] } } };
    };
    assert.equal(body.action.intent.request, text);
    assert.ok(body.action.context.verified.includes('request'));
    await control.call('sessions/request', { workspace: folder });
    assert.equal((await read(workspace)).isError, true);
    await control.call('sessions/request', { workspace: folder, session: 'another', text });
    assert.equal((await read(workspace)).isError, true);
  });
});
