import { z } from 'zod';

import { sha256Schema } from './action.js';

/** Media types of our signed artifacts: the `typ` header, checked by every verifier. */
export const ARTIFACT_TYPES = {
  pass: 'actionpass+jwt',
  delegation: 'axtary-delegation+jwt',
  dpop: 'dpop+jwt',
  revocation: 'axtary-revocation+jwt',
  approval: 'axtary-approval+jwt',
  policyTrust: 'axtary-policy-trust+jwt',
  checkpoint: 'axtary-checkpoint+jwt',
  keyEpoch: 'axtary-key-epoch+jwt',
  export: 'axtary-export+jwt',
  control: 'axtary-control+jwt',
} as const;

/** What an approver signs: exactly one action, one payload, one verdict. JWS payload claims. */
export const approvalStatementSchema = z.strictObject({
  /** One-use nonce of the approval request. */
  jti: z.string().min(1).max(128),
  approval_id: z.string().min(1).max(128),
  verdict: z.enum(['approve', 'deny']),
  /** The approver. */
  sub: z.string().min(1).max(512),
  action_hash: sha256Schema,
  payload_hash: sha256Schema,
  policy_hash: sha256Schema,
  /** Of the tool that was shown, where there is one. */
  definition_hash: sha256Schema.optional(),
  reason: z.string().max(4096),
  /** NumericDate, seconds. */
  iat: z.number().int().nonnegative(),
});
export type ApprovalStatement = z.infer<typeof approvalStatementSchema>;

/** What an approver signs to make a policy file the enforced one. */
export const policyTrustStatementSchema = z.strictObject({
  jti: z.string().min(1).max(128),
  sub: z.string().min(1).max(512),
  workspace: z.string().min(1).max(4096),
  policy_hash: sha256Schema,
  iat: z.number().int().nonnegative(),
});
export type PolicyTrustStatement = z.infer<typeof policyTrustStatementSchema>;

/** Evidence that one action was approved, bound to its exact payload. */
export const approvalArtifactSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().min(1).max(128),
  mode: z.enum(['human', 'policy_override']),
  actionHash: sha256Schema,
  payloadHash: sha256Schema,
  approvedBy: z.string().min(1).max(512),
  reason: z.string().max(4096),
  /** RFC 3339, UTC. */
  approvedAt: z.string(),
  expiresAt: z.string().optional(),
  /** Compact JWS over an `ApprovalStatement`; the enforcement host takes no artifact without. */
  signature: z.string().max(16_384).optional(),
});
export type ApprovalArtifact = z.infer<typeof approvalArtifactSchema>;
