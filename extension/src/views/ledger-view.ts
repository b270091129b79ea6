import * as vscode from 'vscode';

import type { LedgerItem } from '@axtary/protocol';

import {
  ledgerTree,
  type CallNode,
  type DayNode,
  type LedgerVerdict,
  type ToolNode,
  type VerdictNode,
} from '../model/ledger-tree.js';
import { ofRule } from '../model/ledger-filter.js';
import type { FolderModel, LedgerWindow, WindowStore } from '../model/store.js';
import { conflictsOf } from '../ledger/anchor-texts.js';
import { faultOf } from '../ledger/fault.js';
import { anchorItem, anchorsItem, type AnchorNode, type AnchorsNode } from './anchor-items.js';
import { dayOf, timeOf } from './format.js';
import { ledgerUri } from './ledger-decorations.js';
import { visible } from './visible.js';

interface FolderNode {
  readonly kind: 'folder';
  readonly folder: FolderModel;
}

interface MoreNode {
  readonly kind: 'more';
  readonly folder: FolderModel;
}

/** One record; what `Open Ledger Record` is given. */
export interface RecordNode {
  readonly kind: 'record';
  readonly folder: string;
  readonly item: LedgerItem;
}

/** A node and the folder it belongs to, so that ids stay apart in a multi-root workspace. */
interface InFolder<Node> {
  readonly kind: 'in-folder';
  readonly folder: string;
  readonly node: Node;
}

type LedgerNode =
  | FolderNode
  | AnchorsNode
  | AnchorNode
  | MoreNode
  | RecordNode
  | InFolder<DayNode | VerdictNode | ToolNode | CallNode>;

const REFRESH_MS = 150;

/** The ledgers of this window: day, verdict, tool, call, record. */
export class LedgerView implements vscode.TreeDataProvider<LedgerNode>, vscode.Disposable {
  readonly #store: WindowStore;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<LedgerNode>;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: WindowStore) {
    this.#store = store;
    this.#view = vscode.window.createTreeView('axtary.ledger', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#unsubscribe = store.onDidChange((change) => {
      if (change === 'pending' || change === 'servers' || change === 'authority') return;
      this.#timer ??= setTimeout(() => {
        this.#refresh();
      }, REFRESH_MS);
    });
    this.#refresh();
  }

  getChildren(parent?: LedgerNode): LedgerNode[] {
    if (parent === undefined) return this.#roots();
    if (parent.kind === 'folder') return this.#partsOf(parent.folder);
    if (parent.kind === 'anchors') return anchorsIn(parent);
    if (parent.kind !== 'in-folder') return [];
    const { folder, node } = parent;
    return childrenOf(node, folder);
  }

  getTreeItem(node: LedgerNode): vscode.TreeItem {
    switch (node.kind) {
      case 'folder':
        return folderItem(node);
      case 'anchors':
        return anchorsItem(node);
      case 'anchor':
        return anchorItem(node);
      case 'more':
        return moreItem(node);
      case 'record':
        return recordItem(node);
      case 'in-folder':
        return groupItem(node);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#view.dispose();
    this.#changed.dispose();
  }

  #roots(): LedgerNode[] {
    const written = this.#store.folders.filter((folder) => folder.ledger.items.length > 0);
    const [only] = written;
    if (written.length === 1 && only !== undefined) return this.#partsOf(only);
    return written.map((folder) => ({ kind: 'folder', folder }));
  }

  #partsOf(folder: FolderModel): LedgerNode[] {
    const rule = this.#store.ledgerFilter;
    if (rule !== undefined) return daysOf(folder, ofRule(folder.ledger, rule));
    const anchors = folder.state?.ledger.anchors ?? [];
    const days = daysOf(folder, folder.ledger);
    if (anchors.length === 0) return days;
    return [{ kind: 'anchors', folder: folder.folder, anchors }, ...days];
  }

  #refresh(): void {
    this.#timer = undefined;
    const [fault] = this.#store.folders.flatMap(
      ({ state }) => (state && faultOf(state.ledger)) ?? [],
    );
    const [conflict] = conflictsOf(this.#store.folders, vscode.l10n);
    this.#view.message = fault ? `${fault.title} ${fault.advice}` : (conflict ?? '');
    const rule = this.#store.ledgerFilter;
    this.#view.description =
      rule === undefined ? '' : vscode.l10n.t('calls of rule {0}', visible(rule));
    this.#changed.fire(undefined);
  }
}

function anchorsIn({ folder, anchors }: AnchorsNode): LedgerNode[] {
  return anchors.map((anchor, index) => ({ kind: 'anchor', folder, anchor, index }));
}

function daysOf(folder: FolderModel, shown: LedgerWindow): LedgerNode[] {
  const days = ledgerTree(shown, dayOf).map((node): LedgerNode => inFolder(folder.folder, node));
  const hasMore = folder.ledger.items.length < folder.ledger.size;
  return hasMore ? [...days, { kind: 'more', folder }] : days;
}

function childrenOf(
  node: DayNode | VerdictNode | ToolNode | CallNode,
  folder: string,
): LedgerNode[] {
  switch (node.kind) {
    case 'day':
      return node.verdicts.map((child) => inFolder(folder, child));
    case 'verdict':
      return node.tools.map((child) => inFolder(folder, child));
    case 'tool':
      return node.calls.map((child) => inFolder(folder, child));
    case 'call':
      return node.records.map((item) => ({ kind: 'record', folder, item }));
  }
}

function inFolder<Node>(folder: string, node: Node): InFolder<Node> {
  return { kind: 'in-folder', folder, node };
}

function folderItem({ folder }: FolderNode): vscode.TreeItem {
  const item = new vscode.TreeItem(folder.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = folder.folder;
  item.iconPath = new vscode.ThemeIcon('root-folder');
  item.description = vscode.l10n.t('{0} records', folder.ledger.size);
  return item;
}

function moreItem({ folder }: MoreNode): vscode.TreeItem {
  const { items, size } = folder.ledger;
  const item = new vscode.TreeItem(vscode.l10n.t('Load more'));
  item.id = `${folder.folder}/more`;
  item.description = vscode.l10n.t('{0} of {1} records', items.length, size);
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = {
    command: 'axtary.loadMoreLedger',
    title: vscode.l10n.t('Load more'),
    arguments: [folder.folder],
  };
  return item;
}

function recordItem(node: RecordNode): vscode.TreeItem {
  const { item: record, folder } = node;
  const item = new vscode.TreeItem(`${record.seq} ${record.type}`);
  item.id = `${folder}/record/${record.seq}`;
  item.description = [record.status, timeOf(record.time)].filter(Boolean).join(' · ');
  item.tooltip = visible(record.title);
  item.iconPath = new vscode.ThemeIcon('note');
  item.contextValue =
    record.verdict === undefined ? 'axtary.ledgerRecord' : 'axtary.ledgerRecord.decision';
  item.command = {
    command: 'axtary.openLedgerRecord',
    title: vscode.l10n.t('Open Ledger Record'),
    arguments: [node],
  };
  return item;
}

function groupItem({
  folder,
  node,
}: InFolder<DayNode | VerdictNode | ToolNode | CallNode>): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem('', node.kind === 'day' ? Expanded : Collapsed);
  item.id = `${folder}/${node.id}/${node.kind}`;
  switch (node.kind) {
    case 'day':
      item.label = node.day;
      item.description = vscode.l10n.t('{0} entries', node.calls);
      item.iconPath = new vscode.ThemeIcon('calendar');
      break;
    case 'verdict':
      item.label = verdictText(node.verdict);
      item.description = String(node.calls);
      item.iconPath = verdictIcon(node.verdict);
      item.collapsibleState = node.verdict === 'system' ? Collapsed : Expanded;
      break;
    case 'tool':
      item.label = visible(node.tool);
      item.description = String(node.calls.length);
      item.iconPath = new vscode.ThemeIcon(node.verdict === 'system' ? 'gear' : 'tools');
      break;
    case 'call':
      callItem(item, node, folder);
  }
  return item;
}

function callItem(item: vscode.TreeItem, call: CallNode, folder: string): void {
  const status = call.status ?? '';
  if (call.records.some(({ verdict }) => verdict !== undefined)) {
    item.contextValue = 'axtary.ledgerCall';
  }
  item.label = visible(call.title);
  item.resourceUri = ledgerUri({ folder, ...call });
  item.description = [status, timeOf(call.time)].filter(Boolean).join(' · ');
  item.iconPath = verdictIcon(call.verdict);
  const facts = [call.title, call.resource, call.agent, status, call.rules.join(', ')];
  item.tooltip = facts
    .filter((fact) => fact !== undefined && fact !== '')
    .map((fact) => visible(fact ?? ''))
    .join('\n');
  item.accessibilityInformation = {
    label: vscode.l10n.t(
      '{0}: {1}, {2}, {3} records',
      verdictText(call.verdict),
      visible(call.title),
      status,
      call.records.length,
    ),
  };
}

/** Shapes differ as well as colours. */
function verdictIcon(verdict: LedgerVerdict): vscode.ThemeIcon {
  switch (verdict) {
    case 'allow':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'deny':
      return new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('testing.iconFailed'));
    case 'step_up':
      return new vscode.ThemeIcon('person', new vscode.ThemeColor('list.warningForeground'));
    case 'unknown':
      return new vscode.ThemeIcon('question');
    case 'system':
      return new vscode.ThemeIcon('gear');
  }
}

function verdictText(verdict: LedgerVerdict): string {
  switch (verdict) {
    case 'allow':
      return vscode.l10n.t('Allowed');
    case 'deny':
      return vscode.l10n.t('Denied');
    case 'step_up':
      return vscode.l10n.t('Asked a human');
    case 'unknown':
      return vscode.l10n.t('Decided on an older page');
    case 'system':
      return vscode.l10n.t('Ledger and keys');
  }
}
