import {
  approvalArtifactSchema,
  parseAction,
  systemClock,
  type ApprovalArtifact,
  type Clock,
  type ParsedAction,
} from '@axtary/core';
import { actionHash, newId, payloadHash } from '@axtary/core/digest';

import type { ActionDigests } from './claims.js';
import { VerificationError } from './errors.js';

export interface CreateApprovalArtifactOptions {
  /** The action that was reviewed. */
  readonly action: unknown;
  readonly mode: ApprovalArtifact['mode'];
  /** The approver, such as `user:reviewer@example.com`. */
  readonly approvedBy: string;
  readonly reason: string;
  readonly id?: string;
  /** From the approval on; default: no expiry of its own. */
  readonly ttlSeconds?: number;
  readonly signature?: string;
  readonly clock?: Clock;
}

/**
 * States that exactly this action, with exactly this payload, was approved.
 *
 * @throws ActionError when the action is malformed; TypeError when the rest is no artifact, such as
 *   an approver without a name or a reason of over 4096 characters.
 */
export function createApprovalArtifact(options: CreateApprovalArtifactOptions): {
  readonly artifact: ApprovalArtifact;
} {
  const parsed = parseAction(options.action);
  const now = (options.clock ?? systemClock).now();
  const parsedArtifact = approvalArtifactSchema.safeParse({
    version: 1,
    id: options.id ?? newId('apr'),
    mode: options.mode,
    actionHash: actionHash(parsed),
    payloadHash: payloadHash(parsed),
    approvedBy: options.approvedBy,
    reason: options.reason,
    approvedAt: now.toISOString(),
    ...expiry(now, options.ttlSeconds),
    ...(options.signature === undefined ? {} : { signature: options.signature }),
  });
  if (parsedArtifact.success) return { artifact: parsedArtifact.data };
  const [issue] = parsedArtifact.error.issues;
  throw new TypeError(`not an approval: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function expiry(now: Date, ttlSeconds: number | undefined): { expiresAt?: string } {
  if (ttlSeconds === undefined) return {};
  return { expiresAt: new Date(now.getTime() + ttlSeconds * 1000).toISOString() };
}

/**
 * Asserts that an artifact approves exactly this action and has not expired.
 *
 * @throws VerificationError `APPROVAL_ARTIFACT_INVALID`.
 */
export function assertApprovalBinds(
  artifact: ApprovalArtifact,
  digests: ActionDigests,
  now: Date,
): void {
  if (artifact.actionHash !== digests.actionHash) throw invalid('it is for another action');
  if (artifact.payloadHash !== digests.payloadHash) throw invalid('it is for another payload');
  if (artifact.expiresAt === undefined) return;
  const expiresAt = Date.parse(artifact.expiresAt);
  // An unreadable time counts as past.
  if (!(now.getTime() < expiresAt)) throw invalid(`it expired at ${artifact.expiresAt}`);
}

/** The digests of a parsed action. */
export function digestsOf(parsed: ParsedAction): ActionDigests {
  return { actionHash: actionHash(parsed), payloadHash: payloadHash(parsed) };
}

function invalid(why: string): VerificationError {
  return new VerificationError('APPROVAL_ARTIFACT_INVALID', `the approval does not hold: ${why}`);
}
