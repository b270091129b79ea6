import * as vscode from 'vscode';

import type { LedgerVerdict } from '../model/ledger-tree.js';

const SCHEME = 'axtary-ledger';

/** What a call of the ledger view is decorated by. */
export interface Decorated {
  readonly folder: string;
  readonly id: string;
  readonly verdict: LedgerVerdict;
  /** What became of it. */
  readonly status: string | undefined;
}

/** Names a call for its decoration; nothing can be opened by it. */
export function ledgerUri({ folder, id, verdict, status = '' }: Decorated): vscode.Uri {
  const path = `/${encodeURIComponent(folder)}/${encodeURIComponent(id)}`;
  return vscode.Uri.from({ scheme: SCHEME, path, query: `${verdict}&${status}` });
}

/** Marks calls of the ledger view by two characters at most, so that colour says nothing alone. */
export function registerLedgerDecorations(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: ({ scheme, query }) =>
      scheme === SCHEME ? decorationOf(query) : undefined,
  });
}

function decorationOf(query: string): vscode.FileDecoration | undefined {
  const [verdict = '', status = ''] = query.split('&');
  switch (status) {
    case 'unknown':
      return decoration('??', vscode.l10n.t('Outcome unknown'), 'list.warningForeground');
    case 'failed':
      return decoration('F', vscode.l10n.t('Failed'), 'list.errorForeground');
    case 'blocked':
      return decoration('B', vscode.l10n.t('Blocked before it ran'), 'list.errorForeground');
  }
  if (verdict === 'deny' || status === 'denied') {
    return decoration('D', vscode.l10n.t('Denied'), 'list.errorForeground');
  }
  if (verdict === 'step_up') {
    const isApproved = status !== '' && status !== 'pending';
    return isApproved
      ? decoration('H', vscode.l10n.t('A human was asked'))
      : decoration('H?', vscode.l10n.t('Waits for a human'), 'list.warningForeground');
  }
  return undefined;
}

function decoration(badge: string, tooltip: string, color?: string): vscode.FileDecoration {
  const theme = color === undefined ? undefined : new vscode.ThemeColor(color);
  return new vscode.FileDecoration(badge, tooltip, theme);
}
