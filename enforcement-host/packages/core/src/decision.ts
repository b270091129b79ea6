import { z } from 'zod';

/** What policy says of an action. `step_up` means: only with a human's approval. */
export const verdictSchema = z.enum(['allow', 'deny', 'step_up']);
export type Verdict = z.infer<typeof verdictSchema>;

/** One rule that determined a decision, by its id. */
export const reasonSchema = z.strictObject({
  rule: z.string(),
  effect: verdictSchema,
  message: z.string(),
  /** The obligation of the rule that was not met, where that is why it denies. */
  obligation: z.string().optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

/** So many different approvers, each with one of the roles where roles are named. */
export const approvalRequirementSchema = z.strictObject({
  count: z.number().int().positive(),
  roles: z.array(z.string()).min(1).optional(),
});
export type ApprovalRequirement = z.infer<typeof approvalRequirementSchema>;

/** What the enforcement point must see to, or else deny. */
export const obligationsSchema = z.strictObject({
  /** Each must be satisfied; one approval may count for several. Without any, one approval will do. */
  approvals: z.array(approvalRequirementSchema).optional(),
  /** Upper bound on the life of the pass. */
  passTtlSeconds: z.number().int().positive().optional(),
  /** Where tests were required: whether verified evidence or the agent's word says they passed. */
  tests: z.enum(['verified', 'claimed']).optional(),
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
  /** What each meter of the policy has counted so far, for whoever acts here. */
  usage: z.record(z.string(), z.number().int().nonnegative()).optional(),
});
export type Facts = z.infer<typeof factsSchema>;

/** What the decision would be if the rules that are only tried out were in force. */
export const shadowSchema = z.strictObject({
  decision: verdictSchema,
  reasons: z.array(reasonSchema),
});
export type ShadowDecision = z.infer<typeof shadowSchema>;

/** The answer of the policy. A value, never an exception. */
export const decisionSchema = z.strictObject({
  decision: verdictSchema,
  reasons: z.array(reasonSchema),
  obligations: obligationsSchema,
  /** What executing adds to the meters of the rules that permit it. */
  usage: z
    .array(z.strictObject({ meter: z.string(), amount: z.number().int().nonnegative() }))
    .optional(),
  shadow: shadowSchema.optional(),
});
export type Decision = z.infer<typeof decisionSchema>;
