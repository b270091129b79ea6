import { policyHash, type VerifiedDelegation } from '@axtary/actionpass';
import { chargesOf, scopesOf, type ExceededLimit, type Reservation } from '@axtary/budgets';
import {
  messageOf,
  parseTraceparent,
  type Action,
  type ApprovalFact,
  type Decision,
  type Facts,
  type Obligations,
  type Verdict,
} from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';
import type { LedgerEntry } from '@axtary/ledger';
import { approvalsInWords, evaluatePolicy, type Policy } from '@axtary/policy';

import type { HandleOptions, Timings } from '../types.js';
import { Block } from './block.js';
import { delegatedCharges, verifyDelegated } from './delegated.js';
import type { Dependencies } from './dependencies.js';
import type { NamedAction } from './named-action.js';
import { inMicroseconds } from './stopwatch.js';

/** A decision with everything it was made from. */
export interface DecidedAction extends NamedAction {
  readonly decisionId: string;
  readonly decision: Decision;
  readonly facts: Facts;
  readonly policyHash: Sha256;
  /** The verified chain that the agent acts under. */
  readonly delegation: VerifiedDelegation | undefined;
  /** What an `allow` holds of the budgets, from the moment it was decided. */
  readonly reservation: Reservation | undefined;
}

declare const permitted: unique symbol;

/** A decision that permits execution; only `permit` makes one. */
export interface PermittedAction extends DecidedAction {
  readonly [permitted]: true;
  readonly obligations: Obligations;
}

/** What a decision is asked with, beside the action. */
export interface Asked {
  readonly approvals: readonly ApprovalFact[];
  readonly options: Pick<HandleOptions, 'delegation' | 'presentedBy'>;
}

/**
 * Gathers the facts, then evaluates: the decision can be recomputed from what it returns. Denied
 * without asking the policy: an action of another tenant, one that is revoked, one that is not
 * within the delegation that it is made under, and any while the policy cannot be had.
 */
export async function decide(
  named: NamedAction,
  { approvals, options }: Asked,
  dependencies: Dependencies,
): Promise<DecidedAction> {
  const base = { ...named, decisionId: newId('dec'), delegation: undefined };
  const refuse = (rule: string, message: string): DecidedAction => {
    const now = dependencies.clock.now().toISOString();
    return { ...base, facts: { now, approvals: [...approvals] }, ...refusal(rule, message) };
  };
  if (named.parsed.action.actor.tenant !== dependencies.tenant) {
    return refuse('tenant-mismatch', 'the action belongs to another tenant');
  }
  const revoked = await revocationOf(named.parsed.action, dependencies);
  if (revoked !== undefined) return refuse('revoked', revoked);
  let delegation: VerifiedDelegation | undefined;
  try {
    delegation = await verifyDelegated(named, options, dependencies);
  } catch (error) {
    return refuse('delegation', `the delegation does not hold: ${messageOf(error)}`);
  }
  try {
    const policy = await currentPolicy(dependencies);
    const decided = decideNow(named, { approvals, delegation }, { ...dependencies, policy });
    return { ...base, delegation, ...decided };
  } catch {
    return { ...refuse(UNAVAILABLE, 'the policy could not be read'), delegation };
  }
}

/** Why this agent or this task may do nothing, if so. What cannot be known is a reason as well. */
async function revocationOf(
  { id, actor, intent }: Action,
  { revocations, clock }: Dependencies,
): Promise<string | undefined> {
  if (!revocations) return undefined;
  const iat = Math.floor(clock.now().getTime() / 1000);
  try {
    return await revocations.problem({ jti: id, sub: actor.agent, task: intent.task, iat }, '');
  } catch (error) {
    return `what is revoked cannot be known: ${messageOf(error)}`;
  }
}

// One synchronous step: no other call is counted between reading the meters and reserving.
function decideNow(
  { parsed: { action } }: NamedAction,
  { approvals, delegation }: Pick<Asked, 'approvals'> & Pick<DecidedAction, 'delegation'>,
  { policy, budgets, clock }: Pick<Dependencies, 'budgets' | 'clock'> & { readonly policy: Policy },
): Pick<DecidedAction, 'facts' | 'decision' | 'policyHash' | 'reservation'> {
  const hash = policyHash(policy);
  const now = clock.now();
  const meters = policy.metersFor(action);
  const scopes = scopesOf(action);
  const facts: Facts = {
    now: now.toISOString(),
    approvals: [...approvals],
    ...(meters.length > 0 && { usage: budgets.read(scopes, meters, now) }),
  };
  const above = delegation?.chain.slice(0, -1).map(({ sub }) => sub) ?? [];
  const decision = evaluateFor(action, above, { policy, facts });
  const decided = { facts, decision, policyHash: hash, reservation: undefined };
  if (decision.decision !== 'allow') return decided;
  const charges = [
    ...chargesOf(decision.usage ?? [], meters).map(unlimited),
    ...delegatedCharges(action, delegation),
  ];
  if (charges.length === 0) return decided;
  // Under the id that the intent will have.
  const reserved = budgets.reserveWithin({ id: newId('int'), scopes, charges, now });
  if (reserved.isReserved) return { ...decided, reservation: reserved.reservation };
  return { ...decided, decision: refusal(DELEGATION_BUDGET, overspent(reserved)).decision };
}

const STRICTNESS = { allow: 0, step_up: 1, deny: 2 } as const satisfies Record<Verdict, number>;

/**
 * The strictest of the decisions about an action as its agent asks for it and as each agent above
 * would, for nobody delegates more than they may; of equals that about the agent itself.
 *
 * @param above agents of the chain, root first, without the one that acts.
 */
export function evaluateFor(
  action: Action,
  above: readonly string[],
  { policy, facts }: { readonly policy: Policy; readonly facts: Facts },
): Decision {
  const asOthers = above.map((agent) => ({ ...action, actor: { ...action.actor, agent } }));
  const decisions = asOthers.map((other) => evaluatePolicy(other, policy, facts));
  return decisions.reduce(
    (so, next) => (STRICTNESS[next.decision] > STRICTNESS[so.decision] ? next : so),
    evaluatePolicy(action, policy, facts),
  );
}

/** What the policy meters is within its limits: that is what it was asked. */
function unlimited<T extends object>(charge: T): T & { readonly max: number } {
  return { ...charge, max: Number.MAX_SAFE_INTEGER };
}

function overspent({ exceeded }: { readonly exceeded: readonly ExceededLimit[] }): string {
  return exceeded
    .map(
      ({ max, used, amount }) =>
        `a budget of the delegation is ${max}, used ${used}, asked ${amount}`,
    )
    .join('; ');
}

async function currentPolicy({ policy }: Dependencies): Promise<Policy> {
  return typeof policy === 'function' ? policy() : policy;
}

/** What is denied although the policy allows it, over a budget of the delegation. */
export const DELEGATION_BUDGET = 'delegation-budget';
const UNAVAILABLE = 'policy-unavailable';

/** Reasons to deny without asking a policy. */
export const REFUSALS: ReadonlySet<string> = new Set([
  'delegation',
  'malformed',
  'revoked',
  'tenant-mismatch',
  UNAVAILABLE,
]);

/** No policy was applied, so the decision names none: 64 zeros. */
export const NO_POLICY: Sha256 = `sha256:${'0'.repeat(64)}`;

function refusal(
  rule: string,
  message: string,
): Pick<DecidedAction, 'decision' | 'policyHash' | 'reservation'> {
  return {
    reservation: undefined,
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
export function decisionEntry(decided: DecidedAction, timings: Timings): LedgerEntry {
  const { parsed, digests, decisionId, decision, facts } = decided;
  const trace = parseTraceparent(parsed.action.context.traceparent);
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
      ...(decided.delegation && { chain: chainOf(decided.delegation) }),
      action: { ...parsed.action, capability: { tool, resource, constraints } },
      ...digests,
      ...(trace && { trace }),
      timings: inMicroseconds(timings),
    },
  };
}

function chainOf({
  chain,
}: VerifiedDelegation): { readonly jti: string; readonly agent: string }[] {
  return chain.map(({ jti, sub }) => ({ jti, agent: sub }));
}
