import { canonicalize, type Action, type Decision, type JsonObject } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import type { DecisionBody } from '@axtary/ledger';
import type { Policy } from '@axtary/policy';

import { evaluateFor } from './pipeline/decide.js';

/** What decisions are recomputed from, beside their records. */
export interface ReplaySources {
  /** The payload with this digest; `undefined` where it is gone. */
  payload(hash: Sha256): Promise<JsonObject | undefined>;
  /** The policy of this hash; `undefined` where it was not kept. */
  policy(hash: Sha256): Promise<Policy | undefined>;
}

/** What a decision is compared by. */
export type ComparedDecision = Pick<
  DecisionBody,
  'verdict' | 'reasons' | 'obligations' | 'usage' | 'shadow'
>;

/** What came of recomputing one decision. */
export type Replayed =
  | { readonly outcome: 'same' }
  | {
      readonly outcome: 'differs';
      readonly recorded: ComparedDecision;
      readonly replayed: ComparedDecision;
    }
  /** `undecided`: no policy decided it, so there is nothing to recompute. */
  | { readonly outcome: 'cannot'; readonly missing: 'payload' | 'policy' | 'undecided' };

/** What a decision names that no policy was applied to. */
const NO_POLICY = `sha256:${'0'.repeat(64)}`;

/** UTF-16 units that a record keeps of a message. */
const MAX_MESSAGE = 4096;

/**
 * Recomputes a decision from its record: the action with its payload, the facts of then, and the
 * version of the policy that it names. It is to be the same bit for bit.
 */
export async function replayDecision(
  body: DecisionBody,
  sources: ReplaySources,
): Promise<Replayed> {
  const { action, facts, payloadHash, policyHash, chain = [] } = body;
  if (!action || payloadHash === undefined || !isOfPolicy(body)) return cannot('undecided');
  const policy = await sources.policy(policyHash);
  if (!policy) return cannot('policy');
  const payload = await sources.payload(payloadHash);
  if (!payload) return cannot('payload');
  const whole: Action = { ...action, capability: { ...action.capability, payload } };
  const above = chain.slice(0, -1).map(({ agent }) => agent);
  const replayed = comparedOf(evaluateFor(whole, above, { policy, facts }));
  const recorded = recordedOf(body);
  const isSame = canonicalize(recorded) === canonicalize(replayed);
  return isSame ? { outcome: 'same' } : { outcome: 'differs', recorded, replayed };
}

/**
 * Whether a policy decided. Reasons alone do not tell: rules may be named like them, and whoever
 * changes a record could name one.
 */
function isOfPolicy({ verdict, reasons, policyHash, chain }: DecisionBody): boolean {
  if (verdict !== 'deny') return true;
  const [only, ...others] = reasons;
  const isOverspent = chain !== undefined && only?.rule === 'delegation-budget';
  return policyHash !== NO_POLICY && !(isOverspent && others.length === 0);
}

function cannot(missing: 'payload' | 'policy' | 'undecided'): Replayed {
  return { outcome: 'cannot', missing };
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

function comparedOf({ decision, reasons, obligations, usage, shadow }: Decision): ComparedDecision {
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
