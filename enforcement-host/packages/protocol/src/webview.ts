import { diffMetadataSchema } from '@axtary/core';
import { z } from 'zod';

/** Everything the approval panel shows. No credential, pass, key or ledger record fits in here. */
export const approvalPanelSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['pending', 'answering', 'approved', 'denied', 'expired', 'gone']),
  /** What went wrong with the last click, for the reviewer. */
  error: z.string().optional(),
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
  reasons: z.array(z.strictObject({ rule: z.string(), message: z.string() })),
  /** Who has approved so far, and when. */
  approvedBy: z.array(z.strictObject({ name: z.string(), at: z.string() })),
  /** How far it is, such as `1 of 2 approvals`; empty where one approval is all. */
  progress: z.string(),
  /** Who is still asked for, in words; empty where anybody may approve. */
  missing: z.string(),
  /** The approver of this window is among them: another one is to approve. */
  isApprovedByYou: z.boolean(),
  /** Canonical payload; what is approved. */
  payloadText: z.string(),
  payloadHash: z.string(),
  actionHash: z.string(),
  policyHash: z.string(),
  definitionHash: z.string().optional(),
  diff: diffMetadataSchema.optional(),
  diffNote: z.string().optional(),
  /** This request among those pending, from 1. */
  position: z.number().int(),
  pending: z.number().int(),
});
export type ApprovalPanel = z.infer<typeof approvalPanelSchema>;

/** Extension to approval panel: always the complete state. */
export const toApprovalPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('show'), approval: approvalPanelSchema }),
  z.strictObject({ type: z.literal('empty'), message: z.string() }),
]);
export type ToApprovalPanel = z.infer<typeof toApprovalPanelSchema>;

const shown = { id: z.string(), payloadHash: z.string() };

/** Approval panel to extension. It asks; the extension checks that the hash is that of what it showed. */
export const fromApprovalPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('approve'), ...shown, reason: z.string().max(4096) }),
  z.strictObject({ type: z.literal('deny'), ...shown, reason: z.string().max(4096) }),
  z.strictObject({ type: z.literal('openDiff'), id: z.string(), path: z.string().optional() }),
  z.strictObject({ type: z.literal('copyPayload'), id: z.string() }),
  z.strictObject({ type: z.literal('createRule'), id: z.string() }),
  z.strictObject({ type: z.literal('next') }),
]);
export type FromApprovalPanel = z.infer<typeof fromApprovalPanelSchema>;
