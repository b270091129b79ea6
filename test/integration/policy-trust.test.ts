import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { connectAgent, textOf } from '../testkit/agent.js';
import { createApprover, type Approver } from '../testkit/approver.js';
import { connectAs, trustPolicy, type ControlClient } from '../testkit/control-client.js';
import { startHostProcess, type HostProcess } from '../testkit/host-process.js';
import { createWorkspace, policyText, type TestWorkspace } from '../testkit/workspace.js';

/** What an agent would like the policy to say. */
function permissive(folder: string): string {
  return policyText(
    folder,
    'policies:\n  - { id: allow-all, effect: allow, match: { tool: mcp.tool.call } }\n',
  ).replace('preset: coding-agent', 'preset: none');
}

describe('an axtary.yml that an agent writes', function () {
  this.timeout(60_000);
  let workspace: TestWorkspace;
  let host: HostProcess;
  let approver: Approver;
  let control: ControlClient;
  let agent: Client;
  let original: string;

  beforeEach(async () => {
    workspace = createWorkspace();
    original = policyText(workspace.folder);
    host = await startHostProcess({ state: workspace.state });
    approver = await createApprover();
    control = await connectAs(workspace.state, approver);
    await trustPolicy(control, approver, workspace.folder);
    agent = await connectAgent(control, workspace.folder, 'filesystem');
  });

  afterEach(async () => {
    await agent.close();
    control.close();
    await host.end('SIGTERM');
    workspace.remove();
  });

  async function assertSecretStaysDenied(client = agent): Promise<void> {
    const result = await client.callTool({
      name: 'write_file',
      arguments: { path: workspace.file('.env'), content: 'stolen' },
    });
    assert.equal(result.isError, true, textOf(result));
    assert.equal(readFileSync(workspace.file('.env'), 'utf8'), 'SECRET=1\n');
  }

  const ways: Readonly<Record<string, (file: string, text: string) => void>> = {
    'in place': (file, text) => writeFileSync(file, text),
    'by rename': (file, text) => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    },
    'by symbolic link': (file, text) => {
      writeFileSync(`${file}.elsewhere`, text);
      rmSync(file);
      symlinkSync(`${file}.elsewhere`, file);
    },
    'by git checkout': (file, text) => {
      const git = (...args: string[]): void =>
        void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
          cwd: path.dirname(file),
          stdio: 'ignore',
        });
      git('init', '-b', 'main');
      git('add', '.');
      git('commit', '-m', 'one');
      git('checkout', '-b', 'other');
      writeFileSync(file, text);
      git('commit', '-am', 'two');
      git('checkout', 'main');
      git('checkout', 'other');
    },
    broken: (file) => writeFileSync(file, 'version: [\n'),
    away: (file) => rmSync(file),
    'as a FIFO': (file) => {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    },
    'as a folder': (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  };

  for (const [way, change] of Object.entries(ways)) {
    it(`changes no decision when it is written ${way}, also after a restart`, async () => {
      change(workspace.file('axtary.yml'), permissive(workspace.folder));
      const { enforcedText } = await control.call('policy/proposal', {
        workspace: workspace.folder,
      });
      assert.equal(enforcedText, original);
      await assertSecretStaysDenied();
      await host.end('SIGKILL');
      control.close();
      host = await startHostProcess({ state: workspace.state });
      control = await connectAs(workspace.state, approver);
      const state = await control.call('workspaces/open', { workspace: workspace.folder });
      assert.notEqual(state.policy.status, 'trusted');
      agent = await connectAgent(control, workspace.folder, 'filesystem');
      await assertSecretStaysDenied();
    });
  }

  it('is enforced once an approver has signed for exactly that text', async () => {
    const file = workspace.file('axtary.yml');
    writeFileSync(file, permissive(workspace.folder));
    await trustPolicy(control, approver, workspace.folder);
    const renewed = await connectAgent(control, workspace.folder, 'filesystem');
    const result = await renewed.callTool({
      name: 'write_file',
      arguments: { path: workspace.file('.env'), content: 'allowed now' },
    });
    assert.equal(result.isError ?? false, false, textOf(result));
    await renewed.close();
  });

  it('cannot be trusted by a statement for another text, workspace or key', async () => {
    const file = workspace.file('axtary.yml');
    writeFileSync(file, permissive(workspace.folder));
    const other = await createApprover('user:mallory@test');
    await assert.rejects(trustPolicy(control, other, workspace.folder), {
      remoteCode: 'APPROVAL_STATEMENT_INVALID',
    });
    const statement = {
      jti: 'x',
      sub: approver.name,
      workspace: workspace.folder,
      policy_hash: `sha256:${'0'.repeat(64)}`,
      iat: 1,
    };
    for (const claims of [statement, { ...statement, workspace: '/elsewhere' }]) {
      await assert.rejects(
        control.call('policy/trust', {
          workspace: workspace.folder,
          statement: await approver.sign('axtary-policy-trust+jwt', claims),
        }),
        { remoteCode: 'POLICY_NOT_TRUSTED' },
      );
    }
    await assertSecretStaysDenied();
  });

  it('stays refused when the kept copy is replaced in the state folder', async () => {
    const { key } = await control.call('workspaces/open', { workspace: workspace.folder });
    await host.end('SIGTERM');
    control.close();
    const kept = path.join(workspace.state, 'workspaces', key, 'trust.json');
    assert.ok(existsSync(kept));
    const trust = JSON.parse(readFileSync(kept, 'utf8')) as { text: string };
    writeFileSync(kept, JSON.stringify({ ...trust, text: permissive(workspace.folder) }));
    host = await startHostProcess({ state: workspace.state });
    control = await connectAs(workspace.state, approver);
    const state = await control.call('workspaces/open', { workspace: workspace.folder });
    assert.equal(state.policy.enforcedHash, undefined);
  });
});
