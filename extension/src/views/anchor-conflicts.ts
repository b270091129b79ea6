import * as vscode from 'vscode';

import { anchorName, conflictText, isConflict } from '../ledger/anchor-texts.js';
import type { WindowStore } from '../model/store.js';

/** Warns once of each anchor that has seen another history of a ledger, until that is over. */
export function announceAnchorConflicts(
  store: WindowStore,
  { onShow }: { readonly onShow: (folder: string) => void },
): vscode.Disposable {
  let told: ReadonlySet<string> = new Set();

  function refresh(): void {
    const found = new Set<string>();
    for (const { folder, name, state } of store.folders) {
      for (const anchor of state?.ledger.anchors.filter(isConflict) ?? []) {
        const key = JSON.stringify([folder, anchorName(anchor)]);
        found.add(key);
        if (!told.has(key)) void tell(conflictText(anchor, name, vscode.l10n), folder);
      }
    }
    told = found;
  }

  async function tell(text: string, folder: string): Promise<void> {
    const show = vscode.l10n.t('Show Live Ledger');
    const settings = vscode.l10n.t('Open Settings');
    const chosen = await vscode.window.showWarningMessage(text, show, settings);
    if (chosen === show) onShow(folder);
    if (chosen !== settings) return;
    await vscode.commands.executeCommand('workbench.action.openSettings', 'axtary.ledger.anchors');
  }

  refresh();
  const unsubscribe = store.onDidChange((change) => {
    if (change === 'state' || change === 'folders') refresh();
  });
  return new vscode.Disposable(unsubscribe);
}
