import type { FrameLocator, Locator } from 'playwright-core';

import type { Workbench } from './workbench.js';

/** Shows the live ledger in the editor area. */
export async function showLiveLedger(workbench: Workbench): Promise<FrameLocator> {
  await workbench.runCommand('Axtary: Show Live Ledger');
  return workbench.webview('axtary-ledger');
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
