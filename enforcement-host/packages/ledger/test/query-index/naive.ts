import { isJsonObject } from '@axtary/core';

import type { Attribute, DecisionBody, LedgerRecord, RecordFilter } from '../../src/index.js';

interface Known {
  readonly record: LedgerRecord;
  readonly decisionId: string | undefined;
  /** The same for all records of a call: its action. */
  readonly call: string | undefined;
  readonly attributes: Readonly<Partial<Record<Attribute, string | undefined>>>;
  readonly rules: readonly string[];
}

/** What a query must find, by reading everything with the plainest code. */
export function naiveQuery(
  records: readonly LedgerRecord[],
  { filter, group }: { readonly filter: RecordFilter; readonly group: Attribute },
): { seqs: number[]; groups: object[]; verdicts: Record<string, number> } {
  const all = known(records);
  const call = all.find((one) => one.decisionId === filter.decisionId)?.call;
  const isOfCall = (one: Known): boolean =>
    filter.decisionId === undefined || (call !== undefined && one.call === call);
  const found = all.filter((one) => isOfCall(one) && matches(one, filter)).reverse();
  const groups: { key: string; count: number; newest: number }[] = [];
  for (const { record, attributes } of found) {
    const key = attributes[group] ?? '';
    const group_ = groups.find((one) => one.key === key);
    if (group_) group_.count++;
    else groups.push({ key, count: 1, newest: record.seq });
  }
  const verdicts = { allow: 0, deny: 0, step_up: 0, other: 0 };
  for (const { record } of found) {
    verdicts[record.type === 'decision' ? record.body.verdict : 'other']++;
  }
  return { seqs: found.map(({ record }) => record.seq), groups, verdicts };
}

function known(records: readonly LedgerRecord[]): readonly Known[] {
  const intents = new Map<string, string>();
  const decisions = new Map<string, LedgerRecord & { type: 'decision' }>();
  return records.map((record) => {
    const { type, body } = record;
    if (type === 'decision') decisions.set(body.decisionId, record);
    if (type === 'intent') intents.set(body.intentId, body.decisionId);
    const intentId = 'intentId' in body ? body.intentId : '';
    const decisionId = 'decisionId' in body ? body.decisionId : intents.get(intentId);
    const decided = decisions.get(decisionId ?? '')?.body;
    return {
      record,
      decisionId,
      call: decided?.action ? decided.actionHash : decisionId,
      rules: type === 'decision' ? body.reasons.map(({ rule }) => rule) : [],
      attributes: { ...attributesOf(record), ...ofAction(decided?.action) },
    };
  });
}

function attributesOf(record: LedgerRecord): Known['attributes'] {
  const { type, body } = record;
  const verdict = type === 'decision' ? body.verdict : undefined;
  const tool = type === 'intent' ? body.tool : undefined;
  return { type, verdict, status: statusOf(record), tool };
}

function ofAction(action: DecisionBody['action']): Known['attributes'] {
  if (!action) return {};
  const { actor, intent, capability } = action;
  return { agent: actor.agent, human: actor.human, task: intent.task, tool: capability.tool };
}

function statusOf({ type, body }: LedgerRecord): string | undefined {
  if (type === 'outcome') return body.status;
  if (type === 'reconciliation') return 'reconciled';
  if (type === 'approval') return 'denied' in body ? 'denied' : 'approved';
  return undefined;
}

function matches({ record, attributes, rules }: Known, filter: RecordFilter): boolean {
  const time = Date.parse(record.ts);
  const { since = -Infinity, until = Infinity, rules: wanted } = filter;
  const lists = [
    [filter.types, attributes.type],
    [filter.verdicts, attributes.verdict],
    [filter.statuses, attributes.status],
    [filter.agents, attributes.agent],
    [filter.humans, attributes.human],
    [filter.tools, attributes.tool],
    [filter.tasks, attributes.task],
  ] as const;
  return (
    time >= since &&
    time < until &&
    lists.every(([list, word]) => !list || (word !== undefined && list.includes(word))) &&
    (!wanted || rules.some((rule) => wanted.includes(rule))) &&
    (!filter.text || hasText(record, filter.text))
  );
}

/** Folds ASCII and what `toLowerCase` leaves one character long. */
function hasText(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(text.toLowerCase());
  if (typeof value === 'number') return `${value}`.includes(text.toLowerCase());
  if (Array.isArray(value)) return value.some((one) => hasText(one, text));
  return isJsonObject(value) && Object.values(value).some((one) => hasText(one, text));
}
