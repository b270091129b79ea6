import type { Action, ApprovalFact, Facts } from '@axtary/core';

import type { Policy } from '../policy.js';
import type { TestFacts } from './test-document.js';

/**
 * The facts of a decision that is only tried out. Meters that are not named have counted nothing;
 * an approver without roles has those that the policy gives; without `now` no window is open.
 */
export function factsFor(
  policy: Policy,
  action: Action,
  { now, usage = {}, approvals = [] }: TestFacts,
): Partial<Facts> {
  const unused = policy.metersFor(action).map(({ id }) => [id, 0] as const);
  return {
    ...(now !== undefined && { now }),
    usage: { ...Object.fromEntries(unused), ...usage },
    approvals: approvals.map((fact, at) => approvalOf(policy, fact, at)),
  };
}

type TestApproval = NonNullable<TestFacts['approvals']>[number];

function approvalOf(policy: Policy, fact: TestApproval, at: number): ApprovalFact {
  const { approvedBy, id = `approval-${at + 1}`, mode = 'human' } = fact;
  return { id, approvedBy, mode, roles: fact.roles ?? [...policy.rolesOf(approvedBy)] };
}
