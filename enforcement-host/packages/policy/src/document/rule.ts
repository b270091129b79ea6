import { z } from 'zod';

import { verdictSchema } from '@axtary/core';

import { conditionSchema } from './condition.js';
import { obligationsSchema } from './obligations.js';
import { globsSchema, MAX_LIST, nameSchema, oneOrMany } from './text.js';

/** Ids that the evaluator itself gives as reasons. */
export const RESERVED_RULE_IDS: ReadonlySet<string> = new Set([
  'default-deny',
  'approved',
  'evaluation-error',
]);

/** What a rule is about. Each entry is one glob or a list, any of which may match. */
export const matchSchema = z
  .strictObject({
    tool: globsSchema.optional(),
    resource: globsSchema.optional(),
    agent: globsSchema.optional(),
    human: globsSchema.optional(),
    tenant: globsSchema.optional(),
    runtime: globsSchema.optional(),
    task: globsSchema.optional(),
    source: globsSchema.optional(),
    /** The human whose agent acts has one of these roles; see the document's `roles`. */
    roles: oneOrMany(nameSchema).optional(),
  })
  .refine((match) => match.tool !== undefined || match.resource !== undefined, {
    message: 'expected "tool" or "resource": a rule says what it is about',
    params: { issue: 'missing-key' },
  });
export type Match = z.infer<typeof matchSchema>;

export const ruleSchema = z
  .strictObject({
    id: z
      .string()
      .max(64)
      .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected a kebab-case id such as "no-secrets"')
      .refine((id) => !RESERVED_RULE_IDS.has(id), 'expected another id: this one is reserved'),
    effect: verdictSchema,
    description: z.string().min(1).max(512).optional(),
    /** Evaluated and recorded, never enforced. */
    shadow: z.boolean().optional(),
    match: matchSchema,
    when: z.array(conditionSchema).min(1).max(MAX_LIST).optional(),
    obligations: obligationsSchema.optional(),
  })
  .superRefine(({ effect, obligations = {} }, context) => {
    const given = Object.entries(obligations).filter(([, value]) => value !== undefined);
    for (const [key] of given.filter(([name]) => !ALLOWED[effect](name))) {
      const message =
        effect === 'deny'
          ? `expected no "${key}" with effect "deny": nothing is permitted that could be bound`
          : `expected "${key}" only with effect "step_up": nobody approves otherwise`;
      context.addIssue({ code: 'custom', message, path: ['obligations', key] });
    }
  });
/** One rule, as written. */
export type PolicyRule = z.infer<typeof ruleSchema>;

const OF_APPROVALS: ReadonlySet<string> = new Set(['approverRoles', 'approvals']);
const ALLOWED = {
  allow: (key: string) => !OF_APPROVALS.has(key),
  step_up: () => true,
  deny: () => false,
} as const;
