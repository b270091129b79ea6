import type { LedgerItem, RevocationKind } from '@axtary/protocol';

import { passKeysOf, revocationsOf } from './authority-tree.js';
import { isObject } from './is-object.js';
import type { FolderModel } from './store.js';

/** What one revocation can go by; `all` is the kill switch, which names nothing. */
export interface RevocationTarget {
  readonly kind: Exclude<RevocationKind, 'all'>;
  readonly value: string;
}

/** Something that may be revoked, and what tells it from the others. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What is known that could be revoked, the newest first, without what is revoked already. */
export function revocationCandidates(
  kind: RevocationTarget['kind'],
  folders: readonly FolderModel[],
  now: Date,
): Candidate[] {
  const revoked = new Set(
    revocationsOf(folders)
      .filter((revocation) => revocation.kind === kind && revocation.lifted === undefined)
      .map(({ value }) => value),
  );
  const candidates = new Map<string, Candidate>();
  for (const candidate of allOf(kind, folders, now)) {
    const { value } = candidate;
    if (value !== '' && !revoked.has(value) && !candidates.has(value)) {
      candidates.set(value, candidate);
    }
  }
  return [...candidates.values()];
}

/** What a node of the authority tree, as a menu hands it over, would revoke. */
export function revocationTarget(node: unknown): RevocationTarget | undefined {
  if (!isObject(node)) return undefined;
  const { kind, delegation, key } = node;
  if (kind === 'delegation' && isObject(delegation)) {
    return targetOf('delegation', delegation['jti']);
  }
  return kind === 'key' && isObject(key) ? targetOf('key', key['kid']) : undefined;
}

/** Title of the call that an intent belongs to, where its record is among those that are shown. */
export function titleOfIntent(folder: FolderModel | undefined, id: string): string | undefined {
  const items = folder?.ledger.items ?? [];
  const intent = items.find((item) => item.type === 'intent' && bodyOf(item)?.['intentId'] === id);
  if (intent === undefined) return undefined;
  const decision = items.find(
    ({ verdict, decisionId }) => verdict !== undefined && decisionId === intent.decisionId,
  );
  return decision?.title ?? intent.resource ?? intent.title;
}

function targetOf(kind: RevocationTarget['kind'], value: unknown): RevocationTarget | undefined {
  return typeof value === 'string' && value !== '' ? { kind, value } : undefined;
}

function allOf(
  kind: RevocationTarget['kind'],
  folders: readonly FolderModel[],
  now: Date,
): Candidate[] {
  switch (kind) {
    case 'agent':
      return folders.flatMap(agentsOf);
    case 'task':
      return folders.flatMap(tasksOf);
    case 'pass':
      return folders.flatMap((folder) => passesOf(folder, now));
    case 'key':
      return passKeysOf(folders)
        .filter(({ state }) => state !== 'revoked')
        .map(({ kid, state }) => ({ value: kid, description: state }));
    case 'delegation':
      return delegationsOf(folders).map(({ jti, agent }) => ({ value: jti, description: agent }));
  }
}

function agentsOf(folder: FolderModel): Candidate[] {
  return [
    ...folder.pending.map(({ agent, title }) => ({ value: agent, description: title })),
    ...folder.ledger.items.flatMap(({ agent, title }) =>
      agent === undefined ? [] : [{ value: agent, description: title }],
    ),
    ...delegationsOf([folder]).map(({ agent, task }) => ({ value: agent, description: task })),
  ];
}

function tasksOf(folder: FolderModel): Candidate[] {
  return [
    ...folder.pending.map(({ task, agent }) => ({ value: task, description: agent })),
    ...folder.ledger.items.flatMap((item) => {
      const task = item.type === 'decision' ? taskOf(item) : undefined;
      return task === undefined ? [] : [{ value: task, description: item.agent ?? '' }];
    }),
    ...delegationsOf([folder]).map(({ task, agent }) => ({ value: task, description: agent })),
  ];
}

/** An expired pass permits nothing any more, so there is no use in revoking it. */
function passesOf({ ledger }: FolderModel, now: Date): Candidate[] {
  const titles = new Map(
    ledger.items
      .filter(({ verdict }) => verdict !== undefined)
      .map(({ decisionId, title }) => [decisionId, title]),
  );
  return ledger.items.flatMap((item) => {
    if (item.type !== 'pass') return [];
    const { jti, expiresAt } = bodyOf(item) ?? {};
    const isLive = typeof expiresAt === 'string' && Date.parse(expiresAt) > now.getTime();
    if (typeof jti !== 'string' || !isLive) return [];
    return [{ value: jti, description: titles.get(item.decisionId) ?? item.title }];
  });
}

function delegationsOf(folders: readonly FolderModel[]) {
  return folders.flatMap(({ authority }) => authority?.delegations ?? []);
}

function taskOf(item: LedgerItem): string | undefined {
  const action = bodyOf(item)?.['action'];
  const intent = isObject(action) ? action['intent'] : undefined;
  const task = isObject(intent) ? intent['task'] : undefined;
  return typeof task === 'string' ? task : undefined;
}

/** The record itself; `undefined` where a line is damaged. */
function bodyOf({ line }: LedgerItem): Readonly<Record<string, unknown>> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    const body = isObject(record) ? record['body'] : undefined;
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
