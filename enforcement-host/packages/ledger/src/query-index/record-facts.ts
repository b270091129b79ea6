import type { LedgerRecord, RecordOf } from '../record/records.js';

/** What records are found and grouped by. `rules` is a list, as JSON. */
export const ATTRIBUTES = [
  'type',
  'verdict',
  'status',
  'agent',
  'human',
  'tool',
  'task',
  'rules',
] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
export type Attributes = Readonly<Partial<Record<Attribute, string | undefined>>>;

/** What one record by itself says. */
export interface RecordFacts {
  readonly attributes: Attributes;
  /** Of the call that the record belongs to. */
  readonly decisionId?: string;
  readonly intentId?: string;
  /** Of a decision: the same where it is decided once more, after an approval. */
  readonly actionHash?: string | undefined;
}

/** What the index keeps of a record, but for its place and time. */
export function factsOf(record: LedgerRecord): RecordFacts {
  const { type } = record;
  switch (type) {
    case 'decision':
      return ofDecision(record);
    case 'approval': {
      const status = 'artifact' in record.body ? 'approved' : 'denied';
      return { attributes: { type, status }, decisionId: record.body.decisionId };
    }
    case 'pass':
      return { attributes: { type }, decisionId: record.body.decisionId };
    case 'intent': {
      const { decisionId, intentId, tool } = record.body;
      return { attributes: { type, tool }, decisionId, intentId };
    }
    case 'outcome':
      return { attributes: { type, status: record.body.status }, intentId: record.body.intentId };
    case 'reconciliation':
      return { attributes: { type, status: 'reconciled' }, intentId: record.body.intentId };
    default:
      return { attributes: { type } };
  }
}

function ofDecision({ type, body }: RecordOf<'decision'>): RecordFacts {
  const { verdict, reasons, action, decisionId, actionHash } = body;
  const rules = reasons.map(({ rule }) => rule);
  return {
    decisionId,
    actionHash,
    attributes: {
      type,
      verdict,
      rules: rules.length > 0 ? JSON.stringify(rules) : undefined,
      agent: action?.actor.agent,
      human: action?.actor.human,
      tool: action?.capability.tool,
      task: action?.intent.task,
    },
  };
}

/** The rules of a word of the attribute `rules`. */
export function rulesOf(word: string): readonly string[] {
  const rules: unknown = JSON.parse(word);
  return Array.isArray(rules) ? rules.filter((rule) => typeof rule === 'string') : [];
}
