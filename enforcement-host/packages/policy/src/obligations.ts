import type { Obligations } from '@axtary/core';

/**
 * Combines obligations to the tightest: approver roles that all ask for, the shortest pass.
 * `undefined` where no approver role is common to all that name any.
 */
export function combineObligations(
  all: readonly { readonly obligations: Obligations }[],
): Obligations | undefined {
  let roles: string[] | undefined;
  let ttl: number | undefined;
  for (const { obligations } of all) {
    const { approverRoles, passTtlSeconds } = obligations;
    roles = intersect(roles, approverRoles);
    if (passTtlSeconds !== undefined) ttl = Math.min(passTtlSeconds, ttl ?? passTtlSeconds);
  }
  if (roles?.length === 0) return undefined;
  return {
    ...(roles && { approverRoles: roles }),
    ...(ttl !== undefined && { passTtlSeconds: ttl }),
  };
}

// Sorted, so that the order of rules and of roles leaves no trace in a decision.
function intersect(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): string[] | undefined {
  if (a === undefined || b === undefined) return (a ?? b)?.toSorted();
  return a.filter((role) => b.includes(role));
}
