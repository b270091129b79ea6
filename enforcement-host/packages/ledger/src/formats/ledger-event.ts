import type { LedgerRecord, RecordOf } from '../record/records.js';
import type { CallFacts } from './call-facts.js';
import { messageOfRecord } from './message.js';

/** What a record is about, in terms that every format has. */
export interface LedgerEvent {
  readonly record: LedgerRecord;
  /** One line for people; may hold anything that an agent wrote. */
  readonly message: string;
  /** How it came out: of a decision, or of what was executed. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  readonly verdict?: 'allow' | 'deny' | 'step_up';
  readonly call: CallFacts;
}

/** Calls that are remembered; records of older ones name their ids only. */
const MAX_REMEMBERED = 10_000;

/** Joins the records of a call, in the order of the ledger. */
export class LedgerEvents {
  readonly #calls = new Map<string, CallFacts>();
  readonly #executions = new Map<string, CallFacts>();

  of(record: LedgerRecord): LedgerEvent {
    const call = this.#callOf(record);
    const verdict = record.type === 'decision' ? { verdict: record.body.verdict } : {};
    return {
      record,
      message: messageOfRecord(record, call),
      outcome: outcomeOf(record),
      call,
      ...verdict,
    };
  }

  #callOf(record: LedgerRecord): CallFacts {
    switch (record.type) {
      case 'decision': {
        const facts = factsOf(record);
        remember(this.#calls, record.body.decisionId, facts);
        return facts;
      }
      case 'approval':
      case 'pass':
        return this.#known(record.body.decisionId);
      case 'intent': {
        const { decisionId, intentId, tool, resource } = record.body;
        const facts = { ...this.#known(decisionId), intentId, tool, resource };
        remember(this.#executions, intentId, facts);
        return facts;
      }
      case 'outcome':
      case 'reconciliation': {
        const { intentId } = record.body;
        return this.#executions.get(intentId) ?? { intentId };
      }
      default:
        return {};
    }
  }

  #known(decisionId: string): CallFacts {
    return this.#calls.get(decisionId) ?? { decisionId };
  }
}

function factsOf({ body }: RecordOf<'decision'>): CallFacts {
  const { decisionId, action, reasons, policyHash, payloadHash, trace } = body;
  const rules = [...new Set(reasons.map(({ rule }) => rule))];
  const known = { decisionId, rules, policyHash, ...(payloadHash && { payloadHash }), ...trace };
  if (!action) return known;
  const { actor, intent, capability, context } = action;
  return {
    ...known,
    actionId: action.id,
    agent: actor.agent,
    human: actor.human,
    tenant: actor.tenant,
    runtime: actor.runtime,
    task: intent.task,
    tool: capability.tool,
    resource: capability.resource,
    ...(context.mcp && {
      server: context.mcp.server,
      protocolVersion: context.mcp.protocolVersion,
    }),
  };
}

function outcomeOf(record: LedgerRecord): LedgerEvent['outcome'] {
  switch (record.type) {
    case 'decision':
      return record.body.verdict === 'step_up'
        ? 'unknown'
        : record.body.verdict === 'allow'
          ? 'success'
          : 'failure';
    case 'approval':
      return 'artifact' in record.body ? 'success' : 'failure';
    case 'outcome':
      if (record.body.status === 'executed') return 'success';
      return record.body.status === 'unknown' ? 'unknown' : 'failure';
    case 'intent':
      return 'unknown';
    default:
      return 'success';
  }
}

function remember<T>(known: Map<string, T>, id: string, value: T): void {
  known.set(id, value);
  if (known.size <= MAX_REMEMBERED) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
