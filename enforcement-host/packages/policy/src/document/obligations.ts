import { z } from 'zod';

import { fieldLimitsSchema } from './condition.js';
import { fieldProblem } from '../field.js';
import { fieldSchema, globsSchema, MAX_LIST, nameSchema, sizeSchema } from './text.js';
import { windowSchema } from './window.js';

/** Whose use a rate or a budget counts: each combination of these values has its own count. */
export const SCOPES = ['agent', 'human', 'tenant', 'runtime', 'task', 'tool'] as const;
export type Scope = (typeof SCOPES)[number];

const windowed = {
  max: sizeSchema,
  /** A sliding window; at most 31 days. */
  windowSeconds: z
    .int()
    .positive()
    .max(31 * 86_400),
  per: z
    .union([z.enum(SCOPES).transform((scope) => [scope]), z.array(z.enum(SCOPES)).max(6)])
    .default(['human']),
};

/** At most `max` executions of what the rule permits, in any window. */
const rateSchema = z.strictObject(windowed);
/** At most `max` in sum of a field (money in minor units, rows), in any window. */
export const budgetSchema = z
  .strictObject({
    field: fieldSchema,
    ...windowed,
    /** ISO 4217: only amounts in minor units of it are counted, others are not permitted. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'expected a currency of ISO 4217 such as "EUR"')
      .optional(),
    /** Names the currency of an amount. Without it, the field `currency` beside `field`. */
    currencyField: fieldSchema.optional(),
  })
  .superRefine((budget, context) => {
    const { currency, currencyField } = budget;
    if (currency === undefined) {
      if (currencyField === undefined) return;
      const message = 'expected "currency" beside "currencyField"';
      const params = { issue: 'missing-key' };
      context.addIssue({ code: 'custom', message, path: ['currency'], params });
    } else if (currencyField === undefined && fieldProblem(currencyFieldOf(budget))) {
      const message = 'expected "currencyField": no field "currency" can be beside this one';
      context.addIssue({
        code: 'custom',
        message,
        path: ['field'],
        params: { issue: 'bad-field' },
      });
    }
  });
export type Budget = z.infer<typeof budgetSchema>;

/** The field that names the currency of a budget's amounts. */
export function currencyFieldOf({
  field,
  currencyField,
}: Pick<Budget, 'field' | 'currencyField'>): string {
  return currencyField ?? field.replace(/[^.]*$/, 'currency');
}

/** What must be met for a rule to permit, or else the action is denied. */
export const obligationsSchema = z.strictObject({
  /** One of these roles must be among those of an approver. Only with `step_up`. */
  approverRoles: z.array(nameSchema).min(1).max(MAX_LIST).optional(),
  /** So many different approvers. Only with `step_up`. */
  approvals: z.int().positive().max(16).optional(),
  passTtlSeconds: z.int().positive().max(86_400).optional(),
  /** Touched paths and changed files, none of which may match. */
  blockedPaths: globsSchema.optional(),
  maxFilesChanged: sizeSchema.optional(),
  requiresTests: z.literal(true).optional(),
  /** `payload.channel` must be one of these. */
  channels: z.array(nameSchema).min(1).max(MAX_LIST).optional(),
  /** Every recipient must match one of these. */
  recipients: globsSchema.optional(),
  /** `payload.limit` must be there and at most this. */
  maxRows: sizeSchema.optional(),
  /** Limits by field; each field must be there. */
  fields: z.record(fieldSchema, fieldLimitsSchema).optional(),
  /** One of these parts of the week. */
  windows: z.array(windowSchema).min(1).max(MAX_LIST).optional(),
  rates: z.array(rateSchema).min(1).max(16).optional(),
  budgets: z.array(budgetSchema).min(1).max(16).optional(),
});
export type RuleObligations = z.infer<typeof obligationsSchema>;
