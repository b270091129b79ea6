import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import type { Locator } from 'playwright-core';

import { allowingPolicyText } from '../testkit/workspace.js';
import {
  ledgerFile,
  openTrustedSession,
  recordFailures,
  startAgent,
  until,
  type CommandLineAgent,
  type Session,
} from './harness/index.js';

/** As many characters of a thumbprint as the view shows. */
const SHORT_KID = 12;

const POLICY = `${allowingPolicyText('.')}    obligations:
      rates: [{ max: 1000, windowSeconds: 3600, per: [agent] }]
`;

interface LedgerLine {
  readonly type: string;
  readonly body: {
    readonly kid?: string;
    readonly action?: { readonly actor: { readonly agent: string } };
  };
}

describe('keys, revocations and the kill switch, in a real editor', function () {
  this.timeout(120_000);
  let session: Session;
  let agent: CommandLineAgent | undefined;
  let note = '';

  before(async () => {
    session = await openTrustedSession({ policy: POLICY });
    const { workbench, profile } = session;
    note = path.join(profile.workspace, 'note.md');
    await workbench.openContainer('Axtary');
    agent = await startAgent(profile, 'filesystem');
  });

  beforeEach(() => {
    rmSync(note, { force: true });
  });

  recordFailures(() => session);

  after(async () => {
    await agent?.close();
    await session.stop();
  });

  async function writeNote(): Promise<string> {
    assert.ok(agent);
    return agent.call('write_file', { path: note, content: 'x' });
  }

  async function assertAllowed(): Promise<void> {
    assert.match(await writeNote(), /Successfully wrote/);
    assert.equal(existsSync(note), true);
  }

  async function assertRefused(why: RegExp): Promise<void> {
    assert.match(await writeNote(), why);
    assert.equal(existsSync(note), false);
  }

  /** Records of one type, the oldest first. */
  function records(type: string): LedgerLine[] {
    const lines = readFileSync(ledgerFile(session.profile), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as LedgerLine).filter((line) => line.type === type);
  }

  /** Thumbprint of the key that signed the newest pass, as far as the view shows it. */
  function signedBy(): string {
    const kid = records('pass').at(-1)?.body.kid ?? '';
    assert.ok(kid.length > SHORT_KID, 'the pass is signed');
    return kid.slice(0, SHORT_KID);
  }

  function item(text: string | RegExp): Locator {
    return session.workbench.treeItem('Authority', text).first();
  }

  function signingKey(kid: string): Locator {
    return item(kid).filter({ hasText: 'signs passes' });
  }

  async function giveReason(reason: string): Promise<void> {
    const { workbench } = session;
    // The list that was picked from closes only now, and has an input of its own.
    await workbench.quickInput().getByText('The reason, as the ledger will have it').waitFor();
    await workbench.enter(reason);
  }

  it('shows the key that signed the last pass, and what was used of a limit', async () => {
    await assertAllowed();
    await signingKey(signedBy()).waitFor();
    await item(/files\s*1 of 1,000 calls/).waitFor();
    await session.workbench.runCommand('Axtary: Show Budgets');
    await item('Budgets').and(session.workbench.page.locator('.focused')).waitFor();
  });

  it('signs with another key after a rotation, and keeps the one before for verifying', async () => {
    const { workbench } = session;
    const before = signedBy();
    await workbench.runCommand('Axtary: Rotate Pass Key');
    await workbench.answerDialog('Rotate Pass Key');
    await workbench.notification(`key ${before} is retired`).waitFor();
    await item(before).filter({ hasText: 'retired' }).waitFor();
    await assertAllowed();
    const now = signedBy();
    assert.notEqual(now, before);
    await signingKey(now).waitFor();
  });

  it('shows under whom a sub-agent acts, and refuses it once that is revoked', async () => {
    const { workbench } = session;
    assert.ok(agent);
    const write = { path: note, content: 'x' };
    const planner = { id: 'planner' };
    assert.match(await agent.call('write_file', write, planner), /Successfully wrote/);
    const explorer = { id: 'explorer', parent: 'planner' };
    assert.match(await agent.call('write_file', write, explorer), /Successfully wrote/);
    await item(/^\s*explorer/)
      .filter({ hasText: '2 hops left' })
      .waitFor();
    await item(/^\s*planner/)
      .filter({ hasText: '3 hops left' })
      .waitFor();
    await workbench.runCommand('Axtary: Revoke…');
    await workbench.pick('Delegation');
    const rows = workbench.quickInput().locator('.monaco-list-row');
    await rows
      .filter({ hasText: /\/planner/ })
      .filter({ hasNotText: 'explorer' })
      .first()
      .click();
    await giveReason('it went astray');
    await workbench.answerDialog('Revoke');
    await workbench.notification('Revoked: Delegation').waitFor();
    assert.match(await agent.call('write_file', write, explorer), /was revoked by/);
    await assertAllowed();
  });

  it('does nothing where the question is turned away', async () => {
    const { workbench } = session;
    await workbench.runCommand('Axtary: Stop Everything');
    await workbench.answerDialog('Cancel');
    await workbench.dialog().waitFor({ state: 'detached' });
    await assertAllowed();
    assert.equal(await workbench.statusBarItem('Axtary: stopped').count(), 0);
  });

  it('refuses every call once everything is stopped, and says so', async () => {
    const { workbench } = session;
    await workbench.runCommand('Axtary: Stop Everything');
    await workbench.answerDialog('Stop Everything');
    await workbench.statusBarItem('Axtary: stopped').waitFor();
    await item(/^\s*Stopped/).waitFor();
    await assertRefused(/stopped/);
  });

  it('decides calls again once a person has resumed', async () => {
    const { workbench } = session;
    await workbench.statusBarItem('Axtary: stopped').click();
    await giveReason('looked into it');
    await workbench.answerDialog('Resume');
    await workbench.statusBarItem('Axtary: stopped').waitFor({ state: 'detached' });
    await item(/^\s*Stopped/).waitFor({ state: 'detached' });
    // A pass of the second in which everything was stopped counts as issued before.
    await until(async () => (await writeNote()).includes('Successfully wrote'), {
      for: 'a pass that is younger than the stop',
      everyMs: 200,
    });
  });

  it('refuses the calls of an agent that is revoked, until it may act again', async () => {
    const { workbench } = session;
    const name = records('decision').at(-1)?.body.action?.actor.agent ?? '';
    await workbench.runCommand('Axtary: Revoke…');
    await workbench.pick('Agent');
    await workbench.pick(name);
    await giveReason('it went astray');
    await workbench.answerDialog('Revoke');
    await workbench.notification(`Revoked: Agent ${name}`).waitFor();
    await assertRefused(/revoked/);
    await workbench.runCommand('Axtary: Let Act Again…');
    await workbench.pick(`Agent ${name}`);
    await giveReason('it was taught better');
    await workbench.answerDialog('Let Act Again');
    // Not the notification that everything was resumed, which may still be there.
    await workbench.notification(`Agent ${name}: calls are decided by the policy again`).waitFor();
    await assertAllowed();
  });

  it('leaves no private key in any file of the editor or of Axtary but that of checkpoints', () => {
    // The browser's own folder is where this editor's SecretStorage is.
    const { home, workspace, userDataDir, runtimeDir, temporaryDir } = session.profile;
    const folders = [home, workspace, userDataDir, runtimeDir, temporaryDir];
    // As JSON, and as JSON within JSON, which is how state and logs would have it.
    const privateKey = /\\?"d\\?"\s*:\s*\\?"[A-Za-z0-9_-]{43}\\?"/;
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name)),
    );
    assert.ok(files.some((file) => file.endsWith('.log')));
    const found = files.filter((file) => privateKey.test(readFileSync(file, 'latin1')));
    assert.deepEqual(
      found.map((file) => path.basename(file)),
      ['ledger-key.json'],
    );
  });
});
