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

import { connectAgent, textOf } from '../testkit/agent.js';
import { createApprover, type Approver } from '../testkit/approver.js';
import { connectAs, trustPolicy } from '../testkit/control-client.js';
import { startHostProcess } from '../testkit/host-process.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';
import { policyText } from '../testkit/workspace.js';

/** What an agent would like the policy to say. */
function permissive(folder: string): string {
  return policyText(
    folder,
    'policies:\n  - { id: allow-all, effect: allow, match: { tool: mcp.tool.call } }\n',
  ).replace('preset: coding-agent', 'preset: none');
}

describe('an axtary.yml that an agent writes', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let approver: Approver;
  let original: string;

  beforeEach(async () => {
    workspace = await serveWorkspace();
    ({ approver } = workspace);
    original = policyText(workspace.folder);
  });

  afterEach(() => workspace.stop());

  /** Ends the enforcement host and starts it again, with a new window on it. */
  async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await workspace.host.end(signal);
    workspace.control.close();
    workspace.host = await startHostProcess({ state: workspace.state });
    workspace.control = await connectAs(workspace.state, approver);
  }

  async function assertSecretStaysDenied(client = workspace.agent): Promise<void> {
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
      const { enforcedText } = await workspace.control.call('policy/proposal', {
        workspace: workspace.folder,
      });
      assert.equal(enforcedText, original);
      await assertSecretStaysDenied();
      await restart('SIGKILL');
      const { control } = workspace;
      const state = await control.call('workspaces/open', { workspace: workspace.folder });
      assert.notEqual(state.policy.status, 'trusted');
      workspace.agent = await connectAgent(control, workspace.folder, 'filesystem');
      await assertSecretStaysDenied();
    });
  }

  it('is enforced once an approver has signed for exactly that text', async () => {
    const file = workspace.file('axtary.yml');
    writeFileSync(file, permissive(workspace.folder));
    await trustPolicy(workspace.control, approver, workspace.folder);
    const renewed = await connectAgent(workspace.control, workspace.folder, 'filesystem');
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
    await assert.rejects(trustPolicy(workspace.control, other, workspace.folder), {
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
        workspace.control.call('policy/trust', {
          workspace: workspace.folder,
          statement: await approver.sign('axtary-policy-trust+jwt', claims),
        }),
        { remoteCode: 'POLICY_NOT_TRUSTED' },
      );
    }
    await assertSecretStaysDenied();
  });

  it('stays refused when the kept copy is replaced in the state folder', async () => {
    const { key } = await workspace.control.call('workspaces/open', {
      workspace: workspace.folder,
    });
    await workspace.host.end('SIGTERM');
    const kept = path.join(workspace.state, 'workspaces', key, 'trust.json');
    assert.ok(existsSync(kept));
    const trust = JSON.parse(readFileSync(kept, 'utf8')) as { text: string };
    writeFileSync(kept, JSON.stringify({ ...trust, text: permissive(workspace.folder) }));
    await restart('SIGTERM');
    const state = await workspace.control.call('workspaces/open', { workspace: workspace.folder });
    assert.equal(state.policy.enforcedHash, undefined);
  });
});
