import type { AnchorState } from '@axtary/protocol';
import * as vscode from 'vscode';

import { anchorDetails, anchorName, anchorSummary, isConflict } from '../ledger/anchor-texts.js';
import { momentOf } from './format.js';

/** The anchors of a folder's ledger. */
export interface AnchorsNode {
  readonly kind: 'anchors';
  readonly folder: string;
  readonly anchors: readonly AnchorState[];
}

/** One of them. */
export interface AnchorNode {
  readonly kind: 'anchor';
  readonly folder: string;
  readonly anchor: AnchorState;
  /** Its place among them. */
  readonly index: number;
}

export function anchorsItem({ folder, anchors }: AnchorsNode): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const failing = anchors.filter(({ error }) => error !== undefined);
  const item = new vscode.TreeItem(vscode.l10n.t('Anchors'), failing[0] ? Expanded : Collapsed);
  // What is open is remembered by the id: a failure opens it again.
  item.id = `${folder}/anchors/${failing.length}`;
  item.iconPath = iconOf(failing.find(isConflict) ?? failing[0]);
  const largest = Math.max(0, ...anchors.map(({ last }) => last?.size ?? 0));
  item.description =
    failing[0] === undefined
      ? vscode.l10n.t('{0} records', largest)
      : vscode.l10n.t('{0} of {1} fail', failing.length, anchors.length);
  return item;
}

export function anchorItem({ folder, anchor, index }: AnchorNode): vscode.TreeItem {
  const item = new vscode.TreeItem(anchorName(anchor));
  const summary = anchorSummary(anchor, vscode.l10n);
  item.id = `${folder}/anchor/${index}`;
  item.iconPath = iconOf(anchor);
  item.description = summary;
  item.tooltip = [anchorName(anchor), ...anchorDetails(anchor, vscode.l10n, momentOf)].join('\n');
  item.accessibilityInformation = { label: `${anchorName(anchor)}: ${summary}` };
  return item;
}

function iconOf(anchor: AnchorState | undefined): vscode.ThemeIcon {
  if (anchor?.error === undefined) return new vscode.ThemeIcon('pinned');
  const colour = isConflict(anchor) ? 'list.errorForeground' : 'list.warningForeground';
  return new vscode.ThemeIcon('warning', new vscode.ThemeColor(colour));
}
