import { canonicalize, type Action, type Decision, type JsonObject } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import type { DecisionBody, LedgerRecord } from '@axtary/ledger';
import type { Policy } from '@axtary/policy';

import { DELEGATION_BUDGET, evaluateFor, NO_POLICY, REFUSALS } from './pipeline/decide.js';

/** A policy as it was enforced. */
export interface ArchivedPolicy {
  readonly policy: Policy;
  /** Whether the presets and packs that it names were always what they are in this software. */
  readonly isSame: boolean;
}

/** What decisions are recomputed from, beside their records. */
export interface ReplaySources {
  /** The payload with this digest; `undefined` where it is gone. */
  payload(hash: Sha256): Promise<JsonObject | undefined>;
  /** The policy of this hash; `undefined` where it was not kept. */
  policy(hash: Sha256): Promise<ArchivedPolicy | undefined>;
}

/** What a decision is compared by. */
export type ComparedDecision = Pick<
  DecisionBody,
  'verdict' | 'reasons' | 'obligations' | 'usage' | 'shadow'
>;

/**
 * Why a decision cannot be recomputed. `policy`: the policy was not kept, or its presets were
 * others. `undecided`: it was denied without asking a policy, so there is nothing to recompute.
 */
export type NotReplayed = 'payload' | 'policy' | 'undecided';

/** What came of recomputing one decision. */
export type Replayed =
  | { readonly outcome: 'same' }
  | {
      readonly outcome: 'differs';
      readonly recorded: ComparedDecision;
      readonly replayed: ComparedDecision;
    }
  | { readonly outcome: 'cannot'; readonly missing: NotReplayed };

/** What came of one record. */
export type ReplayedRecord = Replayed & { readonly seq: number };

/** UTF-16 units that a record keeps of a message. */
const MAX_MESSAGE = 4096;

/**
 * Recomputes every decision among the records, in their order, as they come. Whoever stops reading
 * stops it.
 *
 * @throws whatever reading the records or the sources throws; the reason of a signal that aborts.
 */
export async function* replayDecisions(
  records: AsyncIterable<LedgerRecord>,
  sources: ReplaySources,
  signal?: AbortSignal,
): AsyncGenerator<ReplayedRecord> {
  for await (const { type, seq, body } of records) {
    signal?.throwIfAborted();
    if (type === 'decision') yield { seq, ...(await replayDecision(body, sources)) };
  }
}

/**
 * Recomputes a decision from its record: the action with its payload, the facts of then, and the
 * version of the policy that it names. It is to be the same bit for bit.
 */
export async function replayDecision(
  body: DecisionBody,
  sources: ReplaySources,
): Promise<Replayed> {
  const { action, facts, payloadHash, policyHash, chain = [] } = body;
  const recorded = recordedOf(body);
  if (policyHash === NO_POLICY || !action || payloadHash === undefined) {
    return isRefusal(body) ? cannot('undecided') : differs(recorded, NOTHING_DECIDED);
  }
  const archived = await sources.policy(policyHash);
  if (!archived) return cannot('policy');
  const payload = await sources.payload(payloadHash);
  if (!payload) return cannot('payload');
  const whole: Action = { ...action, capability: { ...action.capability, payload } };
  const above = chain.slice(0, -1).map(({ agent }) => agent);
  const replayed = comparedOf(whole, above, { policy: archived.policy, facts });
  if (canonicalize(recorded) === canonicalize(replayed)) return { outcome: 'same' };
  if (!archived.isSame) return cannot('policy');
  return isOverspent(body, replayed) ? cannot('undecided') : differs(recorded, replayed);
}

function cannot(missing: NotReplayed): Replayed {
  return { outcome: 'cannot', missing };
}

function differs(recorded: ComparedDecision, replayed: ComparedDecision): Replayed {
  return { outcome: 'differs', recorded, replayed };
}

/** The enforcement point denies so, and in no other way, where no policy is asked. */
function isRefusal({ verdict, reasons, obligations, usage, shadow }: DecisionBody): boolean {
  const [reason, ...more] = reasons;
  return (
    verdict === 'deny' &&
    reason?.effect === 'deny' &&
    REFUSALS.has(reason.rule) &&
    more.length + Object.keys(obligations).length === 0 &&
    usage === undefined &&
    shadow === undefined
  );
}

/** What the policy allows may be over a budget of the delegation, which the record does not have. */
function isOverspent({ chain, ...body }: DecisionBody, { verdict }: ComparedDecision): boolean {
  const [reason, ...more] = body.reasons;
  const isOnly = reason?.rule === DELEGATION_BUDGET && more.length === 0;
  return chain !== undefined && isOnly && body.verdict === 'deny' && verdict === 'allow';
}

function recordedOf({
  verdict,
  reasons,
  obligations,
  usage,
  shadow,
}: DecisionBody): ComparedDecision {
  return { verdict, reasons, obligations, ...(usage && { usage }), ...(shadow && { shadow }) };
}

const NOTHING_DECIDED: ComparedDecision = {
  verdict: 'deny',
  reasons: [{ rule: 'not-decided', effect: 'deny', message: 'nothing can be decided from this' }],
  obligations: {},
};

function comparedOf(...asked: Parameters<typeof evaluateFor>): ComparedDecision {
  let decided: Decision;
  try {
    decided = evaluateFor(...asked);
  } catch {
    // Then the enforcement point would have denied without a policy.
    return NOTHING_DECIDED;
  }
  const { decision, reasons, obligations, usage, shadow } = decided;
  return {
    verdict: decision,
    reasons: reasons.map(asRecorded),
    obligations,
    ...(usage && { usage }),
    ...(shadow && { shadow: { ...shadow, reasons: shadow.reasons.map(asRecorded) } }),
  };
}

/** A record keeps the beginning of a message. */
function asRecorded<T extends { readonly message: string }>(reason: T): T {
  return { ...reason, message: reason.message.slice(0, MAX_MESSAGE).toWellFormed() };
}
