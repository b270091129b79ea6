import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { connectAgent, newPrivateJwk, textOf } from '../testkit/agent.js';
import { answerApproval, pendingApproval } from '../testkit/control-client.js';
import { ENROLMENT_CODE } from '../testkit/host-process.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';

/** Everything that is kept in a folder, by path. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}

/** Environment and arguments of a process and of those it started. */
function processTexts(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const pids = children === '' ? [] : children.split(' ').map(Number);
  const own = ['environ', 'cmdline'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
  return [...own, ...pids.flatMap(processTexts)];
}

describe('secrets, after a full run', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  const passKey = newPrivateJwk();
  const rotatedKey = newPrivateJwk();
  const bearers: string[] = [];
  let output = '';

  before(async () => {
    workspace = await serveWorkspace();
    const { control, host, folder, file, agent, approver } = workspace;
    host.child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    host.child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await control.call('keys/provide', { jwk: passKey });
    const endpoint = await control.call('agents/endpoint', { workspace: folder });
    bearers.push(endpoint.bearer);
    const other = await connectAgent(control, folder, 'filesystem');
    await other.callTool({ name: 'read_text_file', arguments: { path: file('src/app.txt') } });
    const write = agent.callTool({
      name: 'write_file',
      arguments: { path: file('src/new.txt'), content: 'x' },
    });
    const approval = await pendingApproval(control, folder);
    await answerApproval(control, approver, { approval, verdict: 'approve' });
    assert.match(textOf(await write), /Successfully/);
    await control.call('keys/rotate', { jwk: rotatedKey });
    await agent.callTool({ name: 'read_text_file', arguments: { path: file('src/app.txt') } });
    await control.call('revocations/add', { kind: 'key', value: 'x'.repeat(43), reason: 'test' });
    await control.call('ledger/export', { workspace: folder, file: file('export.jsonl') });
    await other.close();
  });

  after(() => workspace.stop());

  function secrets(): string[] {
    const { recoveryCode = '' } = workspace.control;
    assert.notEqual(recoveryCode, '');
    return [passKey.d, rotatedKey.d, ...bearers, recoveryCode, ENROLMENT_CODE];
  }

  it('are in no file of the state folder or the workspace', () => {
    const files = [...filesIn(workspace.state), ...filesIn(workspace.folder)];
    assert.ok(files.length > 5);
    for (const file of files) {
      const text = readFileSync(file, 'latin1');
      for (const secret of secrets()) assert.equal(text.includes(secret), false, file);
    }
  });

  it('are in no environment, arguments or output of the enforcement host or its servers', () => {
    const texts = processTexts(workspace.host.child.pid ?? 0);
    assert.ok(texts.length >= 4, 'the host and a server');
    for (const text of [...texts, output]) {
      for (const secret of secrets()) assert.equal(text.includes(secret), false);
    }
  });

  it('leave one private key on the disk, that of checkpoints, for its owner only', () => {
    const withKeys = filesIn(workspace.state).filter((file) =>
      /"d"\s*:/.test(readFileSync(file, 'latin1')),
    );
    assert.deepEqual(
      withKeys.map((file) => path.basename(file)),
      ['ledger-key.json'],
    );
    for (const file of filesIn(workspace.state)) {
      assert.equal(statSync(file).mode & 0o077, 0, file);
    }
  });
});
