import type { Action, ApprovalFact, Decision, Facts, Obligations, Reason } from '@axtary/core';

import { compileAmount, type GivenFacts, type Test } from './compile/condition.js';
import type { Candidates, CompiledRule, RuleIndex } from './compile/rule-index.js';
import { areApproved, combineObligations } from './obligations.js';
import { codingAgentPolicy, Policy } from './policy.js';

/**
 * Decides one action. Pure: the same action, policy and facts give the same decision, and nothing
 * else is read. Never throws for an action, however malformed: what cannot be evaluated is denied.
 *
 * Without a rule that allows, the answer is `deny`. A rule that denies wins over one that asks for
 * an approval, which wins over one that allows; the order of rules does not matter. A rule that
 * permits and whose obligations are not met denies. `reasons` are all rules that determine the
 * decision, by id, and `obligations` the tightest of all rules that hold.
 *
 * @param facts `approvals` are taken as verified for exactly this action. `step_up` becomes `allow`
 *   with the approvals that the rules ask for. Without `now`, no window is open; without `usage`,
 *   no rate or budget has room.
 */
export function evaluatePolicy(
  action: Action,
  policy: Policy = codingAgentPolicy,
  facts: Partial<Facts> = {},
): Decision {
  const index = Policy.indexOf(policy);
  const withShadow = Policy.shadowIndexOf(policy);
  try {
    const decision = decide({ index, action, facts });
    return withShadow
      ? addShadow(decision, { index: withShadow, action, facts }, policy)
      : decision;
  } catch {
    return deny([EVALUATION_ERROR]);
  }
}

const DEFAULT_DENY: Reason = Object.freeze({
  rule: 'default-deny',
  effect: 'deny',
  message: 'no rule allows this action',
});
const EVALUATION_ERROR: Reason = Object.freeze({
  rule: 'evaluation-error',
  effect: 'deny',
  message: 'a rule could not be evaluated: the action is not in its normal form',
});

interface Question {
  readonly index: RuleIndex;
  readonly action: Action;
  readonly facts: GivenFacts;
}

function decide(question: Question): Decision {
  const { tool, resource } = question.action.capability;
  const candidates = question.index.about(tool, resource);
  if (!candidates.binds) return decideUnbound(candidates, question);
  const denying = holding(candidates.deny, question);
  const asking = holding(candidates.step_up, question);
  const allowing = holding(candidates.allow, question);
  const binding = [...asking, ...allowing];
  const denials = [...reasonsOf(denying), ...unmet(binding, question)];
  if (denials.length > 0) return deny(denials.sort(byRule));
  return permit({ asking, allowing, binding }, question);
}

// Without obligations, the first effect of which a rule holds decides, and nothing else matters.
function decideUnbound(candidates: Candidates, question: Question): Decision {
  const denying = reasonsHolding(candidates.deny, question);
  if (denying !== undefined) return deny(denying);
  const asking = reasonsHolding(candidates.step_up, question);
  if (asking !== undefined) return ask(asking, {}, question);
  const allowing = reasonsHolding(candidates.allow, question);
  if (allowing === undefined) return deny([DEFAULT_DENY]);
  return { decision: 'allow', reasons: allowing, obligations: {} };
}

function reasonsHolding(
  rules: readonly CompiledRule[],
  { action, facts }: Question,
): Reason[] | undefined {
  let reasons: Reason[] | undefined;
  for (const { conditions, reason } of rules) {
    if (!allHold(conditions, action, facts)) continue;
    if (reasons === undefined) reasons = [reason];
    else reasons.push(reason);
  }
  return reasons;
}

const NONE: readonly CompiledRule[] = [];

function holding(rules: readonly CompiledRule[], question: Question): readonly CompiledRule[] {
  let held: CompiledRule[] | undefined;
  for (const rule of rules) {
    if (allHold(rule.conditions, question.action, question.facts)) (held ??= []).push(rule);
  }
  return held ?? NONE;
}

function allHold(tests: readonly Test[], action: Action, facts: GivenFacts): boolean {
  for (const test of tests) if (!test(action, facts)) return false;
  return true;
}

function unmet(rules: readonly CompiledRule[], { action, facts }: Question): readonly Reason[] {
  return rules.flatMap(({ requirements }) =>
    requirements.filter(({ isMet }) => !isMet(action, facts)).map(({ reason }) => reason),
  );
}

interface Permitting {
  readonly asking: readonly CompiledRule[];
  readonly allowing: readonly CompiledRule[];
  /** Those of both, where any of them has obligations. */
  readonly binding: readonly CompiledRule[];
}

function permit({ asking, allowing, binding }: Permitting, question: Question): Decision {
  const { action } = question;
  if (asking.length === 0 && allowing.length === 0) return deny([DEFAULT_DENY]);
  const obligations = combineObligations(binding, action);
  const usage = usageOf(binding, action);
  const decision: Decision =
    asking.length === 0
      ? { decision: 'allow', reasons: reasonsOf(allowing), obligations }
      : ask(reasonsOf(asking), obligations, question);
  return usage.length === 0 ? decision : { ...decision, usage };
}

function ask(reasons: Reason[], obligations: Obligations, { facts }: Question): Decision {
  const { approvals = NOBODY } = facts;
  if (approvals.length === 0 || !areApproved(approvals, obligations)) {
    return { decision: 'step_up', reasons, obligations };
  }
  return { decision: 'allow', reasons: [...reasons, approvedBy(approvals)], obligations };
}

const NOBODY: readonly ApprovalFact[] = [];

function approvedBy(approvals: readonly ApprovalFact[]): Reason {
  const names = [...new Set(approvals.map((fact) => fact.approvedBy))].join(' and ');
  return { rule: 'approved', effect: 'allow', message: `approved by ${names}` };
}

function usageOf(rules: readonly CompiledRule[], action: Action): NonNullable<Decision['usage']> {
  if (rules.length === 0) return [];
  const meters = rules.flatMap((rule) => rule.meters);
  return meters.map(({ id, field }) => {
    const amount = compileAmount(field)(action);
    return { meter: id, amount: typeof amount === 'number' ? amount : 0 };
  });
}

// The rules that are only tried out join the others; where one of them counts, it is told.
function addShadow(decision: Decision, question: Question, policy: Policy): Decision {
  const tried = decide(question);
  const ids = Policy.shadowIdsOf(policy);
  const isTold =
    tried.decision !== decision.decision || tried.reasons.some(({ rule }) => ids.has(rule));
  if (!isTold) return decision;
  return { ...decision, shadow: { decision: tried.decision, reasons: tried.reasons } };
}

function deny(reasons: Reason[]): Decision {
  return { decision: 'deny', reasons, obligations: {} };
}

function byRule(a: Reason, b: Reason): number {
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  return (a.obligation ?? '') < (b.obligation ?? '') ? -1 : 1;
}

function reasonsOf(rules: readonly CompiledRule[]): Reason[] {
  return rules.map(({ reason }) => reason);
}
