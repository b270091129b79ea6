import type { ApprovalRequirement } from '@axtary/core';

import type { ApprovalItem } from './item.js';

/** How far a request is. What executes is decided by the policy, never by this. */
export interface ApprovalProgress {
  /** Different approvers that have approved. */
  readonly given: number;
  /** The fewest approvals that could complete it, those given included. */
  readonly needed: number;
  /** What is still asked for, with the counts that remain. */
  readonly missing: readonly ApprovalRequirement[];
}

/** Compares the approvals of a request with what its decision asks for; by default, one. */
export function approvalProgress({
  decision,
  approvals = [],
}: Pick<ApprovalItem, 'decision' | 'approvals'>): ApprovalProgress {
  const { approvals: required = [{ count: 1 }] } = decision.obligations;
  const missing = required.flatMap((one) => {
    const count = one.count - approversFor(one, approvals).size;
    return count > 0 ? [{ ...one, count }] : [];
  });
  const given = new Set(approvals.map(({ artifact }) => artifact.approvedBy)).size;
  return { given, needed: given + Math.max(0, ...missing.map(({ count }) => count)), missing };
}

function approversFor(
  { roles: wanted }: ApprovalRequirement,
  approvals: NonNullable<ApprovalItem['approvals']>,
): ReadonlySet<string> {
  const fitting = approvals.filter(
    ({ roles }) => wanted?.some((role) => roles.includes(role)) ?? true,
  );
  return new Set(fitting.map(({ artifact }) => artifact.approvedBy));
}
