import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { REPOSITORY } from '../testkit/folders.js';
import { runSampleAgent } from '../demo/agent.js';
import { sampleWorkspace } from '../demo/sample-workspace.js';
import { openSession, type ProfileOptions } from './harness/index.js';

/** Takes pictures of every view, in three themes, into `.cache/screenshots`: for looking at. */
const VSIX = path.join(REPOSITORY, 'dist', 'axtary.vsix');
const FOLDER = path.join(REPOSITORY, '.cache', 'screenshots');

async function takeScreenshots(theme: NonNullable<ProfileOptions['theme']>): Promise<void> {
  const stop = new AbortController();
  const session = await openSession({
    extensions: [VSIX],
    theme,
    workspaceFiles: sampleWorkspace('.'),
    script: () => undefined,
  });
  const { workbench, profile } = session;
  const shoot = (name: string): Promise<Buffer> =>
    workbench.page.screenshot({ path: path.join(FOLDER, `${theme}-${name}.png`) });
  try {
    await workbench.answerNotification('recovery code', 'Show Recovery Code');
    await workbench.dialog().waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Axtary: Review Policy Change');
    await workbench.notification('Trust').first().waitFor();
    await shoot('policy');
    await workbench.answerNotification(/axtary\.yml/, 'Trust This Policy');
    const state = path.join(profile.home, '.local', 'state', 'axtary');
    const agent = runSampleAgent({
      workspace: profile.workspace,
      state,
      say: () => undefined,
      signal: stop.signal,
    });
    agent.catch(() => undefined);
    await workbench.openContainer('Axtary');
    await workbench.treeItem('Approvals', 'edit_file').waitFor({ timeout: 60_000 });
    await workbench.treeItem('Approvals', 'write_file').waitFor({ timeout: 60_000 });
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
  } finally {
    stop.abort();
    await session.stop();
  }
}

mkdirSync(FOLDER, { recursive: true });
for (const theme of ['dark', 'light', 'high-contrast'] as const) await takeScreenshots(theme);
// The sample agent's last call may still wait for its answer.
process.exit(0);
