import { digestsOf, policyHash, type ActionDigests } from '@axtary/actionpass';
import type { ApprovalFact, Decision, Facts, Obligations, ParsedAction } from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';
import type { LedgerEntry } from '@axtary/ledger';
import { approvalsInWords, evaluatePolicy, type Policy } from '@axtary/policy';

import type { UsageReservation } from '../usage-meters.js';
import { Block } from './block.js';
import type { Dependencies } from './dependencies.js';

/** A parsed action and the digests by which everything after names it. */
export interface NamedAction {
  readonly parsed: ParsedAction;
  readonly digests: ActionDigests;
}

/** A decision with everything it was made from. */
export interface DecidedAction extends NamedAction {
  readonly decisionId: string;
  readonly decision: Decision;
  readonly facts: Facts;
  readonly policyHash: Sha256;
  /** What an `allow` holds of the meters, from the moment it was decided. */
  readonly usage: UsageReservation | undefined;
}

declare const permitted: unique symbol;

/** A decision that permits execution; only `permit` makes one. */
export interface PermittedAction extends DecidedAction {
  readonly [permitted]: true;
  readonly obligations: Obligations;
}

export function nameAction(parsed: ParsedAction): NamedAction {
  return { parsed, digests: digestsOf(parsed) };
}

/**
 * Gathers the facts, then evaluates: the decision can be recomputed from what it returns. A policy
 * that cannot be had, and an action of another tenant, are denied.
 */
export async function decide(
  named: NamedAction,
  approvals: readonly ApprovalFact[],
  dependencies: Dependencies,
): Promise<DecidedAction> {
  const base = { ...named, decisionId: newId('dec') };
  const refuse = (rule: string, message: string): DecidedAction => {
    const now = dependencies.clock.now().toISOString();
    return { ...base, facts: { now, approvals: [...approvals] }, ...refusal(rule, message) };
  };
  if (named.parsed.action.actor.tenant !== dependencies.tenant) {
    return refuse('tenant-mismatch', 'the action belongs to another tenant');
  }
  try {
    const policy = await currentPolicy(dependencies);
    return { ...base, ...decideNow(named, approvals, { ...dependencies, policy }) };
  } catch {
    return refuse(UNAVAILABLE, 'the policy could not be read');
  }
}

// One synchronous step: no other call is counted between reading the meters and adding to them.
function decideNow(
  { parsed: { action } }: NamedAction,
  approvals: readonly ApprovalFact[],
  { policy, meters, clock }: Pick<Dependencies, 'meters' | 'clock'> & { readonly policy: Policy },
): Pick<DecidedAction, 'facts' | 'decision' | 'policyHash' | 'usage'> {
  const hash = policyHash(policy);
  const now = clock.now();
  const needed = policy.metersFor(action);
  const facts: Facts = {
    now: now.toISOString(),
    approvals: [...approvals],
    ...(needed.length > 0 && { usage: meters.read(action, needed, now) }),
  };
  const decision = evaluatePolicy(action, policy, facts);
  const usage =
    decision.decision === 'allow' && decision.usage
      ? meters.reserve(action, decision.usage, { meters: needed, now })
      : undefined;
  return { facts, decision, policyHash: hash, usage };
}

async function currentPolicy({ policy }: Dependencies): Promise<Policy> {
  return typeof policy === 'function' ? policy() : policy;
}

const UNAVAILABLE = 'policy-unavailable';

/** No policy was applied, so the decision names none: 64 zeros. */
const NO_POLICY: Sha256 = `sha256:${'0'.repeat(64)}`;

function refusal(
  rule: string,
  message: string,
): Pick<DecidedAction, 'decision' | 'policyHash' | 'usage'> {
  return {
    usage: undefined,
    decision: { decision: 'deny', reasons: [{ rule, effect: 'deny', message }], obligations: {} },
    policyHash: NO_POLICY,
  };
}

/**
 * Asserts that a decision permits execution.
 *
 * @throws Block `POLICY_DENIED` or `POLICY_UNAVAILABLE`.
 */
export function permit(decided: DecidedAction): PermittedAction {
  const { decision } = decided;
  if (decision.decision !== 'allow') {
    const isUnavailable = decision.reasons.some(({ rule }) => rule === UNAVAILABLE);
    const code =
      isUnavailable && decided.policyHash === NO_POLICY ? 'POLICY_UNAVAILABLE' : 'POLICY_DENIED';
    throw new Block(code, whyNot(decision));
  }
  return { ...decided, obligations: decision.obligations } as PermittedAction;
}

function whyNot({ decision, reasons, obligations }: Decision): string {
  const why = reasons.map(({ message }) => message).join('; ');
  // Only a step_up that was approved comes here: by someone whose approval is not the one wanted.
  const wanted = decision === 'step_up' ? approvalsInWords(obligations) : '';
  return wanted === '' ? why : `${why}; ${wanted} must approve`;
}

/** The decision as evidence. The payload stays out of the ledger; its digest is in. */
export function decisionEntry(decided: DecidedAction): LedgerEntry {
  const { parsed, digests, decisionId, decision, facts } = decided;
  const { tool, resource, constraints } = parsed.action.capability;
  return {
    type: 'decision',
    body: {
      decisionId,
      verdict: decision.decision,
      reasons: decision.reasons,
      obligations: decision.obligations,
      facts,
      policyHash: decided.policyHash,
      ...(decision.usage && { usage: decision.usage }),
      ...(decision.shadow && { shadow: decision.shadow }),
      action: { ...parsed.action, capability: { tool, resource, constraints } },
      ...digests,
    },
  };
}
