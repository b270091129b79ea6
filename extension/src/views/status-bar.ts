import * as vscode from 'vscode';

import { conflictsOf } from '../ledger/anchor-texts.js';
import { faultOf } from '../ledger/fault.js';
import { stopOf } from '../model/authority-tree.js';
import type { WindowStore } from '../model/store.js';
import { revocationText } from './authority-texts.js';
import { hostText, policyText } from './texts.js';

/** What matters most: that everything is stopped, that nothing is enforced, or that something waits. */
export class StatusBar implements vscode.Disposable {
  readonly #store: WindowStore;
  readonly #item: vscode.StatusBarItem;
  readonly #unsubscribe: () => void;

  constructor(store: WindowStore) {
    this.#store = store;
    this.#item = vscode.window.createStatusBarItem(
      'axtary.status',
      vscode.StatusBarAlignment.Left,
      10,
    );
    this.#item.name = 'Axtary';
    this.#unsubscribe = store.onDidChange(() => {
      this.#refresh();
    });
    this.#refresh();
    this.#item.show();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#item.dispose();
  }

  #refresh(): void {
    const { host, folders, pending } = this.#store;
    if (this.#showStop() || this.#showFault() || this.#showConflict()) return;
    const label = this.#label();
    this.#item.text = `$(shield) ${label}`;
    this.#item.backgroundColor = this.#background();
    const policies = folders.flatMap((folder) =>
      folder.state === undefined
        ? []
        : [`${folder.name}: ${policyText(folder.state.policy.status)}`],
    );
    this.#item.tooltip = [hostText(host), ...policies].join('\n');
    this.#item.accessibilityInformation = { label: `${label}. ${hostText(host)}` };
    this.#item.command = pending.length > 0 ? 'axtary.reviewNext' : 'axtary.approvals.focus';
  }

  /** Whether everything is stopped; then the item says so and leads to the end of it. */
  #showStop(): boolean {
    const revocation = stopOf(this.#store.folders);
    if (revocation === undefined) return false;
    const label = vscode.l10n.t('Axtary: stopped');
    const why = vscode.l10n.t('Every call is refused. Stopped {0}', revocationText(revocation));
    this.#item.text = `$(error) ${label}`;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
    this.#item.tooltip = why;
    this.#item.accessibilityInformation = { label: `${label}. ${why}` };
    this.#item.command = 'axtary.resume';
    return true;
  }

  /** Whether a ledger has a fault; then nothing of its folder executes, and the item says why. */
  #showFault(): boolean {
    const [faulty] = this.#store.folders.flatMap(({ folder, name, state }) => {
      const fault = state && faultOf(state.ledger);
      return fault === undefined ? [] : [{ folder, name, fault }];
    });
    if (faulty === undefined || this.#store.host.kind !== 'ready') return false;
    const { folder, name, fault } = faulty;
    const label = vscode.l10n.t('Axtary: ledger fault');
    this.#item.text = `$(error) ${label}`;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
    this.#item.tooltip = `${name}: ${fault.title}\n${fault.advice}`;
    this.#item.accessibilityInformation = { label: `${label}. ${fault.title} ${fault.advice}` };
    this.#item.command = fault.canAccept
      ? { command: 'axtary.acceptLedger', title: label, arguments: [folder] }
      : 'axtary.showLiveLedger';
    return true;
  }

  /** Whether an anchor has seen another history of a ledger; calls execute, but it must be seen. */
  #showConflict(): boolean {
    const [text] = conflictsOf(this.#store.folders, vscode.l10n);
    if (text === undefined || this.#store.host.kind !== 'ready') return false;
    const label = vscode.l10n.t('Axtary: ledger contradicted');
    this.#item.text = `$(warning) ${label}`;
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#item.tooltip = text;
    this.#item.accessibilityInformation = { label: `${label}. ${text}` };
    this.#item.command = 'axtary.ledger.focus';
    return true;
  }

  #label(): string {
    const { host, pending } = this.#store;
    if (host.kind === 'restarting') return vscode.l10n.t('Axtary: reconnecting');
    if (host.kind === 'off' || host.kind === 'failed') return vscode.l10n.t('Axtary: off');
    if (host.kind === 'not-enrolled') return vscode.l10n.t('Axtary: not enrolled');
    return pending.length > 0 ? vscode.l10n.t('Axtary: {0}', pending.length) : 'Axtary';
  }

  #background(): vscode.ThemeColor | undefined {
    const { host, pending } = this.#store;
    const isDown = host.kind === 'failed' || host.kind === 'restarting' || isStopped(host);
    if (isDown) return new vscode.ThemeColor('statusBarItem.errorBackground');
    if (pending.length > 0) return new vscode.ThemeColor('statusBarItem.warningBackground');
    return undefined;
  }
}

/** Where nothing was ever to be enforced, nothing is wrong. */
function isStopped(host: WindowStore['host']): boolean {
  return host.kind === 'off' && host.reason === 'stopped';
}
