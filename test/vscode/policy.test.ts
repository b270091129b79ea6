import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { FrameLocator, Locator } from 'playwright-core';

import { allowingPolicyText } from '../testkit/workspace.js';
import {
  openTrustedSession,
  recordFailures,
  startAgent,
  until,
  type CommandLineAgent,
  type Session,
} from './harness/index.js';

const NO_NOTES = `  - id: no-notes
    effect: deny
    description: notes are the human's own
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/write_file" }
    when:
      - field: context.paths
        matches: ["notes/**"]
`;
const LOOSE = allowingPolicyText('.');
const POLICY = `${LOOSE}${NO_NOTES}`;

const TESTS = `policy: axtary.yml
tests:
  - name: a note is written by nobody
    action:
      tool: mcp.tool.call
      resource: mcp:filesystem/write_file
      payload: { server: filesystem, name: write_file, arguments: { path: notes/today.md } }
      context: { paths: [notes/today.md] }
    expect: { decision: allow, rules: [files] }
`;

describe('writing a policy, in a real editor', function () {
  this.timeout(120_000);
  let session: Session;
  let agent: CommandLineAgent | undefined;
  let folder = '';

  before(async () => {
    session = await openTrustedSession({
      policy: POLICY,
      settings: { 'testing.automaticallyOpenPeekView': 'failureAnywhere' },
      workspaceFiles: { 'axtary.test.yml': TESTS, 'notes/.keep': '' },
    });
    folder = session.profile.workspace;
    agent = await startAgent(session.profile, 'filesystem');
  });

  recordFailures(() => session);

  after(async () => {
    await agent?.close();
    await session.stop();
  });

  function write(name: string, text: string): void {
    writeFileSync(path.join(folder, name), text);
  }

  async function writeNote(): Promise<string> {
    assert.ok(agent);
    return agent.call('write_file', { path: path.join(folder, 'notes/today.md'), content: 'x' });
  }

  /** A row of the Problems view, by a part of its text. */
  function problem(text: string | RegExp): Locator {
    return session.workbench.page
      .locator('.markers-panel .monaco-list-row')
      .filter({ hasText: text })
      .first();
  }

  it('marks a typo at its exact place, and its quick fix repairs it', async () => {
    const { workbench } = session;
    const { page } = workbench;
    write('axtary.yml', POLICY.replace('description:', 'descripton:'));
    await workbench.openFile('axtary.yml');
    const squiggle = page.locator('.squiggly-error').first();
    await squiggle.waitFor();
    const line = POLICY.split('\n').findIndex((text) => text.includes('description:')) + 1;
    await workbench.runCommand('Problems: Focus on Problems View');
    await problem(`[Ln ${line}, Col 5]`).waitFor();
    assert.equal(await widthInCharacters(squiggle), 'descripton'.length);
    await problem(`[Ln ${line}, Col 5]`).dblclick();
    await page.locator('.monaco-editor.focused').first().waitFor();
    await workbench.quickFix(/description/);
    await squiggle.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+S');
    await until(() => readFileSync(path.join(folder, 'axtary.yml'), 'utf8') === POLICY, {
      for: 'the file as it was before the typo',
    });
  });

  it('shows on a rule what it has denied, and leads to the calls', async () => {
    const { workbench } = session;
    const { page } = workbench;
    assert.match(await writeNote(), /no-notes|notes are the human's own/);
    assert.equal(existsSync(path.join(folder, 'notes/today.md')), false);
    const line = POLICY.split('\n').findIndex((text) => text.includes('no-notes')) + 1;
    await problem(/Denied 1 call in 24 h/).waitFor();
    await problem(`[Ln ${line}, Col 9]`).waitFor();
    await page
      .locator('.codelens-decoration a')
      .filter({ hasText: '1 match in 24 h, 1 denied' })
      .click();
    await page.locator('.pane-header', { hasText: 'calls of rule no-notes' }).waitFor();
    await page
      .getByRole('treeitem', { name: /Denied/ })
      .first()
      .waitFor();
  });

  it('shows which rule decides and why, by three engines, and follows a draft', async () => {
    const { workbench } = session;
    const { page } = workbench;
    await workbench.openFile('axtary.yml');
    await workbench.runCommand('Axtary: New Draft Policy');
    await page.getByRole('tab', { name: /draft-1\.axtary\.yml/ }).waitFor();
    await workbench.runCommand('Axtary: Simulate');
    const frame = await workbench.webview('axtary-simulation');
    await frame.locator('[data-decision="deny"]').waitFor();
    await frame.locator('[data-rule="no-notes"][data-outcome="determined"]').waitFor();
    await frame.locator('[data-rule="files"][data-outcome="overruled"]').waitFor();
    for (const engine of ['native', 'cedar', 'rego']) {
      await frame.locator(`[data-engine="${engine}"]`, { hasText: 'Denied' }).waitFor();
    }
    await frame.getByText('All 3 engines agree').waitFor();
    await frame.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.locator('.monaco-editor.focused').first().waitFor();
    const effect = page.locator('.view-line', { hasText: /effect:\s*deny/ });
    await effect
      .locator('span', { hasText: /^\s*deny$/ })
      .last()
      .dblclick();
    await page.keyboard.type('allow');
    await frame.locator('[data-decision="allow"]').waitFor();
    await frame.getByRole('button', { name: 'Compare' }).click();
    await frame.getByText(/1 newly allowed, 0 newly asked, 0 newly denied/).waitFor();
    assert.match(await writeNote(), /no-notes|notes are the human's own/);
  });

  it('makes a rule of a decision, as an edit that can be undone and is not saved', async () => {
    const { workbench } = session;
    const { page } = workbench;
    await workbench.runCommand('Axtary: Create Rule from This Decision');
    await workbench.quickInput().locator('.monaco-list-row').first().click();
    await workbench.pick('Ask a human');
    await workbench.notification('not enforced before you trust it').waitFor();
    const line = page.locator('.view-line', { hasText: /effect:\s*step_up/ });
    await line.waitFor();
    assert.equal(readFileSync(path.join(folder, 'axtary.yml'), 'utf8'), POLICY);
    // The panel beside it may still have the focus.
    await line.click();
    await page.keyboard.press('Control+Z');
    await line.waitFor({ state: 'detached' });
  });

  it('brings the simulation back after a reload of the window', async () => {
    const { workbench } = session;
    await workbench.reload('axtary.simulation');
    const frame: FrameLocator = await workbench.webview('axtary-simulation');
    await frame.locator('[data-decision]').waitFor({ timeout: 60_000 });
    await workbench.runCommand('View: Close All Editors');
    await discardChanges();
  });

  async function discardChanges(): Promise<void> {
    const { workbench } = session;
    const dialog = workbench.dialog();
    const tabs = workbench.page.locator('.tabs-container .tab');
    await until(async () => (await dialog.count()) > 0 || (await tabs.count()) === 0, {
      for: 'a question about the draft, or no editor at all',
    });
    if ((await dialog.count()) > 0) await workbench.answerDialog("Don't Save");
  }

  it('fails a policy test with a difference, and passes it once it is right', async () => {
    const { workbench } = session;
    const { page } = workbench;
    await workbench.openFile('axtary.test.yml');
    await workbench.openContainer('Testing');
    const item = (state: string): Locator =>
      page
        .getByRole('treeitem', { name: new RegExp(`a note is written by nobody.*\\(${state}\\)`) })
        .first();
    await page
      .getByRole('treeitem', { name: /axtary\.test\.yml/ })
      .first()
      .waitFor();
    await workbench.runCommand('Test: Run All Tests');
    await item('Failed').waitFor();
    const difference = page.locator('.test-output-peek .monaco-diff-editor').first();
    await until(
      async () => {
        if (await difference.isVisible()) return true;
        await workbench.runCommand('Test: Peek Output');
        return difference.isVisible();
      },
      { for: 'the difference between what was expected and what came' },
    );
    await page.keyboard.press('Escape');
    await workbench.openFile('axtary.yml');
    await page.locator('.squiggly-warning').first().waitFor();
    write('axtary.test.yml', TESTS.replace('decision: allow, rules: [files]', 'decision: deny'));
    // What is open in an editor is what is run, and it takes the editor a moment to read the file.
    await workbench.openFile('axtary.test.yml');
    await page.locator('.view-line', { hasText: /decision:\s*deny/ }).waitFor();
    await workbench.runCommand('Test: Run All Tests with Coverage');
    await item('Passed').waitFor();
    await workbench.openFile('axtary.yml');
    await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
    await workbench.treeItem('Test Coverage', /axtary\.yml\s*50\.00%/).waitFor();
  });

  it('enforces a draft that loosens only once it is trusted, after saying what it means', async () => {
    const { workbench } = session;
    write('axtary.yml', LOOSE);
    assert.match(await writeNote(), /no-notes|notes are the human's own/);
    await workbench.runCommand('Axtary: Review Policy Change');
    const frame = await workbench.webview('axtary-policy-review');
    await frame.locator('.overall[data-direction="loosens"]').waitFor();
    await frame.locator('[data-name="no-notes"]', { hasText: 'Loosens' }).waitFor();
    await frame.getByText(/newly allowed/).waitFor();
    assert.match(await writeNote(), /no-notes|notes are the human's own/);
    await workbench.answerNotification(/axtary\.yml/, 'Trust This Policy');
    await workbench.notification('trusted and enforced').waitFor();
    assert.match(await writeNote(), /Successfully wrote/);
  });
});

/** How wide a decoration is, in characters of the editor's fixed-width font. */
async function widthInCharacters(decoration: Locator): Promise<number> {
  const { width = 0 } = (await decoration.boundingBox()) ?? {};
  const character = await decoration.page().evaluate(() => {
    const line = document.querySelector('.view-line');
    const context = document.createElement('canvas').getContext('2d');
    if (line === null || context === null) return 1;
    const { fontWeight, fontSize, fontFamily } = getComputedStyle(line);
    context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
    return context.measureText('0'.repeat(100)).width / 100;
  });
  return Math.round(width / character);
}
