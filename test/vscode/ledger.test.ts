import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { allowingPolicyText } from '../testkit/workspace.js';
import {
  hostProcess,
  ledgerFile,
  ledgerFoot,
  ledgerRow,
  openTrustedSession,
  recordFailures,
  showLiveLedger,
  startAgent,
  until,
  type CommandLineAgent,
  type Session,
} from './harness/index.js';

const POLICY = `${allowingPolicyText('.')}  - id: no-moves
    effect: deny
    description: files stay where they are
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/move_file" }
`;

describe('the live ledger, in a real editor', function () {
  this.timeout(300_000);
  let session: Session;
  let agent: CommandLineAgent | undefined;

  before(async () => {
    session = await openTrustedSession({
      policy: POLICY,
      workspaceFiles: { 'note.md': 'a note\n' },
    });
    agent = await startAgent(session.profile, 'filesystem');
    await read();
    await move();
  });

  recordFailures(() => session);

  after(async () => {
    await agent?.close();
    await session.stop();
  });

  async function read(): Promise<string> {
    assert.ok(agent);
    const file = path.join(session.profile.workspace, 'note.md');
    return agent.call('read_text_file', { path: file });
  }

  /** Reads anew, by an agent that was started now; returns why where it could not. */
  async function readAnew(): Promise<string> {
    await agent?.close();
    agent = undefined;
    try {
      agent = await startAgent(session.profile, 'filesystem');
      return await read();
    } catch (error) {
      return String(error);
    }
  }

  /** Stops the enforcement host; on return its process has ended, and the ledger is closed. */
  async function stopHost(): Promise<void> {
    await session.workbench.runCommand('Axtary: Stop Enforcement Host');
    await session.workbench.statusBarItem('Axtary: off').waitFor();
    await until(() => hostProcess(session.profile) === undefined, {
      for: 'the enforcement host to end',
    });
  }

  async function move(): Promise<string> {
    assert.ok(agent);
    const { workspace } = session.profile;
    const [source, destination] = [path.join(workspace, 'note.md'), path.join(workspace, 'b.md')];
    return agent.call('move_file', { source, destination });
  }

  it('shows what was decided, and what became of it', async () => {
    const frame = await showLiveLedger(session.workbench);
    await ledgerRow(frame, /move_file.*Denied/s).waitFor();
    await ledgerRow(frame, 'Executed').waitFor();
    assert.match(await ledgerFoot(frame), /^\d+ records$/);
  });

  it('follows the ledger while its newest record is in view', async () => {
    const frame = await showLiveLedger(session.workbench);
    const before = await ledgerFoot(frame);
    await read();
    await until(async () => (await ledgerFoot(frame)) !== before, { for: 'the new records' });
  });

  it('confines the list to what a saved filter asks for', async () => {
    const frame = await showLiveLedger(session.workbench);
    await frame.getByLabel('Saved filters').selectOption('Denied');
    await frame.getByRole('button', { name: 'Remove filter Verdict: Denied' }).waitFor();
    await until(async () => (await ledgerFoot(frame)).startsWith('1 of'), {
      for: 'the one denial',
    });
    assert.match(await ledgerRow(frame, /./).innerText(), /Denied/);
  });

  it('shows a record whole, by the keyboard alone', async () => {
    const frame = await showLiveLedger(session.workbench);
    await frame.getByRole('grid').focus();
    await frame.getByRole('grid').press('Home');
    await frame.getByRole('grid').press('Enter');
    const detail = frame.getByRole('complementary', { name: 'Record' });
    await detail.getByText('files stay where they are').waitFor();
    await detail
      .getByText(/"b\.md"|b\.md/)
      .first()
      .waitFor();
    await detail.getByRole('button', { name: 'no-moves' }).click();
    const tab = session.workbench.page.locator('.tab[aria-selected="true"]');
    await tab.filter({ hasText: 'axtary.yml' }).waitFor();
  });

  it('is there again after the window was reloaded, with its filter', async () => {
    const { workbench } = session;
    await showLiveLedger(session.workbench);
    await workbench.reload('axtary.ledgerPanel');
    const frame = await workbench.webview('axtary-ledger');
    await frame.getByRole('button', { name: 'Remove filter Verdict: Denied' }).waitFor();
    await frame.getByRole('button', { name: 'Clear all', exact: true }).click();
    await ledgerRow(frame, 'Executed').waitFor();
  });

  it('finds records by a part of their text', async () => {
    const frame = await showLiveLedger(session.workbench);
    await frame.getByRole('searchbox').fill('MOVE_file');
    await until(async () => (await ledgerFoot(frame)).includes(' of '), { for: 'the search' });
    await ledgerRow(frame, /move_file/).waitFor();
    await frame.getByRole('searchbox').press('Escape');
    await until(async () => !(await ledgerFoot(frame)).includes(' of '), { for: 'all records' });
  });

  it('groups records, and opens a group in its place', async () => {
    const frame = await showLiveLedger(session.workbench);
    await frame.getByLabel('Group by').selectOption('verdict');
    await ledgerRow(frame, /^Denied/).click();
    await ledgerRow(frame, /move_file/).waitFor();
    await frame.getByLabel('Group by').selectOption('');
  });

  it('is also a narrow view in the panel area, whose records open in the editor area', async () => {
    const { workbench } = session;
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('Axtary: Focus on Live Ledger View');
    const narrow = await workbench.webview('axtary-live-ledger');
    await ledgerRow(narrow, /move_file/).click();
    const frame = await workbench.webview('axtary-ledger');
    await frame.getByText('files stay where they are').waitFor();
    await workbench.runCommand('View: Toggle Panel Visibility');
  });

  it('is kept by the anchors of the settings, which warn of another history', async () => {
    const { workbench, profile } = session;
    const out = path.join(profile.dir, 'heads.jsonl');
    anchorTo(out);
    await workbench.openContainer('Axtary');
    await workbench.treeItem('Ledger', /Anchors\s*\d+ records/).waitFor();
    const [line = ''] = readFileSync(out, 'utf8').split('\n');
    const anchor = JSON.parse(line) as { size: number };
    // Another file, which knows of a longer ledger.
    const longer = path.join(profile.dir, 'longer.jsonl');
    writeFileSync(longer, `${JSON.stringify({ ...anchor, size: anchor.size + 1000 })}\n`);
    anchorTo(longer);
    await workbench.notification('An anchor contradicts the ledger').waitFor();
    await workbench.statusBarItem('Axtary: ledger contradicted').waitFor();
    await workbench.treeItem('Ledger', 'has seen another history').waitFor();
    anchorTo();
    await workbench.statusBarItem(/Axtary$/).waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  /** Writes the setting into those of the machine that the extension runs on. */
  function anchorTo(...files: readonly string[]): void {
    const folder = path.join(session.profile.userDataDir, 'Machine');
    mkdirSync(folder, { recursive: true });
    const anchors = files.map((out) => ({ to: 'file', out }));
    const text = JSON.stringify({ 'axtary.ledger.anchors': anchors }, undefined, 2);
    writeFileSync(path.join(folder, 'settings.json'), `${text}\n`);
  }

  it('says that nothing executes after an older ledger was put back, until a person accepts it', async () => {
    const { workbench, profile } = session;
    const ledger = ledgerFile(profile);
    const older = path.join(profile.dir, 'older.jsonl');
    await stopHost();
    copyFileSync(ledger, older);
    await workbench.runCommand('Axtary: Start Enforcement Host');
    await workbench.statusBarItem(/Axtary$/).waitFor();
    await until(async () => (await readAnew()).includes('a note'), { for: 'a call that executes' });
    await stopHost();
    copyFileSync(older, ledger);
    await workbench.runCommand('Axtary: Start Enforcement Host');
    await workbench.statusBarItem('Axtary: ledger fault').waitFor();
    assert.doesNotMatch(await readAnew(), /a note/);
    const frame = await showLiveLedger(session.workbench);
    await frame.getByRole('alert').filter({ hasText: 'Nothing executes' }).waitFor();
    await frame.getByRole('button', { name: 'Accept Changed Ledger…' }).click();
    await workbench.answerDialog('Continue…');
    await workbench.enter('accept');
    await workbench.notification('The gap is recorded under your name').waitFor();
    await workbench.statusBarItem(/Axtary$/).waitFor();
    await ledgerRow(frame, 'Gap').waitFor();
    await until(async () => (await readAnew()).includes('a note'), {
      for: 'a call that executes again',
    });
    assert.equal(existsSync(path.join(profile.workspace, 'b.md')), false);
  });
});
