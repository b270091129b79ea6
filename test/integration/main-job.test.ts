import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { textOf } from '../testkit/agent.js';
import type { Approver } from '../testkit/approver.js';
import { answerApproval, pendingApproval, type ControlClient } from '../testkit/control-client.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';

describe('an agent, the gateway, a real file-system server and an approver', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let approver: Approver;
  let control: ControlClient;
  let agent: Client;

  before(async () => {
    workspace = await serveWorkspace();
    ({ approver, control, agent } = workspace);
  });

  after(async () => {
    assert.equal(await workspace.stop(), 0);
  });

  function write(name: string, content: string): ReturnType<Client['callTool']> {
    return agent.callTool({
      name: 'write_file',
      arguments: { path: workspace.file(name), content },
    });
  }

  it('runs a read without asking anyone', async () => {
    const result = await agent.callTool({
      name: 'read_text_file',
      arguments: { path: workspace.file('src/app.txt') },
    });
    assert.equal(textOf(result), 'one\ntwo\nthree\n');
  });

  it('writes exactly the approved bytes, once they are approved', async () => {
    const call = write('src/app.txt', 'one\n2\nthree\n');
    const approval = await pendingApproval(control, workspace.folder);
    assert.equal(readFileSync(workspace.file('src/app.txt'), 'utf8'), 'one\ntwo\nthree\n');
    const detail = await control.call('approvals/get', {
      workspace: workspace.folder,
      id: approval.id,
    });
    assert.deepEqual(
      detail.diff?.files[0]?.hunks[0]?.lines.filter(({ type }) => type !== 'context'),
      [
        { type: 'deletion', oldLine: 2, content: 'two' },
        { type: 'addition', newLine: 2, content: '2' },
      ],
    );
    await answerApproval(control, approver, { approval, verdict: 'approve', reason: 'fine' });
    const result = await call;
    assert.equal(result.isError ?? false, false);
    assert.equal(readFileSync(workspace.file('src/app.txt'), 'utf8'), 'one\n2\nthree\n');
  });

  it('writes nothing when denied, and tells the agent why', async () => {
    const call = write('src/other.txt', 'x');
    const approval = await pendingApproval(control, workspace.folder);
    await answerApproval(control, approver, {
      approval,
      verdict: 'deny',
      reason: 'use src/lib instead',
    });
    const result = await call;
    assert.equal(result.isError, true);
    assert.match(textOf(result), /use src\/lib instead/);
    assert.equal(existsSync(workspace.file('src/other.txt')), false);
  });

  it('denies by policy without asking', async () => {
    const result = await write('.env', 'SECRET=2\n');
    assert.equal(result.isError, true);
    assert.equal(readFileSync(workspace.file('.env'), 'utf8'), 'SECRET=1\n');
  });

  it('blocks when the file changed between approval and execution', async () => {
    const call = write('src/app.txt', 'mine\n');
    const approval = await pendingApproval(control, workspace.folder);
    writeFileSync(workspace.file('src/app.txt'), 'somebody else was here\n');
    await answerApproval(control, approver, { approval, verdict: 'approve' });
    const result = await call;
    assert.equal(result.isError, true);
    assert.match(textOf(result), /changed since/);
    assert.equal(readFileSync(workspace.file('src/app.txt'), 'utf8'), 'somebody else was here\n');
  });

  it('keeps a ledger whose export verifies, anchored and not', async () => {
    const file = path.join(path.dirname(workspace.folder), 'export.jsonl');
    const { anchor } = await control.call('ledger/export', { workspace: workspace.folder, file });
    const anchored = await control.call('ledger/verify', { file, anchor });
    assert.equal(anchored.verdict, 'VALID_ANCHORED', anchored.message);
    const plain = await control.call('ledger/verify', { file });
    assert.equal(plain.verdict, 'VALID_UNANCHORED', plain.message);
    assert.ok(plain.cannotExclude.length > 0);
    const { items } = await control.call('ledger/list', {
      workspace: workspace.folder,
      limit: 1000,
    });
    const types = items.map(({ type }) => type).reverse();
    assert.deepEqual(types.slice(0, 3), ['genesis', 'key', 'policy_change']);
    for (const type of ['decision', 'approval', 'pass', 'intent', 'outcome', 'checkpoint']) {
      assert.ok(types.includes(type), type);
    }
  });
});
