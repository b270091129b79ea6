import * as vscode from 'vscode';

import type { ApprovalSummary } from '@axtary/protocol';

import type { WindowStore } from '../model/store.js';
import { clockTime } from './format.js';
import { hostText, policyText } from './texts.js';
import { visible } from './visible.js';

/** Requests that wait for an approver: the oldest first, with their number on the activity bar. */
export class ApprovalsView implements vscode.TreeDataProvider<ApprovalSummary>, vscode.Disposable {
  readonly #store: WindowStore;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<ApprovalSummary>;
  readonly #unsubscribe: () => void;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: WindowStore) {
    this.#store = store;
    this.#view = vscode.window.createTreeView('axtary.approvals', { treeDataProvider: this });
    this.#unsubscribe = store.onDidChange((change) => {
      if (change !== 'ledger' && change !== 'servers' && change !== 'authority') this.#refresh();
    });
    this.#refresh();
  }

  getChildren(parent?: ApprovalSummary): ApprovalSummary[] {
    return parent === undefined ? [...this.#store.pending] : [];
  }

  getTreeItem(approval: ApprovalSummary): vscode.TreeItem {
    const item = new vscode.TreeItem(visible(approval.title));
    const expires = clockTime(approval.expiresAt);
    item.id = approval.id;
    const when = vscode.l10n.t('{0} · until {1}', visible(approval.agent), expires);
    item.description = [approval.progress, when].filter(Boolean).map(visible).join(' · ');
    item.tooltip = [
      approval.title,
      approval.resource,
      approval.summary,
      approval.agent,
      approval.progress,
      approval.missing,
    ]
      .filter((text) => text !== '')
      .map(visible)
      .join('\n');
    item.iconPath = new vscode.ThemeIcon('shield');
    item.contextValue = 'axtary.pendingApproval';
    item.command = {
      command: 'axtary.reviewApproval',
      title: vscode.l10n.t('Review'),
      arguments: [approval],
    };
    item.accessibilityInformation = {
      label: vscode.l10n.t(
        'Approval request: {0}, tool {1}, from {2}, expires at {3} {4}',
        visible(approval.title),
        visible(approval.tool),
        visible(approval.agent),
        expires,
        visible(approval.progress),
      ),
    };
    return item;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #refresh(): void {
    const count = this.#store.pending.length;
    const tooltip = vscode.l10n.t('{0} tool calls wait for your approval', count);
    this.#view.badge = count === 0 ? undefined : { value: count, tooltip };
    this.#view.message = count > 0 ? this.#message() : '';
    this.#changed.fire(undefined);
  }

  /** Beside waiting requests; an empty view says the same as its welcome text, with a button. */
  #message(): string {
    const { host, folders } = this.#store;
    if (host.kind !== 'ready') return hostText(host);
    const statuses = folders.map((folder) => folder.state?.policy.status);
    const worst = statuses.find((status) => status !== undefined && status !== 'trusted');
    return worst === undefined ? '' : policyText(worst);
  }
}
