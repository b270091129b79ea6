import { z } from 'zod';

import {
  fieldSchema,
  globsSchema,
  MAX_LIST,
  numberSchema,
  scalarSchema,
  sizeSchema,
  type Scalar,
} from './text.js';
import { windowSchema, type PolicyWindow } from './window.js';

const operators = {
  equals: scalarSchema.optional(),
  notEquals: scalarSchema.optional(),
  in: z.array(scalarSchema).min(1).max(MAX_LIST).optional(),
  notIn: z.array(scalarSchema).min(1).max(MAX_LIST).optional(),
  allIn: z.array(scalarSchema).min(1).max(MAX_LIST).optional(),
  hasAll: z.array(scalarSchema).min(1).max(MAX_LIST).optional(),
  matches: globsSchema.optional(),
  notMatches: globsSchema.optional(),
  allMatch: globsSchema.optional(),
  max: numberSchema.optional(),
  min: numberSchema.optional(),
  over: numberSchema.optional(),
  under: numberSchema.optional(),
  maxSize: sizeSchema.optional(),
  overSize: sizeSchema.optional(),
  present: z.boolean().optional(),
  stated_by_human: z.boolean().optional(),
  equalsField: fieldSchema.optional(),
  notEqualsField: fieldSchema.optional(),
  allInField: fieldSchema.optional(),
  matchesField: fieldSchema.optional(),
  allMatchField: fieldSchema.optional(),
  maxField: fieldSchema.optional(),
  overField: fieldSchema.optional(),
  maxSizeField: fieldSchema.optional(),
  overSizeField: fieldSchema.optional(),
};
const operatorsSchema = z.strictObject(operators);
/** What a field is compared with. */
export type Operators = z.infer<typeof operatorsSchema>;
export type Operator = keyof Operators;

/** What is compared with a condition's field; exactly one of them per condition. */
export const OPERATORS = Object.keys(operators) as readonly Operator[];

/** Ways to combine conditions, and the conditions that are not about a field. */
export const COMBINATORS = ['any', 'all', 'not', 'window', 'budgetOf'] as const;

/** Levels of `any`, `all` and `not` in each other. */
const MAX_NESTING = 8;

/**
 * A condition as written: a field with one operator, one of `any`, `all`, `not`, `window`, or
 * `budgetOf` with `usedOver`.
 */
export interface Condition extends Operators {
  readonly field?: string | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly all?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
  readonly window?: PolicyWindow | undefined;
  /** Id of a rule with budgets. */
  readonly budgetOf?: string | undefined;
  /** Percent of a budget, 1 to 100. */
  readonly usedOver?: number | undefined;
}

const shape = conditionOf(MAX_NESTING);
export const conditionSchema: z.ZodType<Condition, ConditionInput> = shape;
export type ConditionInput = Omit<Condition, 'any' | 'all' | 'not' | 'window'> & {
  readonly any?: readonly ConditionInput[] | undefined;
  readonly all?: readonly ConditionInput[] | undefined;
  readonly not?: ConditionInput | undefined;
  readonly window?: z.input<typeof windowSchema> | undefined;
};

/** Limits of one field, as an obligation has them: all of the given operators must hold. */
export const fieldLimitsSchema = operatorsSchema.refine(
  (limits) => Object.keys(limits).length > 0,
  'expected an operator, as in "max: 100"',
);

export const CONDITION_KEYS: readonly string[] = [
  'field',
  ...OPERATORS,
  ...COMBINATORS,
  'usedOver',
];

// Levels are written out rather than recursive: a document cannot nest deeper than it may.
function conditionOf(levels: number): z.ZodType<Condition, ConditionInput> {
  const inner: z.ZodType<Condition, ConditionInput> =
    levels > 0 ? z.lazy(() => nested(levels - 1)) : z.never('expected less nesting');
  return z
    .strictObject({
      field: fieldSchema.optional(),
      ...operators,
      any: z.array(inner).min(1).max(MAX_LIST).optional(),
      all: z.array(inner).min(1).max(MAX_LIST).optional(),
      not: inner.optional(),
      window: windowSchema.optional(),
      budgetOf: z.string().min(1).max(64).optional(),
      usedOver: z.int().min(1).max(100).optional(),
    })
    .superRefine((condition, context) => {
      const alone = loneKey(condition);
      if (alone !== undefined) {
        const [key, missing] = alone;
        const message = `expected "${missing}" beside "${key}"`;
        const params = { issue: 'missing-key' };
        context.addIssue({ code: 'custom', message, path: [missing], params });
        return;
      }
      const message = shapeProblem(condition);
      if (message === undefined) return;
      context.addIssue({ code: 'custom', message, params: { issue: 'operator-count' } });
    });
}

const NESTED: z.ZodType<Condition, ConditionInput>[] = [];
function nested(levels: number): z.ZodType<Condition, ConditionInput> {
  return (NESTED[levels] ??= conditionOf(levels));
}

function loneKey({ budgetOf, usedOver }: Condition): readonly [string, string] | undefined {
  if ((budgetOf === undefined) === (usedOver === undefined)) return undefined;
  return budgetOf === undefined ? ['usedOver', 'budgetOf'] : ['budgetOf', 'usedOver'];
}

function shapeProblem(condition: Condition): string | undefined {
  const given = OPERATORS.filter((operator) => condition[operator] !== undefined);
  const combined = COMBINATORS.filter((name) => condition[name] !== undefined);
  if (condition.field === undefined && combined.length === 1 && given.length === 0) {
    return undefined;
  }
  if (condition.field !== undefined && combined.length === 0 && given.length === 1) {
    return undefined;
  }
  const got = [...given, ...combined].join(' and ') || 'none';
  return condition.field === undefined
    ? `expected a "field" with one operator, or exactly one of ${COMBINATORS.join(', ')}, got ${got}`
    : `expected exactly one operator beside "field", got ${got}: split it into conditions`;
}

export type { Scalar };
