import { digestsOf, policyHash, type ActionDigests } from '@axtary/actionpass';
import type { ApprovalFact, Decision, Facts, Obligations, ParsedAction } from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';
import type { LedgerEntry } from '@axtary/ledger';
import { evaluatePolicy, type Policy } from '@axtary/policy';

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
  const facts: Facts = { now: dependencies.clock.now().toISOString(), approvals: [...approvals] };
  const base = { ...named, decisionId: newId('dec'), facts };
  if (named.parsed.action.actor.tenant !== dependencies.tenant) {
    return { ...base, ...refusal('tenant-mismatch', 'the action belongs to another tenant') };
  }
  try {
    const policy = await currentPolicy(dependencies);
    const hash = policyHash(policy);
    return {
      ...base,
      decision: evaluatePolicy(named.parsed.action, policy, facts),
      policyHash: hash,
    };
  } catch {
    return { ...base, ...refusal(UNAVAILABLE, 'the policy could not be read') };
  }
}

async function currentPolicy({ policy }: Dependencies): Promise<Policy> {
  return typeof policy === 'function' ? policy() : policy;
}

const UNAVAILABLE = 'policy-unavailable';

/** No policy was applied, so the decision names none: 64 zeros. */
const NO_POLICY: Sha256 = `sha256:${'0'.repeat(64)}`;

function refusal(rule: string, message: string): Pick<DecidedAction, 'decision' | 'policyHash'> {
  return {
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
  const roles = decision === 'step_up' ? (obligations.approverRoles ?? []) : [];
  return roles.length === 0
    ? why
    : `${why}; an approver with the role ${roles.join(' or ')} must approve`;
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
      action: { ...parsed.action, capability: { tool, resource, constraints } },
      ...digests,
    },
  };
}
