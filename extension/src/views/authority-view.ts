import * as vscode from 'vscode';

import { authorityTree, type AuthorityNode } from '../model/authority-tree.js';
import type { WindowStore } from '../model/store.js';
import { authorityItem } from './authority-items.js';

/** Keys, revocations, budgets and delegations behind what agents may do. */
export class AuthorityView implements vscode.TreeDataProvider<AuthorityNode>, vscode.Disposable {
  readonly #store: WindowStore;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<AuthorityNode>;
  readonly #unsubscribe: () => void;
  #roots: readonly AuthorityNode[] = [];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: WindowStore) {
    this.#store = store;
    this.#view = vscode.window.createTreeView('axtary.authority', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#unsubscribe = store.onDidChange((change) => {
      if (change === 'authority' || change === 'folders') this.#refresh();
    });
    this.#refresh();
  }

  getChildren(parent?: AuthorityNode): AuthorityNode[] {
    return [...(parent === undefined ? this.#roots : childrenOf(parent))];
  }

  getParent(node: AuthorityNode): AuthorityNode | undefined {
    return parentOf(node, this.#roots);
  }

  getTreeItem(node: AuthorityNode): vscode.TreeItem {
    return authorityItem(node);
  }

  /** Brings the view up, at its budgets where there are any. */
  async showBudgets(): Promise<void> {
    await vscode.commands.executeCommand('axtary.authority.focus');
    const budgets = this.#roots.find((node) => node.id === 'budgets');
    if (budgets !== undefined) await this.#view.reveal(budgets, { focus: true, expand: true });
  }

  dispose(): void {
    this.#unsubscribe();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #refresh(): void {
    this.#roots = authorityTree(this.#store.folders);
    this.#changed.fire(undefined);
  }
}

function childrenOf(node: AuthorityNode): readonly AuthorityNode[] {
  if (node.kind === 'group') return node.nodes;
  return node.kind === 'delegation' ? node.children : [];
}

function parentOf(node: AuthorityNode, among: readonly AuthorityNode[]): AuthorityNode | undefined {
  for (const candidate of among) {
    const children = childrenOf(candidate);
    if (children.some(({ id }) => id === node.id)) return candidate;
    const deeper = parentOf(node, children);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
