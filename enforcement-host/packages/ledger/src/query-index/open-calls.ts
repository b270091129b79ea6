import { z } from 'zod';

import type { LedgerRecord, RecordOf } from '../record/records.js';
import type { RecordFacts } from './record-facts.js';

/** Calls that are remembered to be joined with what comes later. */
const MAX_OPEN = 1024;
/** A denied call is over, but for what is recorded along with it. */
const MAX_DENIED = 64;

const word = z.string().optional();

/** A call, by its decision. */
export const callSchema = z.strictObject({
  /** Of the decision. */
  seq: z.number().int().nonnegative(),
  decisionId: z.string(),
  agent: word,
  human: word,
  tool: word,
  task: word,
  intents: z.array(z.string()),
  verdict: z.string(),
  /** The action, where it waits for an approval: whoever answers, it is decided once more. */
  actionHash: word,
});
export type Call = z.infer<typeof callSchema>;

/**
 * Joins the records of a call, in the order of the ledger: what comes after a decision names the
 * decision, or an intent that did. Of the calls whose outcome is open the last 1,024 are known.
 */
export class OpenCalls {
  readonly #open = new Map<string, Call>();
  readonly #denied = new Map<string, Call>();
  readonly #byIntent = new Map<string, Call>();
  readonly #asked = new Map<string, Call>();

  /** @param carried what the segment before left open, oldest first. */
  constructor(carried: Iterable<Call> = []) {
    for (const call of carried) {
      const own = { ...call, intents: [...call.intents] };
      this.#keep(own);
      for (const intent of own.intents) this.#byIntent.set(intent, own);
    }
  }

  /**
   * The decision that a record follows on, and its call. A decision after an approval follows on
   * the one that asked for it, and begins a call of its own. Takes every record, each once.
   */
  join(record: LedgerRecord, facts: RecordFacts): { call?: Call; follows?: number } {
    if (record.type === 'decision') return this.#begin(record, facts);
    const call = this.#find(record, facts);
    return call ? { call, follows: call.seq } : {};
  }

  /** The calls that later records may belong to, oldest first. */
  carry(): readonly Call[] {
    const calls = [...this.#open.values(), ...this.#denied.values()];
    return calls.sort((one, other) => one.seq - other.seq);
  }

  #begin(
    { seq, body: { decisionId, verdict } }: RecordOf<'decision'>,
    { attributes: { agent, human, tool, task }, actionHash }: RecordFacts,
  ): { call: Call; follows?: number } {
    const asked = this.#asked.get(actionHash ?? '');
    if (asked) this.#end(asked);
    const call = { seq, decisionId, agent, human, tool, task, intents: [], verdict, actionHash };
    this.#keep(call);
    return asked ? { call, follows: asked.seq } : { call };
  }

  #find(record: LedgerRecord, { decisionId, intentId }: RecordFacts): Call | undefined {
    if (decisionId !== undefined) {
      const call = this.#open.get(decisionId) ?? this.#denied.get(decisionId);
      if (call && intentId !== undefined) this.#addIntent(call, intentId);
      return call;
    }
    const call = this.#byIntent.get(intentId ?? '');
    if (call && !(record.type === 'outcome' && record.body.status === 'unknown')) this.#end(call);
    return call;
  }

  #keep(call: Call): void {
    const { verdict, actionHash } = call;
    const isDenied = verdict === 'deny';
    const dropped = isDenied
      ? keep(this.#denied, call, MAX_DENIED)
      : keep(this.#open, call, MAX_OPEN);
    if (dropped) this.#end(dropped);
    if (verdict === 'step_up' && actionHash !== undefined) this.#asked.set(actionHash, call);
  }

  #addIntent(call: Call, intentId: string): void {
    call.intents.push(intentId);
    this.#byIntent.set(intentId, call);
  }

  #end(call: Call): void {
    this.#open.delete(call.decisionId);
    this.#denied.delete(call.decisionId);
    const { actionHash = '' } = call;
    if (this.#asked.get(actionHash) === call) this.#asked.delete(actionHash);
    for (const intent of call.intents) this.#byIntent.delete(intent);
  }
}

/** Keeps one more; returns the oldest, which goes for it. */
function keep(calls: Map<string, Call>, call: Call, max: number): Call | undefined {
  calls.set(call.decisionId, call);
  if (calls.size <= max) return undefined;
  const oldest = calls.values().next().value;
  if (oldest) calls.delete(oldest.decisionId);
  return oldest;
}
