import * as vscode from 'vscode';

import type { WindowStore } from '../model/store.js';

const BURST_MS = 600;

export interface ToastOptions {
  readonly isWanted: () => boolean;
  readonly onReview: () => void;
}

/** One notification for a burst of requests. It leads to the panel; nothing is approved from here. */
export function announceApprovals(
  store: WindowStore,
  { isWanted, onReview }: ToastOptions,
): vscode.Disposable {
  const announced = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isOpen = false;

  async function announce(): Promise<void> {
    timer = undefined;
    const { pending } = store;
    const fresh = pending.filter((item) => !announced.has(item.id));
    if (fresh.length === 0 || isOpen) return;
    for (const item of fresh) announced.add(item.id);
    if (!isWanted()) return;
    isOpen = true;
    const review = vscode.l10n.t('Review');
    const chosen = await vscode.window.showWarningMessage(burstText(pending.length), review);
    isOpen = false;
    if (chosen === review) onReview();
    else schedule();
  }
  function schedule(): void {
    timer ??= setTimeout(() => void announce(), BURST_MS);
  }
  const unsubscribe = store.onDidChange((change) => {
    if (change === 'pending') schedule();
  });
  return new vscode.Disposable(() => {
    clearTimeout(timer);
    unsubscribe();
  });
}

function burstText(count: number): string {
  return count === 1
    ? vscode.l10n.t('Axtary: 1 call waits for your approval')
    : vscode.l10n.t('Axtary: {0} calls wait for your approval', count);
}
