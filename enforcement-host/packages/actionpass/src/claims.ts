import { sha256Schema, type ApprovalArtifact, type ParsedAction } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { z } from 'zod';

const text = z.string().min(1).max(4096);
const numericDate = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** RFC 7638 thumbprint of a P-256 key: SHA-256, base64url. */
export const thumbprintSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** RFC 7800 section 3.1, with the one member of RFC 9449 section 6.1. */
export const confirmationSchema = z.strictObject({ jkt: thumbprintSchema });

const content = {
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
};

/** Version 0 binds content: whoever has the pass may present it. */
const passClaimsV0Schema = z.strictObject({ ver: z.literal(0), ...content });

/** Where the status of a pass is published (draft-ietf-oauth-status-list section 6.2). */
export const statusListReferenceSchema = z.strictObject({
  idx: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  uri: text,
});
export type StatusListReference = z.infer<typeof statusListReferenceSchema>;

/** Version 1 also binds the holder's key, and names the delegation it was issued under. */
export const passClaimsV1Schema = z.strictObject({
  ver: z.literal(1),
  ...content,
  /** Who may accept it; without, whoever trusts the issuer. */
  aud: z.array(text).min(1).max(16).optional(),
  cnf: confirmationSchema,
  /** `jti` of the delegation pass that this one is the leaf of, and of the first of its chain. */
  delegation: z
    .strictObject({ parent: text, root: text, depth: z.number().int().min(0).max(16) })
    .optional(),
  /** Section 6.1 of the draft. For verifiers that cannot read the issuer's revocations. */
  status: z.strictObject({ status_list: statusListReferenceSchema }).optional(),
});

/**
 * Claims of an ActionPass, by version. Registered names where there are any (RFC 7519, RFC 7800);
 * `sub` is the agent. Closed: a member that is not listed makes it malformed. A verifier takes
 * every version it knows and no other.
 */
export const passClaimsSchema = z.discriminatedUnion('ver', [
  passClaimsV0Schema,
  passClaimsV1Schema,
]);
export type PassClaims = z.infer<typeof passClaimsSchema>;
export type PassClaimsV1 = z.infer<typeof passClaimsV1Schema>;

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
