import type { Condition, Operator, Operators } from '../document/condition.js';
import { OPERATORS } from '../document/condition.js';
import { listOf, type Scalar } from '../document/text.js';
import { DAYS, type PolicyWindow } from '../document/window.js';
import type { FieldTest, NormalTest, Quantifier } from './normal-form.js';
import { shareTest, type BudgetsByRule } from './normalize-budgets.js';

/** The document's lists, by name. */
export type Lists = Readonly<Record<string, readonly Scalar[]>>;

/** What conditions refer to. */
export interface ConditionScope {
  readonly lists: Lists;
  readonly budgets: BudgetsByRule;
}

/** Writes out one condition that its schema has accepted. */
export function normalizeCondition(condition: Condition, scope: ConditionScope): NormalTest {
  const { field, any, all, not: negated, window, budgetOf, usedOver } = condition;
  if (any !== undefined)
    return { op: 'any', tests: any.map((one) => normalizeCondition(one, scope)) };
  if (all !== undefined)
    return { op: 'all', tests: all.map((one) => normalizeCondition(one, scope)) };
  if (negated !== undefined) return not(normalizeCondition(negated, scope));
  if (window !== undefined) return normalizeWindow(window);
  if (budgetOf !== undefined && usedOver !== undefined)
    return shareTest(budgetOf, usedOver, scope.budgets);
  if (field === undefined) throw new TypeError('expected a condition with a field');
  const [test] = normalizeOperators(field, condition, scope.lists);
  if (test === undefined) throw new TypeError('expected a condition with an operator');
  return test;
}

/** Writes out each operator that is given for a field. */
export function normalizeOperators(
  field: string,
  operators: Operators,
  lists: Lists,
): readonly NormalTest[] {
  return OPERATORS.flatMap((operator) => {
    const test = normalizeOperator(operator, { field, operators, lists });
    return test === undefined ? [] : [test];
  });
}

/** A window, as one or (where it runs over midnight) two parts of a week. */
export function normalizeWindow({ days, from, to, timeZone }: PolicyWindow): NormalTest {
  const begins = (days ?? DAYS).map((day) => DAYS.indexOf(day) + 1);
  const start = minuteOf(from);
  const end = minuteOf(to);
  if (start < end) return { op: 'window', timeZone, days: begins, from: start, to: end };
  const next = begins.map((day) => (day % DAYS.length) + 1);
  return {
    op: 'any',
    tests: [
      { op: 'window', timeZone, days: begins, from: start, to: MINUTES_OF_DAY },
      { op: 'window', timeZone, days: next, from: 0, to: end },
    ],
  };
}

const MINUTES_OF_DAY = 24 * 60;

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

export function not(test: NormalTest): NormalTest {
  return { op: 'not', test };
}

export function present(field: string): NormalTest {
  return { op: 'present', field };
}

interface Operands<Op extends Operator> {
  readonly field: string;
  readonly operators: Pick<Operators, Op>;
  readonly lists: Lists;
}

type Writers = {
  readonly [Op in Operator]: (
    field: string,
    operand: NonNullable<Operators[Op]>,
    lists: Lists,
  ) => NormalTest;
};

const WRITERS: Writers = {
  equals: (field, scalar) => ({ op: 'is', of: 'any', field, scalars: [scalar] }),
  notEquals: (field, scalar) => not({ op: 'is', of: 'any', field, scalars: [scalar] }),
  in: (field, scalars) => ({ op: 'is', of: 'any', field, scalars }),
  notIn: (field, scalars) => not({ op: 'is', of: 'any', field, scalars }),
  allIn: (field, scalars) => ({ op: 'is', of: 'every', field, scalars }),
  hasAll: (field, scalars) => ({ op: 'has', field, scalars }),
  matches: (field, globs) => ({ op: 'matches', of: 'any', field, globs: listOf(globs) }),
  notMatches: (field, globs) => not({ op: 'matches', of: 'any', field, globs: listOf(globs) }),
  allMatch: (field, globs) => ({ op: 'matches', of: 'every', field, globs: listOf(globs) }),
  max: (field, number) => ({ op: 'atMost', field, number }),
  min: (field, number) => ({ op: 'atLeast', field, number }),
  over: (field, number) => butNot(field, { op: 'atMost', field, number }),
  under: (field, number) => butNot(field, { op: 'atLeast', field, number }),
  maxSize: (field, number) => ({ op: 'sizeAtMost', field, number }),
  overSize: (field, number) => butNot(field, { op: 'sizeAtMost', field, number }),
  present: (field, isPresent) => (isPresent ? present(field) : not(present(field))),
  stated_by_human: (field, isStated) =>
    isStated ? { op: 'stated', field } : butNot(field, { op: 'stated', field }),
  equalsField: (field, other, lists) => comparison({ field, other, of: 'any' }, lists),
  notEqualsField: (field, other, lists) =>
    withOther(other, lists, not(comparison({ field, other, of: 'any' }, lists))),
  allInField: (field, other, lists) => comparison({ field, other, of: 'every' }, lists),
  matchesField: (field, other, lists) => matching({ field, other, of: 'any' }, lists),
  allMatchField: (field, other, lists) => matching({ field, other, of: 'every' }, lists),
  maxField: (field, other) => ({ op: 'atMostOther', field, other }),
  overField: (field, other) =>
    withOther(other, {}, butNot(field, { op: 'atMostOther', field, other })),
  maxSizeField: (field, other) => ({ op: 'sizeAtMostOther', field, other }),
  overSizeField: (field, other) =>
    withOther(other, {}, butNot(field, { op: 'sizeAtMostOther', field, other })),
};

function normalizeOperator<Op extends Operator>(
  operator: Op,
  { field, operators, lists }: Operands<Op>,
): NormalTest | undefined {
  const operand: Operators[Op] = operators[operator];
  if (operand === undefined) return undefined;
  const write: Writers[Op] = WRITERS[operator];
  return write(field, operand, lists);
}

// Absent is neither over nor under anything.
function butNot(field: string, test: NormalTest): NormalTest {
  return { op: 'all', tests: [present(field), not(test)] };
}

// Without the other value there is no bound that could be broken.
function withOther(other: string, lists: Lists, test: NormalTest): NormalTest {
  return listNamed(other, lists) === undefined
    ? { op: 'all', tests: [present(other), test] }
    : test;
}

interface Comparison {
  readonly field: string;
  readonly other: string;
  readonly of: Quantifier;
}

function comparison({ field, other, of }: Comparison, lists: Lists): FieldTest {
  const scalars = listNamed(other, lists);
  return scalars === undefined
    ? { op: 'isOther', of, field, other }
    : { op: 'is', of, field, scalars };
}

function matching({ field, other, of }: Comparison, lists: Lists): FieldTest {
  const globs = listNamed(other, lists);
  return globs === undefined
    ? { op: 'matchesOther', of, field, other }
    : { op: 'matches', of, field, globs: globs.map(String) };
}

function listNamed(field: string, lists: Lists): readonly Scalar[] | undefined {
  return field.startsWith('lists.') ? lists[field.slice('lists.'.length)] : undefined;
}
