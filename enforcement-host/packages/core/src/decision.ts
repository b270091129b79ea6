import { z } from 'zod';

/** What policy says of an action. `step_up` means: only with a human's approval. */
export const verdictSchema = z.enum(['allow', 'deny', 'step_up']);
export type Verdict = z.infer<typeof verdictSchema>;

/** One rule that determined a decision, by its id. */
export const reasonSchema = z.strictObject({
  rule: z.string(),
  effect: verdictSchema,
  message: z.string(),
});
export type Reason = z.infer<typeof reasonSchema>;

/** Conditions that the enforcement point must meet, or else deny. */
export const obligationsSchema = z.strictObject({
  /** An approver with one of these roles must approve. */
  approverRoles: z.array(z.string()).optional(),
  /** Upper bound on the life of the pass. */
  passTtlSeconds: z.number().int().positive().optional(),
});
export type Obligations = z.infer<typeof obligationsSchema>;

/** An approval that the enforcement point has verified. */
export const approvalFactSchema = z.strictObject({
  id: z.string(),
  approvedBy: z.string(),
  mode: z.enum(['human', 'policy_override']),
  roles: z.array(z.string()),
});
export type ApprovalFact = z.infer<typeof approvalFactSchema>;

/** What a decision depends on beside policy and action; kept with it, so that it can be recomputed. */
export const factsSchema = z.strictObject({
  /** RFC 3339, UTC. */
  now: z.string(),
  approvals: z.array(approvalFactSchema),
});
export type Facts = z.infer<typeof factsSchema>;

/** The answer of the policy. A value, never an exception. */
export const decisionSchema = z.strictObject({
  decision: verdictSchema,
  reasons: z.array(reasonSchema),
  obligations: obligationsSchema,
});
export type Decision = z.infer<typeof decisionSchema>;
