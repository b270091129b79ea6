import * as vscode from 'vscode';

import { tightestBudget, usedPercent } from '../model/budget.js';
import type { WindowStore } from '../model/store.js';
import { usageText, windowText } from './authority-texts.js';
import { visible } from './visible.js';

/** Status bar item for the budget that is nearest to being spent; hidden while none is. */
export class BudgetStatus implements vscode.Disposable {
  readonly #store: WindowStore;
  readonly #item: vscode.StatusBarItem;
  readonly #unsubscribe: () => void;

  constructor(store: WindowStore) {
    this.#store = store;
    const { Left } = vscode.StatusBarAlignment;
    this.#item = vscode.window.createStatusBarItem('axtary.budget', Left, 9);
    this.#item.name = vscode.l10n.t('Axtary budget');
    this.#item.command = 'axtary.showBudgets';
    this.#unsubscribe = store.onDidChange((change) => {
      if (change === 'authority' || change === 'folders') this.#refresh();
    });
    this.#refresh();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#item.dispose();
  }

  #refresh(): void {
    const budgets = this.#store.folders.flatMap(({ authority }) => authority?.budgets ?? []);
    const tightest = tightestBudget(budgets);
    if (tightest === undefined) {
      this.#item.hide();
      return;
    }
    const percent = usedPercent(tightest);
    const label = vscode.l10n.t('Axtary: {0} % of {1}', percent, visible(tightest.rule));
    const usage = `${usageText(tightest)} ${windowText(tightest)}`;
    this.#item.text = `$(warning) ${label}`;
    this.#item.tooltip = usage;
    this.#item.accessibilityInformation = { label: `${label}. ${usage}` };
    this.#item.show();
  }
}
