import { decisionSchema, diffMetadataSchema, sha256Schema } from '@axtary/core';
import { z } from 'zod';

import { anchorStateSchema } from './anchors.js';

/** A public EC key, as JWK (RFC 7517). */
export const publicJwkSchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().length(43),
  y: z.string().length(43),
});
export type PublicJwk = z.infer<typeof publicJwkSchema>;

export const approverSchema = z.strictObject({
  /** RFC 7638 thumbprint of the approver's key. */
  kid: z.string(),
  name: z.string(),
  enrolledAt: z.string(),
});
export type Approver = z.infer<typeof approverSchema>;

/**
 * What is enforced for a workspace. `missing`: no axtary.yml and nothing trusted. `untrusted`: a
 * file nobody has trusted yet, so everything is denied. `trusted`: the file is what is enforced.
 * `changed`: the file differs from what is enforced. `broken`: it cannot be read as a policy.
 */
export const policyStateSchema = z.strictObject({
  status: z.enum(['missing', 'untrusted', 'trusted', 'changed', 'broken']),
  enforcedHash: sha256Schema.optional(),
  proposedHash: sha256Schema.optional(),
  message: z.string(),
});
export type PolicyState = z.infer<typeof policyStateSchema>;

export const serverStateSchema = z.strictObject({
  name: z.string(),
  status: z.enum(['stopped', 'starting', 'ready', 'failed']),
  message: z.string(),
});
export type ServerState = z.infer<typeof serverStateSchema>;

export const workspaceStateSchema = z.strictObject({
  /** Key of the workspace in agent endpoints: `ws_` and 16 hex digits. */
  key: z.string(),
  folder: z.string(),
  policy: policyStateSchema,
  servers: z.array(serverStateSchema),
  ledger: z.strictObject({
    size: z.number().int(),
    head: z.string(),
    /** Why nothing is written, and so nothing executes. */
    error: z.string().optional(),
    code: z.string().optional(),
    /** The head that was kept, where the ledger is not the one that it belongs to. */
    expected: z
      .strictObject({ log: z.string(), size: z.number().int(), head: sha256Schema })
      .optional(),
    /** Who is to keep its checkpoints, in the order of the setting. */
    anchors: z.array(anchorStateSchema),
  }),
});
export type WorkspaceState = z.infer<typeof workspaceStateSchema>;

/** A pending or answered approval request, without its payload. */
export const approvalSummarySchema = z.strictObject({
  id: z.string(),
  workspace: z.string(),
  status: z.enum(['pending', 'approved', 'denied', 'expired']),
  title: z.string(),
  tool: z.string(),
  resource: z.string(),
  agent: z.string(),
  human: z.string(),
  runtime: z.string(),
  task: z.string(),
  summary: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** One-use nonce to be signed. */
  nonce: z.string(),
  actionHash: sha256Schema,
  payloadHash: sha256Schema,
  policyHash: sha256Schema,
  definitionHash: sha256Schema.optional(),
  decision: decisionSchema,
  /** Who has approved so far, in order. */
  approvedBy: z.array(z.strictObject({ name: z.string(), at: z.string() })),
  /** How far it is, such as `1 of 2 approvals`; empty where one approval is all. */
  progress: z.string(),
  /** Who is still asked for, in words; empty where anybody may approve, or nobody is asked any more. */
  missing: z.string(),
});
export type ApprovalSummary = z.infer<typeof approvalSummarySchema>;

/** Everything a reviewer needs. `actionText` and `payloadText` are the canonical texts that are hashed. */
export const approvalDetailSchema = approvalSummarySchema.extend({
  actionText: z.string(),
  payloadText: z.string(),
  diff: diffMetadataSchema.optional(),
  /** Why there is no exact diff, where one would be expected. */
  diffNote: z.string().optional(),
  files: z.array(
    z.strictObject({
      path: z.string(),
      before: z.string().optional(),
      after: z.string().optional(),
    }),
  ),
});
export type ApprovalDetail = z.infer<typeof approvalDetailSchema>;

/** One ledger record, for lists. `line` is the record as JSON, with what is sealed in its line. */
export const ledgerItemSchema = z.strictObject({
  seq: z.number().int(),
  time: z.string(),
  type: z.string(),
  title: z.string(),
  decisionId: z.string().optional(),
  verdict: z.enum(['allow', 'deny', 'step_up']).optional(),
  status: z.string().optional(),
  tool: z.string().optional(),
  resource: z.string().optional(),
  agent: z.string().optional(),
  rules: z.array(z.string()),
  line: z.string(),
});
export type LedgerItem = z.infer<typeof ledgerItemSchema>;

export const verifyReportSchema = z.strictObject({
  verdict: z.enum(['VALID_ANCHORED', 'VALID_UNANCHORED', 'INVALID', 'INCOMPLETE']),
  message: z.string(),
  size: z.number().int(),
  head: z.string(),
  log: z.string(),
  code: z.string().optional(),
  seq: z.number().int().optional(),
  cannotExclude: z.array(z.string()).readonly(),
  /** Records that were read. */
  records: z.number().int(),
  unsigned: z.number().int(),
  danglingIntents: z.number().int(),
  /** Sealed members that were kept back. */
  hidden: z.number().int(),
  /** Thumbprint of the key that the genesis names. */
  genesisKid: z.string().optional(),
  /** The largest state known from outside that it agrees with. */
  anchoredBy: z
    .strictObject({
      size: z.number().int(),
      by: z.string().optional(),
      at: z.string().optional(),
    })
    .optional(),
});
export type VerifyReport = z.infer<typeof verifyReportSchema>;
