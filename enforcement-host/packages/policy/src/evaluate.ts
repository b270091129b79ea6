import type {
  Action,
  ApprovalFact,
  Decision,
  Facts,
  Obligations,
  Reason,
  Verdict,
} from '@axtary/core';

import { compareText, type CompiledRule, type RuleGroup, type RuleIndex } from './compile.js';
import type { Test } from './condition.js';
import { combineObligations } from './obligations.js';
import { codingAgentPolicy, Policy } from './policy.js';

/**
 * Decides one action. Pure: the same action, policy and facts give the same decision, and nothing
 * else is read. Never throws for an action, however malformed: what cannot be evaluated is denied.
 *
 * Without a rule that allows, the answer is `deny`. A rule that denies wins over one that asks for
 * an approval, which wins over one that allows; the order of rules does not matter. `reasons` are
 * all rules of the winning effect that hold, by id, and `obligations` the tightest of theirs.
 *
 * @param facts `approvals` are taken as verified for exactly this action. `step_up` becomes
 *   `allow` with an approval by one of the approver roles asked for, or by anyone where none is.
 */
export function evaluatePolicy(
  action: Action,
  policy: Policy = codingAgentPolicy,
  facts: Partial<Facts> = {},
): Decision {
  const index = Policy.indexOf(policy);
  try {
    return decide(index, action, facts.approvals ?? []);
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

function decide(index: RuleIndex, action: Action, approvals: readonly ApprovalFact[]): Decision {
  const denying = holding('deny', index, action);
  if (denying.length > 0) return deny(reasonsOf(denying));
  const asking = holding('step_up', index, action);
  if (asking.length > 0) return stepUp(asking, approvals);
  const allowing = holding('allow', index, action);
  return allowing.length > 0 ? allow(allowing) : deny([DEFAULT_DENY]);
}

function holding(effect: Verdict, index: RuleIndex, action: Action): readonly CompiledRule[] {
  const exact = addHolding(NONE, index.byTool.get(action.capability.tool)?.[effect] ?? [], action);
  const held = addHolding(exact, index.anyTool[effect], action);
  return held.length > 1 ? held.toSorted(byId) : held;
}

const NONE: readonly CompiledRule[] = [];

function addHolding(
  held: readonly CompiledRule[],
  groups: readonly RuleGroup[],
  action: Action,
): readonly CompiledRule[] {
  let added: CompiledRule[] | undefined;
  for (const { match, rules } of groups) {
    if (!allHold(match, action)) continue;
    for (const rule of rules) {
      if (allHold(rule.conditions, action)) (added ??= [...held]).push(rule);
    }
  }
  return added ?? held;
}

function allHold(tests: readonly Test[], action: Action): boolean {
  for (const test of tests) if (!test(action)) return false;
  return true;
}

function byId(a: CompiledRule, b: CompiledRule): number {
  return compareText(a.reason.rule, b.reason.rule);
}

function allow(allowing: readonly CompiledRule[]): Decision {
  const obligations = combineObligations(allowing) ?? {};
  return { decision: 'allow', reasons: reasonsOf(allowing), obligations };
}

function stepUp(asking: readonly CompiledRule[], approvals: readonly ApprovalFact[]): Decision {
  const reasons = reasonsOf(asking);
  const obligations = combineObligations(asking);
  if (obligations === undefined) return deny([conflict(reasons)]);
  const approval = approvals.find((fact) => satisfies(fact, obligations));
  if (approval === undefined) return { decision: 'step_up', reasons, obligations };
  const message = `approved by ${approval.approvedBy}`;
  reasons.push({ rule: 'approved', effect: 'allow', message });
  return { decision: 'allow', reasons, obligations };
}

function satisfies({ roles }: ApprovalFact, { approverRoles }: Obligations): boolean {
  return approverRoles === undefined || approverRoles.some((role) => roles.includes(role));
}

function conflict(reasons: readonly Reason[]): Reason {
  const ids = reasons.map(({ rule }) => rule).join(', ');
  const message = `no approver role satisfies all of ${ids}`;
  return { rule: 'obligations-conflict', effect: 'deny', message };
}

function deny(reasons: Reason[]): Decision {
  return { decision: 'deny', reasons, obligations: {} };
}

function reasonsOf(rules: readonly CompiledRule[]): Reason[] {
  return rules.map(({ reason }) => reason);
}
