import * as vscode from 'vscode';

import type { PassKeyView } from '@axtary/protocol';

import {
  isLiftable,
  type AuthorityGroup,
  type AuthorityNode,
  type BudgetNode,
  type DelegationNode,
  type GroupNode,
  type KeyNode,
  type RevocationNode,
  type StoppedNode,
  type UnknownNode,
} from '../model/authority-tree.js';
import { budgetLevel, usedPercent, type BudgetLevel } from '../model/budget.js';
import {
  groupTitle,
  revocationText,
  revokedText,
  shortKid,
  usageText,
  usesText,
  windowText,
} from './authority-texts.js';
import { momentOf } from './format.js';
import { visible } from './visible.js';

/** How a node of the authority tree looks. */
export function authorityItem(node: AuthorityNode): vscode.TreeItem {
  const item = itemOf(node);
  item.id = node.id;
  return item;
}

function itemOf(node: AuthorityNode): vscode.TreeItem {
  switch (node.kind) {
    case 'stopped':
      return stoppedItem(node);
    case 'group':
      return groupItem(node);
    case 'budget':
      return budgetItem(node);
    case 'unknown':
      return unknownItem(node);
    case 'delegation':
      return delegationItem(node);
    case 'key':
      return keyItem(node);
    case 'revocation':
      return revocationItem(node);
  }
}

function stoppedItem({ revocation }: StoppedNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Stopped'));
  const text = revocationText(revocation);
  item.description = text;
  item.tooltip = vscode.l10n.t('Every call is refused until a person resumes. Stopped {0}', text);
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.contextValue = 'axtary.stopped';
  return item;
}

function groupItem({ id, nodes }: GroupNode): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(groupTitle(id), id === 'revocations' ? Collapsed : Expanded);
  item.description = String(nodes.length);
  item.iconPath = new vscode.ThemeIcon(GROUP_ICONS[id]);
  return item;
}

const GROUP_ICONS = {
  budgets: 'graph',
  unknown: 'question',
  delegations: 'type-hierarchy-sub',
  keys: 'key',
  revocations: 'circle-slash',
} as const satisfies Record<AuthorityGroup, string>;

function budgetItem({ budget, place }: BudgetNode): vscode.TreeItem {
  const name = [budget.rule, budget.field].filter((part) => part !== undefined).map(visible);
  const item = new vscode.TreeItem(name.join(' · '));
  const usage = usageText(budget);
  const level = budgetLevel(budget);
  item.description = withPlace(usage, place);
  item.tooltip = [usage, windowText(budget), visible(budget.meter)].join('\n');
  item.iconPath = budgetIcon(level);
  const share = vscode.l10n.t('{0} % used', usedPercent(budget));
  item.accessibilityInformation = {
    label: [vscode.l10n.t('Budget of rule {0}', name.join(', ')), share, usage].join(', '),
  };
  return item;
}

/** Shapes differ as well as colours. */
function budgetIcon(level: BudgetLevel): vscode.ThemeIcon {
  switch (level) {
    case 'open':
      return new vscode.ThemeIcon('dashboard');
    case 'near':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    case 'spent':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  }
}

function unknownItem({ reservation, place }: UnknownNode): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(reservation.id));
  const since = vscode.l10n.t('since {0}', momentOf(reservation.since));
  const uses = usesText(reservation);
  item.description = withPlace([uses, since].filter(Boolean).join(' · '), place);
  item.tooltip = vscode.l10n.t(
    'It may have been executed. Find out where the call went, then say how it ended. Until then it holds {0}',
    uses,
  );
  item.iconPath = new vscode.ThemeIcon('question', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'axtary.unknownOutcome';
  item.accessibilityInformation = {
    label: vscode.l10n.t('Call of unknown outcome {0}, {1}, {2}', reservation.id, uses, since),
  };
  return item;
}

function delegationItem({ delegation, path, place, children }: DelegationNode): vscode.TreeItem {
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const { agent, hops, expiresAt, tools, resources, task, problem } = delegation;
  // Below its agent, a sub-agent's own name is enough: it is the rest of the whole one.
  const name = path.length > 1 ? agent.slice(agent.lastIndexOf('/') + 1) : agent;
  const item = new vscode.TreeItem(visible(name), children.length > 0 ? Expanded : None);
  const left = vscode.l10n.t('{0} hops left, expires {1}', hops, momentOf(expiresAt));
  const state = problem === undefined ? left : vscode.l10n.t('refused: {0}', visible(problem));
  item.description = withPlace(state, place);
  const chain = path.map(visible).join(' → ');
  item.tooltip = [
    chain,
    vscode.l10n.t('Task: {0}', visible(task)),
    vscode.l10n.t('Tools: {0}', tools.map(visible).join(', ')),
    vscode.l10n.t('Resources: {0}', resources.map(visible).join(', ')),
    left,
    ...(problem === undefined ? [] : [state]),
  ].join('\n');
  item.iconPath = delegationIcon(problem);
  item.contextValue = 'axtary.delegation';
  item.accessibilityInformation = {
    label: vscode.l10n.t('Delegation {0}, {1}', chain, state),
  };
  return item;
}

function delegationIcon(problem: string | undefined): vscode.ThemeIcon {
  return problem === undefined
    ? new vscode.ThemeIcon('hubot')
    : new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('list.errorForeground'));
}

function keyItem({ key }: KeyNode): vscode.TreeItem {
  const item = new vscode.TreeItem(shortKid(key.kid));
  const state = keyText(key);
  item.description = state;
  item.tooltip = [visible(key.kid), state].join('\n');
  item.iconPath = keyIcon(key);
  item.contextValue = key.state === 'revoked' ? 'axtary.revokedKey' : 'axtary.passKey';
  if (key.isSigning) item.contextValue = 'axtary.passKey.signing';
  item.accessibilityInformation = {
    label: vscode.l10n.t('Pass key {0}, {1}', shortKid(key.kid), state),
  };
  return item;
}

function keyText({ state, isSigning, notAfter }: PassKeyView): string {
  if (isSigning) return vscode.l10n.t('signs passes');
  switch (state) {
    case 'active':
      return vscode.l10n.t('verifies');
    case 'retired':
      return notAfter === undefined
        ? vscode.l10n.t('retired')
        : vscode.l10n.t('retired, verifies until {0}', momentOf(notAfter));
    case 'revoked':
      return vscode.l10n.t('revoked');
  }
}

function keyIcon({ state, isSigning }: PassKeyView): vscode.ThemeIcon {
  if (isSigning) return new vscode.ThemeIcon('key');
  return new vscode.ThemeIcon(state === 'revoked' ? 'circle-slash' : 'history');
}

function revocationItem({ revocation }: RevocationNode): vscode.TreeItem {
  const item = new vscode.TreeItem(revokedText(revocation));
  const { lifted } = revocation;
  const made = revocationText(revocation);
  const ended = lifted && vscode.l10n.t('lifted {0}', revocationText(lifted));
  const text = ended ?? made;
  item.description = text;
  item.tooltip = [revokedText(revocation), made, ended].filter(Boolean).join('\n');
  item.iconPath = new vscode.ThemeIcon(lifted === undefined ? 'circle-slash' : 'history');
  if (isLiftable(revocation)) item.contextValue = `axtary.liftable.${revocation.kind}`;
  item.accessibilityInformation = {
    label: vscode.l10n.t('Revoked: {0}, {1}', revokedText(revocation), text),
  };
  return item;
}

function withPlace(text: string, place: string | undefined): string {
  return place === undefined ? text : `${text} · ${visible(place)}`;
}
