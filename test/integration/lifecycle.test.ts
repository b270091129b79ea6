import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { StopReason } from '@axtary/protocol';

import { connectAgent, textOf } from '../testkit/agent.js';
import { createApprover } from '../testkit/approver.js';
import {
  answerApproval,
  connectAs,
  pendingApproval,
  trustPolicy,
} from '../testkit/control-client.js';
import { temporaryFolder } from '../testkit/folders.js';
import { startHostProcess } from '../testkit/host-process.js';
import { serveWorkspace } from '../testkit/served-workspace.js';
import { createWorkspace, type TestWorkspace } from '../testkit/workspace.js';

describe('the life of an enforcement host', function () {
  this.timeout(60_000);
  let workspace: TestWorkspace;

  beforeEach(() => {
    workspace = createWorkspace();
  });

  afterEach(() => workspace.remove());

  it('is one a state folder, and a second one says so', async () => {
    const first = await startHostProcess({ state: workspace.state });
    const second = await startHostProcess({ state: workspace.state });
    assert.equal(second.answer.ready, false);
    assert.equal('code' in second.answer && second.answer.code, 'HOST_RUNNING');
    assert.equal(await second.ended, 1);
    assert.equal(await first.end('SIGTERM'), 0);
  });

  it('leaves nothing that keeps the next one from starting, even when it is killed', async () => {
    const first = await startHostProcess({ state: workspace.state });
    await first.end('SIGKILL');
    const second = await startHostProcess({ state: workspace.state });
    assert.equal(second.answer.ready, true);
    await second.end('SIGTERM');
  });

  it('stops when it is idle', async () => {
    const host = await startHostProcess({
      state: workspace.state,
      arguments: ['--idle-seconds', '0'],
    });
    const [code] = (await once(host.child, 'exit')) as [number];
    assert.equal(code, 0);
  });

  it('keeps its folder, sockets and files to its own user, whatever the umask', async () => {
    const host = await startHostProcess({
      state: workspace.state,
      under: ['sh', '-c', 'umask 000; exec "$@"', 'sh'],
    });
    const control = await connectAs(workspace.state, await createApprover());
    await control.call('workspaces/open', { workspace: workspace.folder });
    const modes = ['.', 'control.sock', 'agent.sock', 'approvers.json', 'host.log'];
    for (const name of modes) {
      assert.equal(statSync(path.join(workspace.state, name)).mode & 0o077, 0, name);
    }
    control.close();
    await host.end('SIGTERM');
  });

  it('tells every window when one of them stops it', async () => {
    const host = await startHostProcess({ state: workspace.state });
    const approver = await createApprover();
    const first = await connectAs(workspace.state, approver);
    const second = await connectAs(workspace.state, approver);
    const told = new Promise<StopReason>((resolve) => {
      second.on('host/stopping', ({ reason }) => resolve(reason));
    });
    await first.call('host/stop', { reason: 'user' }).catch(() => undefined);
    assert.equal(await told, 'user');
    assert.equal(await host.ended, 0);
    first.close();
    second.close();
  });

  it('has one ledger for two windows, and takes the answer of either', async () => {
    const host = await startHostProcess({ state: workspace.state });
    const approver = await createApprover();
    const first = await connectAs(workspace.state, approver);
    const second = await connectAs(workspace.state, approver);
    await trustPolicy(first, approver, workspace.folder);
    await second.call('workspaces/open', { workspace: workspace.folder });
    const agent = await connectAgent(first, workspace.folder, 'filesystem');
    const call = agent.callTool({
      name: 'write_file',
      arguments: { path: workspace.file('src/app.txt'), content: 'second window' },
    });
    const approval = await pendingApproval(second, workspace.folder);
    await pendingApproval(first, workspace.folder);
    await answerApproval(second, approver, { approval, verdict: 'approve' });
    assert.match(textOf(await call), /Successfully wrote/);
    const seen = await Promise.all(
      [first, second].map((window) =>
        window.call('ledger/list', { workspace: workspace.folder, limit: 1000 }),
      ),
    );
    assert.deepEqual(seen[0], seen[1]);
    await agent.close();
    first.close();
    second.close();
    await host.end('SIGTERM');
  });

  it('says what to do when its state folder cannot be used', async () => {
    const root = temporaryFolder('state');
    writeFileSync(path.join(root.path, 'file'), '');
    const inFile = await startHostProcess({ state: path.join(root.path, 'file', 'state') });
    assert.equal('code' in inFile.answer && inFile.answer.code, 'HOST_STATE_UNUSABLE');
    const long = await startHostProcess({ state: path.join(root.path, 'x'.repeat(120)) });
    assert.match('message' in long.answer ? long.answer.message : '', /AXTARY_STATE_DIR/);
    root.remove();
  });

  it('refuses to begin anew over a damaged list of approvers', async () => {
    const state = path.join(workspace.state, 'damaged');
    mkdirSync(state, { recursive: true });
    writeFileSync(path.join(state, 'approvers.json'), '{"version":1');
    const host = await startHostProcess({ state });
    assert.equal('code' in host.answer && host.answer.code, 'HOST_STATE_UNUSABLE');
  });

  it('executes nothing when the ledger cannot be written, and says so', async () => {
    // A limit on file size stands in for a full disk: the ledger may grow by a few records only.
    const served = await serveWorkspace({ under: ['prlimit', '--fsize=4096', '--'] });
    const { agent } = served;
    const read = { name: 'read_text_file', arguments: { path: served.file('src/app.txt') } };
    let result = await agent.callTool(read);
    for (let round = 0; round < 10 && result.isError !== true; round++) {
      result = await agent.callTool(read);
    }
    assert.equal(result.isError, true);
    assert.match(textOf(result), /ledger/);
    await served.stop();
  });
});
