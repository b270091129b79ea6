import { sha256Schema, type ApprovalArtifact, type ParsedAction } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { z } from 'zod';

const text = z.string().min(1).max(4096);
const numericDate = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * Claims of an ActionPass, version 0: bound to content. Registered names where RFC 7519 has them;
 * `sub` is the agent.
 */
export const passClaimsSchema = z.strictObject({
  ver: z.literal(0),
  iss: text,
  sub: text,
  jti: text,
  iat: numericDate,
  exp: numericDate,
  human: text,
  tenant: text,
  runtime: text,
  task: text,
  tool: text,
  resource: text,
  constraints: z.record(z.string(), z.json()),
  payload_hash: sha256Schema,
  action_hash: sha256Schema,
  policy_hash: sha256Schema,
  decision_id: text,
  approval: z
    .strictObject({
      id: text,
      mode: z.enum(['human', 'policy_override']),
      approved_by: text,
      approved_at: text,
      action_hash: sha256Schema,
      payload_hash: sha256Schema,
    })
    .optional(),
});
export type PassClaims = z.infer<typeof passClaimsSchema>;

/** What a pass says of the action itself. */
export function actionClaims({
  action,
}: ParsedAction): Pick<
  PassClaims,
  'sub' | 'human' | 'tenant' | 'runtime' | 'task' | 'tool' | 'resource'
> {
  const { actor, intent, capability } = action;
  return {
    sub: actor.agent,
    human: actor.human,
    tenant: actor.tenant,
    runtime: actor.runtime,
    task: intent.task,
    tool: capability.tool,
    resource: capability.resource,
  };
}

/** The approval evidence that a pass carries. */
export function approvalClaim(artifact: ApprovalArtifact): NonNullable<PassClaims['approval']> {
  return {
    id: artifact.id,
    mode: artifact.mode,
    approved_by: artifact.approvedBy,
    approved_at: artifact.approvedAt,
    action_hash: artifact.actionHash,
    payload_hash: artifact.payloadHash,
  };
}

/** The two digests an action is known by. */
export interface ActionDigests {
  readonly actionHash: Sha256;
  readonly payloadHash: Sha256;
}
