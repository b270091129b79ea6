import type { FrameLocator, Locator } from 'playwright-core';

import type { Workbench } from './workbench.js';

/** The name that the editor proposes for an export. */
const EXPORT = 'axtary-ledger.jsonl';

/** Shows the live ledger in the editor area. */
export async function showLiveLedger(workbench: Workbench): Promise<FrameLocator> {
  await workbench.runCommand('Axtary: Show Live Ledger');
  return workbench.webview('axtary-ledger');
}

/**
 * Exports the ledger into the workspace, without the members of these labels. On return the editor
 * has said that the export verifies.
 */
export async function exportAndVerify(
  workbench: Workbench,
  keptBack: readonly string[] = [],
): Promise<void> {
  await workbench.runCommand('Axtary: Export Ledger…');
  await workbench.pick('Everything');
  for (const label of keptBack) await workbench.pick(label);
  await workbench.quickInput().getByRole('button', { name: 'OK', exact: true }).click();
  if (keptBack.length > 0) await workbench.pick('Write the Export Only');
  await workbench.acceptFileDialog(EXPORT);
  await workbench.answerNotification('records exported', 'Verify');
  await workbench.notification('VALID_ANCHORED').waitFor();
}

/** The first row that is drawn and has this text. */
export function ledgerRow(frame: FrameLocator, text: string | RegExp): Locator {
  const rows = frame.getByRole('row').filter({ has: frame.getByRole('gridcell') });
  return rows.filter({ hasText: text, visible: true }).first();
}

/** How many records the list has, as its foot says. */
export async function ledgerFoot(frame: FrameLocator): Promise<string> {
  return frame.getByRole('status').innerText();
}
