import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { FrameLocator } from 'playwright-core';

import { verifyExport } from '@axtary/ledger';

import { VSIX } from '../testkit/folders.js';
import { policyText } from '../testkit/workspace.js';
import {
  exportAndVerify,
  hostProcess,
  ledgerFile,
  noEditorApprovals,
  openSession,
  recordFailures,
  until,
  type ModelAnswer,
  type ModelRequest,
  type Session,
} from './harness/index.js';

const BEFORE = 'export const greeting = "hello";\nexport const count = 1;\n';
const AFTER = 'export const greeting = "good morning";\nexport const count = 1;\n';

const POLICY = policyText('.');

/** The scripted model: calls a tool for each of three requests, then tells what the tool said. */
function script(workspace: () => string) {
  const calls: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'change the greeting': { name: 'src/greeting.ts', content: AFTER },
    'add a file': { name: 'src/added.ts', content: 'export {};\n' },
    'change the secret': { name: '.env', content: 'KEY=stolen\n' },
    'write again': { name: 'src/greeting.ts', content: 'export {};\n' },
  };
  return (request: ModelRequest): ModelAnswer | undefined => {
    const tool = request.tools.find((name) => name.endsWith('write_file'));
    const asked = Object.entries(calls).find(([words]) =>
      request.lastUserText.includes(words),
    )?.[1];
    if (!asked) return undefined;
    if (!tool) return { text: 'DONE: no tool is offered' };
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return { text: `DONE: ${last.text}` };
    const { name = '', content = '' } = asked;
    return { calls: [{ tool, arguments: { path: path.join(workspace(), name), content } }] };
  };
}

describe('the main job, in a real editor', function () {
  this.timeout(300_000);
  let session: Session;
  let folder = '';

  before(async () => {
    session = await openSession({
      extensions: [VSIX],
      settings: { ...noEditorApprovals },
      workspaceFiles: { 'axtary.yml': POLICY, 'src/greeting.ts': BEFORE, '.env': 'KEY=1\n' },
      script: script(() => folder),
    });
    folder = session.profile.workspace;
  });

  recordFailures(() => session);

  after(() => session.stop());

  function read(name: string): string {
    return readFileSync(path.join(folder, name), 'utf8');
  }

  /** The panel of the request that waits, once it is the one that is shown. */
  async function panel(title: RegExp): Promise<FrameLocator> {
    await session.workbench.runCommand('Axtary: Review Next Approval');
    const frame = await session.workbench.webview('axtary-approval');
    await frame.getByRole('heading', { level: 1, name: title }).waitFor();
    return frame;
  }

  /** Scrolls to the end, as a reviewer does, until Approve may be pressed. */
  async function readToTheEnd(frame: FrameLocator): Promise<void> {
    const approve = frame.getByRole('button', { name: 'Approve' });
    await until(
      async () => {
        await frame.getByRole('heading', { level: 1 }).press('End');
        return approve.isEnabled();
      },
      { for: 'Approve to be enabled', everyMs: 200 },
    );
  }

  it('enforces a policy only once a person has trusted it', async () => {
    const { workbench } = session;
    await workbench.answerNotification('recovery code', 'Show Recovery Code');
    const dialog = workbench.dialog();
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /[0-9A-Z]{5}-[0-9A-Z]{5}/);
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Axtary: Review Policy Change');
    await workbench.answerNotification(/axtary\.yml/, 'Trust This Policy');
    await workbench.notification('trusted and enforced').waitFor();
  });

  it('lets a call of the chat wait, shows its exact change, and writes exactly those bytes', async () => {
    const { workbench } = session;
    await workbench.chat.open();
    await workbench.chat.send('please change the greeting');
    await workbench.notification('1 call waits for your approval').waitFor();
    const frame = await panel(/src\/greeting\.ts/);
    const added = frame.locator('.row.addition .content');
    assert.deepEqual(await added.allInnerTexts(), [AFTER.split('\n')[0]]);
    assert.deepEqual(await frame.locator('.row.deletion .content').allInnerTexts(), [
      BEFORE.split('\n')[0],
    ]);
    assert.equal(read('src/greeting.ts'), BEFORE);
    await readToTheEnd(frame);
    await frame.getByRole('button', { name: 'Approve' }).click();
    await workbench.chat.answer(/DONE: .*Successfully wrote/);
    assert.equal(read('src/greeting.ts'), AFTER);
  });

  it('writes nothing that is denied, and tells the model why', async () => {
    const { workbench } = session;
    await workbench.chat.send('please add a file');
    await workbench.statusBarItem('Axtary: 1').waitFor();
    const frame = await panel(/src\/added\.ts/);
    await frame.getByRole('textbox').fill('put it into lib, not src');
    await frame.getByRole('button', { name: 'Deny' }).click();
    await workbench.chat.answer(/DONE: .*put it into lib, not src/);
    assert.equal(existsSync(path.join(folder, 'src/added.ts')), false);
  });

  it('never lets a call that policy denies reach the server', async () => {
    const { workbench } = session;
    await workbench.chat.ask('please change the secret', /DONE: .*blocked/i);
    assert.equal(read('.env'), 'KEY=1\n');
  });

  it('shows every decision in the ledger view, and its export verifies with hashes kept back', async () => {
    const { workbench, profile } = session;
    await workbench.openContainer('Axtary');
    await workbench.treeItem('Ledger', 'Denied').first().waitFor();
    const lines = readFileSync(ledgerFile(profile), 'utf8').trim().split('\n');
    const types = new Set(lines.map((line) => (JSON.parse(line) as { type: string }).type));
    for (const type of ['decision', 'approval', 'pass', 'intent', 'outcome'])
      assert.ok(types.has(type), type);

    const file = path.join(folder, 'axtary-ledger.jsonl');
    await exportAndVerify(workbench, ['Payload hashes']);
    await workbench.page
      .locator('.view-line')
      .filter({ hasText: /sealed\s+members/ })
      .first()
      .waitFor();
    const { verdict, hidden } = await verifyExport(file);
    assert.equal(verdict, 'VALID_UNANCHORED');
    assert.ok(hidden > 0);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /"payloadHash","sha256:/);
    const bytes = readFileSync(file);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const report = await verifyExport(file);
    assert.equal(report.verdict, 'INVALID');
    assert.equal(typeof report.seq, 'number');
  });

  it('shows a restart after the enforcement host was killed, and enforces again', async () => {
    const { workbench, profile } = session;
    const killed = hostProcess(profile);
    assert.ok(killed !== undefined, 'no enforcement host of this editor runs');
    const shown = workbench.statusBarItem('reconnecting').waitFor();
    process.kill(killed, 'SIGKILL');
    await shown;
    await until(() => hostProcess(profile) !== undefined, { for: 'a new enforcement host' });
    // Until the editor has connected its MCP client anew, the chat is told that there is no tool.
    await until(
      async () => {
        const answer = await workbench.chat.ask('please change the secret', /DONE: /);
        assert.equal(read('.env'), 'KEY=1\n');
        return /blocked/i.test(answer);
      },
      { for: 'the chat to reach the new enforcement host', everyMs: 500 },
    );
  });

  it('has one ledger for two windows, and takes the answer of either', async () => {
    const { workbench } = session;
    const second = await session.openWindow();
    await second.statusBarItem(/Axtary$/).waitFor();
    await workbench.chat.send('please write again');
    await second.statusBarItem('Axtary: 1').waitFor();
    await workbench.statusBarItem('Axtary: 1').waitFor();
    await second.runCommand('Axtary: Review Next Approval');
    const frame = await second.webview('axtary-approval');
    await readToTheEnd(frame);
    await frame.getByRole('button', { name: 'Approve' }).click();
    await workbench.chat.answer(/DONE: .*Successfully wrote/);
    assert.equal(read('src/greeting.ts'), 'export {};\n');
    await workbench.statusBarItem(/Axtary$/).waitFor();
    await second.close();
  });

  it('marks a malformed axtary.yml at the exact place', async () => {
    const { workbench } = session;
    writeFileSync(path.join(folder, 'axtary.yml'), `${POLICY}polices: []\n`);
    await workbench.openFile('axtary.yml');
    await workbench.page.locator('.squiggly-error').first().waitFor();
    await workbench.runCommand('Problems: Focus on Problems View');
    await workbench.page
      .getByText(/polic(y|ies)/)
      .first()
      .waitFor();
  });
});
