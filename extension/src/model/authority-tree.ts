import type {
  AuthorityState,
  BudgetView,
  DelegationView,
  PassKeyView,
  ReservationView,
  RevocationView,
} from '@axtary/protocol';

import type { FolderModel } from './store.js';

/** `place`: the folder's name, where the window has more than one. */
interface InFolder {
  readonly folder: string;
  readonly place: string | undefined;
}

/** Everything is refused until a person lifts the stop. */
export interface StoppedNode {
  readonly kind: 'stopped';
  readonly id: string;
  readonly revocation: RevocationView;
}

export interface BudgetNode extends InFolder {
  readonly kind: 'budget';
  readonly id: string;
  readonly budget: BudgetView;
}

/** A call of which nobody knows yet whether it was executed. */
export interface UnknownNode extends InFolder {
  readonly kind: 'unknown';
  readonly id: string;
  readonly reservation: ReservationView;
}

export interface DelegationNode extends InFolder {
  readonly kind: 'delegation';
  readonly id: string;
  readonly delegation: DelegationView;
  /** Agents from the root to this one. */
  readonly path: readonly string[];
  readonly children: readonly DelegationNode[];
}

export interface KeyNode {
  readonly kind: 'key';
  readonly id: string;
  readonly key: PassKeyView;
}

export interface RevocationNode {
  readonly kind: 'revocation';
  readonly id: string;
  readonly revocation: RevocationView;
}

type Leaf = BudgetNode | UnknownNode | DelegationNode | KeyNode | RevocationNode;
export type AuthorityGroup = 'budgets' | 'unknown' | 'delegations' | 'keys' | 'revocations';

export interface GroupNode {
  readonly kind: 'group';
  readonly id: AuthorityGroup;
  readonly nodes: readonly Leaf[];
}

export type AuthorityNode = StoppedNode | GroupNode | Leaf;

/**
 * What agents may do by now, in groups; those without a node are left out. Keys and revocations are
 * the enforcement host's, so each is there once however many folders tell of it.
 */
export function authorityTree(folders: readonly FolderModel[]): (StoppedNode | GroupNode)[] {
  const revocation = stopOf(folders);
  const groups: readonly GroupNode[] = [
    { kind: 'group', id: 'budgets', nodes: eachFolder(folders, budgetsOf) },
    { kind: 'group', id: 'unknown', nodes: unknownOutcomes(folders) },
    { kind: 'group', id: 'delegations', nodes: eachFolder(folders, delegationsOf) },
    { kind: 'group', id: 'keys', nodes: keysOf(folders) },
    { kind: 'group', id: 'revocations', nodes: revocationNodes(folders) },
  ];
  const filled = groups.filter(({ nodes }) => nodes.length > 0);
  return revocation === undefined
    ? filled
    : [{ kind: 'stopped', id: 'stopped', revocation }, ...filled];
}

/** What stopped everything, while it is stopped. */
export function stopOf(folders: readonly FolderModel[]): RevocationView | undefined {
  return folders.find(({ authority }) => authority?.stopped !== undefined)?.authority?.stopped;
}

/** Each revocation once, the newest first. */
export function revocationsOf(folders: readonly FolderModel[]): RevocationView[] {
  const all = folders.flatMap(({ authority }) => authority?.revocations ?? []);
  return uniqueBy(all, ({ id }) => id).sort((a, b) => b.at.localeCompare(a.at));
}

/** What a person may lift: what is bound to one key, pass or delegation is revoked for good. */
export function isLiftable({ kind, lifted }: RevocationView): boolean {
  return lifted === undefined && (kind === 'agent' || kind === 'task' || kind === 'all');
}

export function unknownOutcomes(folders: readonly FolderModel[]): UnknownNode[] {
  return eachFolder(folders, ({ reservations }, where) =>
    reservations
      .filter(({ state }) => state === 'unknown')
      .map((reservation) => {
        const id = `${where.folder}/unknown/${reservation.id}`;
        return { kind: 'unknown', id, ...where, reservation };
      }),
  );
}

/** The keys of passes, the one that signs first. */
export function passKeysOf(folders: readonly FolderModel[]): PassKeyView[] {
  const keys = folders.flatMap(({ authority }) => authority?.keys ?? []);
  return uniqueBy(keys, ({ kid }) => kid).sort((a, b) => Number(b.isSigning) - Number(a.isSigning));
}

/** Agents from the root of a delegation to its holder; ends early where a parent is not listed. */
export function delegationPath(delegations: readonly DelegationView[], jti: string): string[] {
  const byJti = new Map(delegations.map((delegation) => [delegation.jti, delegation]));
  const path: string[] = [];
  let next = byJti.get(jti);
  while (next !== undefined) {
    path.unshift(next.agent);
    // Each is left out once it was met, so that not even a ring goes round.
    byJti.delete(next.jti);
    next = next.parent === undefined ? undefined : byJti.get(next.parent);
  }
  return path;
}

function budgetsOf({ budgets }: AuthorityState, where: InFolder): BudgetNode[] {
  return budgets.map((budget) => {
    const id = `${where.folder}/budget/${budget.meter}/${scopeText(budget.scope)}`;
    return { kind: 'budget', id, ...where, budget };
  });
}

/** Whose count it is, such as `human user:ada@example.com`. */
export function scopeText(scope: BudgetView['scope']): string {
  return Object.entries(scope)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** A delegation whose parent is not listed begins a tree of its own, so that none is hidden. */
function delegationsOf({ delegations }: AuthorityState, where: InFolder): DelegationNode[] {
  const known = new Set(delegations.map(({ jti }) => jti));
  const nodeOf = (delegation: DelegationView): DelegationNode => ({
    kind: 'delegation',
    id: `${where.folder}/delegation/${delegation.jti}`,
    ...where,
    delegation,
    path: delegationPath(delegations, delegation.jti),
    children: delegations.filter(({ parent }) => parent === delegation.jti).map(nodeOf),
  });
  return delegations.filter(({ parent }) => parent === undefined || !known.has(parent)).map(nodeOf);
}

function keysOf(folders: readonly FolderModel[]): KeyNode[] {
  return passKeysOf(folders).map((key) => ({ kind: 'key', id: `key/${key.kid}`, key }));
}

function revocationNodes(folders: readonly FolderModel[]): RevocationNode[] {
  return revocationsOf(folders).map((revocation) => ({
    kind: 'revocation',
    id: `revocation/${revocation.id}`,
    revocation,
  }));
}

function eachFolder<Node>(
  folders: readonly FolderModel[],
  nodesOf: (authority: AuthorityState, where: InFolder) => readonly Node[],
): Node[] {
  return folders.flatMap(({ folder, name, authority }) =>
    authority === undefined
      ? []
      : nodesOf(authority, { folder, place: folders.length > 1 ? name : undefined }),
  );
}

function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const byKey = new Map<string, Item>();
  for (const item of items) if (!byKey.has(keyOf(item))) byKey.set(keyOf(item), item);
  return [...byKey.values()];
}
