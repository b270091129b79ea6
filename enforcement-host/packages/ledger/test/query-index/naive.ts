import { isJsonObject } from '@axtary/core';

import type { Attribute, LedgerRecord, RecordFilter } from '../../src/index.js';

interface Known {
  readonly record: LedgerRecord;
  readonly decisionId: string | undefined;
  readonly attributes: Readonly<Record<Attribute, string | undefined>>;
  readonly rules: readonly string[];
}

/** What a query must find, by reading everything with the plainest code. */
export function naiveQuery(
  records: readonly LedgerRecord[],
  { filter, group }: { readonly filter: RecordFilter; readonly group: Attribute },
): { seqs: number[]; groups: object[]; verdicts: Record<string, number> } {
  const found = known(records)
    .filter((one) => matches(one, filter))
    .reverse();
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
    const decisionId =
      'decisionId' in body
        ? body.decisionId
        : 'intentId' in body
          ? intents.get(body.intentId)
          : undefined;
    const action = decisions.get(decisionId ?? '')?.body.action;
    const rules = type === 'decision' ? body.reasons.map(({ rule }) => rule) : [];
    return {
      record,
      decisionId,
      rules,
      attributes: {
        type,
        verdict: type === 'decision' ? body.verdict : undefined,
        status: statusOf(record),
        agent: action?.actor.agent,
        human: action?.actor.human,
        tool: action?.capability.tool ?? (type === 'intent' ? body.tool : undefined),
        task: action?.intent.task,
        rules: rules.length > 0 ? JSON.stringify(rules) : undefined,
      },
    };
  });
}

function statusOf({ type, body }: LedgerRecord): string | undefined {
  if (type === 'outcome') return body.status;
  if (type === 'reconciliation') return 'reconciled';
  if (type === 'approval') return 'denied' in body ? 'denied' : 'approved';
  return undefined;
}

function matches({ record, decisionId, attributes, rules }: Known, filter: RecordFilter): boolean {
  const isOneOf = (list: readonly string[] | undefined, word: string | undefined): boolean =>
    list === undefined || (word !== undefined && list.includes(word));
  const time = Date.parse(record.ts);
  return (
    (filter.since === undefined || time >= filter.since) &&
    (filter.until === undefined || time < filter.until) &&
    isOneOf(filter.types, attributes.type) &&
    isOneOf(filter.verdicts, attributes.verdict) &&
    isOneOf(filter.statuses, attributes.status) &&
    isOneOf(filter.agents, attributes.agent) &&
    isOneOf(filter.humans, attributes.human) &&
    isOneOf(filter.tools, attributes.tool) &&
    isOneOf(filter.tasks, attributes.task) &&
    (filter.rules === undefined || rules.some((rule) => filter.rules?.includes(rule))) &&
    (filter.decisionId === undefined || decisionId === filter.decisionId) &&
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
