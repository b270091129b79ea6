import type { ApprovalPanel } from '@axtary/protocol';

export type Part = 'payload' | 'diff';

export interface ReviewProgress {
  /** Parts whose end has been on screen. */
  readonly seen: ReadonlySet<Part>;
  readonly isExpired: boolean;
  /** The buttons take no click meant for what was shown a moment before. */
  readonly isSettled: boolean;
}

/** Why a request cannot be approved now. `undefined`: it can. */
export function approveObstacle(
  approval: ApprovalPanel,
  { seen, isExpired, isSettled }: ReviewProgress,
): string | undefined {
  if (approval.state === 'answering') return 'Your answer is being signed and sent.';
  if (approval.state !== 'pending') return 'This request is no longer pending.';
  if (isExpired) return 'This request has expired.';
  if (approval.isApprovedByYou) return 'You have approved it: another approver is asked for too.';
  const unseen = unseenParts(approval, seen);
  if (unseen.length > 0) {
    return `Approve unlocks once you have reached the end of the ${unseen.join(' and the ')}: scroll down or press End.`;
  }
  return isSettled ? undefined : 'One moment.';
}

/** Denying needs no reading. */
export function denyObstacle(
  approval: ApprovalPanel,
  { isExpired, isSettled }: ReviewProgress,
): string | undefined {
  if (approval.state !== 'pending' || isExpired) return 'This request is no longer pending.';
  return isSettled ? undefined : 'One moment.';
}

const PART_NAMES = { diff: 'change', payload: 'payload' } as const satisfies Record<Part, string>;

function unseenParts({ diff }: ApprovalPanel, seen: ReadonlySet<Part>): string[] {
  const parts: readonly Part[] = diff === undefined ? ['payload'] : ['diff', 'payload'];
  return parts.filter((part) => !seen.has(part)).map((part) => PART_NAMES[part]);
}
