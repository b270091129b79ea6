import * as vscode from 'vscode';

import { faultOf } from '../ledger/fault.js';
import type { WindowStore } from '../model/store.js';

export interface FaultOptions {
  readonly onAccept: (folder: string) => void;
  readonly onShow: (folder: string) => void;
}

/** Says once of each fault of a ledger that nothing executes, and why; and when it is over. */
export function announceLedgerFaults(
  store: WindowStore,
  { onAccept, onShow }: FaultOptions,
): vscode.Disposable {
  const told = new Map<string, string>();

  function refresh(): void {
    for (const { folder, name, state } of store.folders) {
      const fault = state && faultOf(state.ledger);
      const before = told.get(folder);
      if (state === undefined || fault?.title === before) continue;
      if (fault === undefined) {
        told.delete(folder);
        const over = vscode.l10n.t('The ledger of {0} is written again: calls execute.', name);
        void vscode.window.showInformationMessage(over);
      } else {
        told.set(folder, fault.title);
        void tell(fault, folder);
      }
    }
  }

  async function tell(
    { title, advice, canAccept }: NonNullable<ReturnType<typeof faultOf>>,
    folder: string,
  ): Promise<void> {
    const show = vscode.l10n.t('Show Live Ledger');
    const accept = vscode.l10n.t('Accept Changed Ledger…');
    const buttons = canAccept ? [accept, show] : [show];
    const chosen = await vscode.window.showErrorMessage(`${title} ${advice}`, ...buttons);
    if (chosen === accept) onAccept(folder);
    else if (chosen === show) onShow(folder);
  }

  refresh();
  const unsubscribe = store.onDidChange((change) => {
    if (change === 'state' || change === 'folders') refresh();
  });
  return new vscode.Disposable(unsubscribe);
}
