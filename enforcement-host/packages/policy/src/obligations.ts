import type { Action, ApprovalFact, ApprovalRequirement, Obligations } from '@axtary/core';

import type { CompiledRule } from './compile/rule-index.js';
import { compileField } from './field.js';
import { TESTS_VERIFIED } from './normal/normalize-obligations.js';

type Requirement = NonNullable<CompiledRule['approvals']>;

const readVerified = compileField(TESTS_VERIFIED);

/** Combines the obligations of rules that hold to the tightest: all approvals, the shortest pass. */
export function combineObligations(rules: readonly CompiledRule[], action: Action): Obligations {
  if (rules.length === 0) return {};
  let ttl: number | undefined;
  let approvals: Requirement[] | undefined;
  let requiresTests = false;
  for (const rule of rules) {
    if (rule.approvals) (approvals ??= []).push(rule.approvals);
    if (rule.passTtlSeconds !== undefined) ttl = Math.min(rule.passTtlSeconds, ttl ?? Infinity);
    requiresTests ||= rule.requiresTests;
  }
  return {
    ...(approvals && { approvals: inOrder(approvals) }),
    ...(ttl !== undefined && { passTtlSeconds: ttl }),
    ...(requiresTests && { tests: readVerified(action) === true ? 'verified' : 'claimed' }),
  };
}

/** Whether the approvals satisfy every requirement; without any, one approval will do. */
export function areApproved(
  approvals: readonly ApprovalFact[],
  { approvals: required = [{ count: 1 }] }: Obligations,
): boolean {
  return required.every(({ count, roles }) => {
    const approvers = approvals
      .filter((fact) => roles === undefined || roles.some((role) => fact.roles.includes(role)))
      .map(({ approvedBy }) => approvedBy);
    return new Set(approvers).size >= count;
  });
}

/** What is still asked for, in words; for messages. */
export function approvalsInWords({ approvals = [] }: Obligations): string {
  return approvals
    .map(({ count, roles }) => {
      const who = count === 1 ? 'an approver' : `${count} different approvers`;
      return roles === undefined ? who : `${who} with the role ${roles.join(' or ')}`;
    })
    .join(' and ');
}

// Without doubles and sorted, so that the order of rules leaves no trace in a decision.
function inOrder(approvals: readonly Requirement[]): ApprovalRequirement[] {
  const byText = new Map(approvals.map((one) => [JSON.stringify([one.roles, one.count]), one]));
  return [...byText]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { count, roles }]) => ({ count, ...(roles && { roles: [...roles] }) }));
}
