import {
  approvalArtifactSchema,
  actionSchema,
  decisionSchema,
  diffMetadataSchema,
  sha256Schema,
  type FileChange,
} from '@axtary/core';
import { z } from 'zod';

/** Who put a request into the queue, and with what. */
export const provenanceSchema = z.strictObject({
  source: z.enum(['proxy', 'sdk', 'api', 'dashboard', 'demo']),
  createdBy: z.string(),
  sourceId: z.string().optional(),
  createdFrom: z.string().optional(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

const fileChangeSchema: z.ZodType<FileChange> = z.strictObject({
  path: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
});

/** One request for approval of exactly one action. */
export const approvalItemSchema = z.strictObject({
  id: z.string(),
  status: z.enum(['pending', 'approved', 'denied', 'expired']),
  action: actionSchema,
  decision: decisionSchema,
  actionHash: sha256Schema,
  payloadHash: sha256Schema,
  /** Of the policy that asked for approval, where the caller names it. */
  policyHash: sha256Schema.optional(),
  /** One-use value that a signed statement must carry. */
  nonce: z.string(),
  requestedBy: z.string(),
  provenance: provenanceSchema,
  diff: diffMetadataSchema.optional(),
  /** Why there is no exact diff, where a reviewer would expect one. */
  diffNote: z.string().optional(),
  files: z.array(fileChangeSchema).optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
  answer: z
    .strictObject({
      by: z.string(),
      reason: z.string(),
      at: z.string(),
      signature: z.string().optional(),
    })
    .optional(),
  /** Who has approved so far, in order, with the roles they then had; each of them once. */
  approvals: z
    .array(z.strictObject({ artifact: approvalArtifactSchema, roles: z.array(z.string()) }))
    .optional(),
  /** Of the approval that completed the request. */
  artifact: approvalArtifactSchema.optional(),
  /** When the approval was handed out for execution; it is never handed out again. */
  usedAt: z.string().optional(),
});
export type ApprovalItem = z.infer<typeof approvalItemSchema>;
