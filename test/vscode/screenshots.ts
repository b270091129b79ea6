import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { REPOSITORY, VSIX } from '../testkit/folders.js';
import { runSampleAgent } from '../demo/agent.js';
import { sampleWorkspace } from '../demo/sample-workspace.js';
import {
  ledgerRow,
  openSession,
  startAgent,
  stateFolder,
  type ProfileOptions,
  type Session,
} from './harness/index.js';

/** Takes pictures of every view, in three themes, into `.cache/screenshots`: for looking at. */
const FOLDER = path.join(REPOSITORY, '.cache', 'screenshots');

const POLICY_TESTS = `policy: axtary.yml
tests:
  - name: an echo runs
    action: { tool: mcp.tool.call, resource: mcp:everything/echo }
    expect: { decision: allow, rules: [allow-echo] }
  - name: the environment stays with the server
    action: { tool: mcp.tool.call, resource: mcp:everything/get-env }
    expect: { decision: step_up }
`;

type Shoot = (name: string) => Promise<Buffer>;

/** What the editor does for whoever writes the policy. */
async function shootPolicyViews({ workbench, profile }: Session, shoot: Shoot): Promise<void> {
  const { page } = workbench;
  await workbench.runCommand('View: Close All Editors');
  await workbench.openFile('axtary.yml');
  await page.locator('.codelens-decoration a').filter({ hasText: '1 denied' }).first().waitFor();
  await workbench.runCommand('Problems: Focus on Problems View');
  const rule = page.locator('.view-line', { hasText: 'no-environment' }).locator('span').last();
  await rule.hover();
  await page.locator('.monaco-hover').first().waitFor();
  await shoot('rule');
  await workbench.runCommand('View: Toggle Panel Visibility');
  await workbench.runCommand('Axtary: Simulate');
  const simulation = await workbench.webview('axtary-simulation');
  await simulation.locator('[data-engine="rego"]').waitFor();
  await simulation.getByRole('button', { name: 'Compare' }).click();
  await simulation
    .getByText(/past actions?/)
    .first()
    .waitFor();
  await shoot('simulation');
  await simulation.locator('summary').click();
  await simulation.locator('[data-outcome="not-held"]').last().scrollIntoViewIfNeeded();
  await shoot('simulation-trace');
  await workbench.runCommand('View: Close All Editors');
  await shootTests({ workbench }, shoot);
  await shootReview({ workbench, profile }, shoot);
}

async function shootTests({ workbench }: Pick<Session, 'workbench'>, shoot: Shoot): Promise<void> {
  const { page } = workbench;
  await workbench.openFile('axtary.test.yml');
  await workbench.openContainer('Testing');
  await page
    .getByRole('treeitem', { name: /axtary\.test\.yml/ })
    .first()
    .waitFor();
  await workbench.runCommand('Test: Run All Tests with Coverage');
  await page.locator('.test-output-peek .monaco-diff-editor').first().waitFor();
  await shoot('tests');
  await page.keyboard.press('Escape');
  await workbench.treeItem('Test Coverage', 'axtary.yml').click();
  await page.locator('.coverage-deco-gutter').first().waitFor();
  await shoot('coverage');
  await workbench.runCommand('View: Close All Editors');
}

async function shootReview(
  { workbench, profile }: Pick<Session, 'workbench' | 'profile'>,
  shoot: Shoot,
): Promise<void> {
  const file = path.join(profile.workspace, 'axtary.yml');
  const policy = sampleWorkspace('.')['axtary.yml'] ?? '';
  writeFileSync(file, policy.replace('effect: deny', 'effect: allow'));
  await workbench.runCommand('Axtary: Review Policy Change');
  const review = await workbench.webview('axtary-policy-review');
  await review.locator('.summary').waitFor();
  await shoot('review');
}

/** Keys, budgets, delegations and the kill switch. */
async function shootAuthority({ workbench, profile }: Session, shoot: Shoot): Promise<void> {
  const policy = sampleWorkspace('.')['axtary.yml'] ?? '';
  const limited = 'obligations: { rates: [{ max: 5, windowSeconds: 3600, per: tool }] }';
  const echo = 'match: { tool: mcp.tool.call, resource: "mcp:everything/echo" }';
  await workbench.runCommand('View: Close All Editors');
  writeFileSync(
    path.join(profile.workspace, 'axtary.yml'),
    policy.replace(echo, `${echo}\n    ${limited}`),
  );
  await workbench.runCommand('Axtary: Review Policy Change');
  await workbench.answerNotification(/axtary\.yml/, 'Trust This Policy');
  await workbench.notification('trusted and enforced').waitFor();
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Hide Panel');
  const agent = await startAgent(profile, 'everything');
  const calls = [undefined, { id: 'planner' }, { id: 'explorer', parent: 'planner' }, undefined];
  for (const subagent of calls) await agent.call('echo', { message: 'hello' }, subagent);
  await workbench.runCommand('Axtary: Rotate Pass Key');
  await workbench.dialog().waitFor();
  await shoot('rotate');
  await workbench.answerDialog('Rotate Pass Key');
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.openContainer('Axtary');
  await workbench.toggleTreeItem('Ledger', /\d{4}/);
  await workbench.runCommand('Axtary: Show Budgets');
  await workbench.treeItem('Authority', 'explorer').first().waitFor();
  await workbench.quickInput().waitFor({ state: 'detached' });
  await shoot('authority');
  await workbench.runCommand('Axtary: Revoke…');
  await workbench.pick('Delegation');
  await workbench.quickInput().getByText('explorer').first().waitFor();
  await shoot('revoke');
  await workbench.page.keyboard.press('Escape');
  await workbench.runCommand('Axtary: Stop Everything');
  await workbench.dialog().waitFor();
  await shoot('stop');
  await workbench.answerDialog('Stop Everything');
  await workbench.statusBarItem('Axtary: stopped').waitFor();
  await agent.call('echo', { message: 'hello' });
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.quickInput().waitFor({ state: 'detached' });
  await shoot('stopped');
  await agent.close();
}

/** The list, and a denial whole. */
async function shootLiveLedger(
  { workbench }: Pick<Session, 'workbench'>,
  shoot: Shoot,
): Promise<void> {
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Axtary: Show Live Ledger');
  const frame = await workbench.webview('axtary-ledger');
  const denied = ledgerRow(frame, 'Denied');
  await denied.waitFor();
  await shoot('live-ledger');
  await denied.click();
  await frame.getByRole('heading', { name: 'Place in the ledger' }).waitFor();
  await shoot('live-ledger-record');
  await workbench.runCommand('Axtary: Focus on Live Ledger View');
  await (await workbench.webview('axtary-live-ledger')).getByRole('row').nth(1).waitFor();
  await shoot('live-ledger-view');
  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('View: Toggle Panel Visibility');
}

/** What an export holds, and what is kept back from it. */
async function shootExport({ workbench }: Pick<Session, 'workbench'>, shoot: Shoot): Promise<void> {
  await workbench.runCommand('Axtary: Export Ledger…');
  await workbench.quickInput().getByText('From a Record On…').waitFor();
  await shoot('export');
  await workbench.pick('Everything');
  await workbench.pick('Payload hashes');
  await shoot('export-kept-back');
  await workbench.page.keyboard.press('Escape');
}

async function takeScreenshots(theme: NonNullable<ProfileOptions['theme']>): Promise<void> {
  const stop = new AbortController();
  const session = await openSession({
    extensions: [VSIX],
    theme,
    settings: { 'testing.automaticallyOpenPeekView': 'failureAnywhere' },
    workspaceFiles: { ...sampleWorkspace('.'), 'axtary.test.yml': POLICY_TESTS },
    script: () => undefined,
  });
  const { workbench, profile } = session;
  const shoot: Shoot = (name) =>
    workbench.page.screenshot({ path: path.join(FOLDER, `${theme}-${name}.png`) });
  try {
    await workbench.answerNotification('recovery code', 'Show Recovery Code');
    await workbench.dialog().waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Axtary: Review Policy Change');
    await workbench.notification('Trust').first().waitFor();
    await shoot('policy');
    await workbench.answerNotification(/axtary\.yml/, 'Trust This Policy');
    const agent = runSampleAgent({
      workspace: profile.workspace,
      state: stateFolder(profile),
      say: () => undefined,
      signal: stop.signal,
    });
    agent.catch(() => undefined);
    await workbench.openContainer('Axtary');
    await workbench.treeItem('Approvals', 'edit_file').waitFor();
    await workbench.treeItem('Approvals', 'write_file').waitFor();
    await workbench.treeItem('Approvals', 'write_file').click();
    const panel = await workbench.webview('axtary-approval');
    await panel.getByRole('heading', { level: 1, name: /invoice/ }).waitFor();
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.page.keyboard.press('Control+Alt+B');
    await shoot('approval');
    await panel.getByRole('button', { name: 'Open in diff editor' }).click();
    await workbench.page.locator('.monaco-diff-editor').first().waitFor();
    await shoot('diff');
    await workbench.toggleTreeItem('Ledger', 'Denied');
    await shoot('ledger');
    await shootLiveLedger(session, shoot);
    await shootExport(session, shoot);
    await shootPolicyViews(session, shoot);
    await shootAuthority(session, shoot);
  } finally {
    stop.abort();
    await session.stop();
  }
}

mkdirSync(FOLDER, { recursive: true });
const THEMES = ['dark', 'light', 'high-contrast'] as const;
const [, , only] = process.argv;
for (const theme of THEMES.filter((name) => only === undefined || name === only)) {
  await takeScreenshots(theme);
}
// The sample agent's last call may still wait for its answer.
process.exit(0);
