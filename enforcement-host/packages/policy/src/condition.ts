import type { Action } from '@axtary/core';

import {
  ifNumber,
  ifSized,
  isOneOf,
  isOneOfGiven,
  matchesAny,
  matchesGiven,
  type Answer,
  type Subject,
} from './compare.js';
import { OPERATORS, type Condition, type Operator } from './document.js';
import { compileField, holdsPaths, UNREADABLE } from './field.js';
import { compileGlob, type Glob } from './glob.js';

/** Says whether an action meets a part of a rule. */
export type Test = (action: Action) => boolean;

interface Compiled {
  readonly compare: (value: unknown, action: Action) => Answer;
  /** What an absent field means; without it, the condition is false. */
  readonly whenAbsent?: (action: Action) => boolean;
}

type Operand<Op extends Operator> = NonNullable<Condition[Op]>;
type Compilers = {
  readonly [Op in Operator]: (operand: Operand<Op>, subject: Subject) => Compiled;
};

const COMPILERS: Compilers = {
  equals: (operand, subject) => ({ compare: (value) => isOneOf(value, [operand], subject) }),
  notEquals: (operand, subject) => ({
    compare: (value) => not(isOneOf(value, [operand], subject)),
    whenAbsent: () => true,
  }),
  in: (operand, subject) => ({ compare: (value) => isOneOf(value, operand, subject) }),
  matches: (operand, subject) => {
    const globs = compileGlobs(operand);
    return { compare: (value) => matchesAny(value, globs, subject) };
  },
  notMatches: (operand, subject) => {
    const globs = compileGlobs(operand);
    return { compare: (value) => not(matchesAny(value, globs, subject)), whenAbsent: () => true };
  },
  max: (operand) => ({ compare: (value) => ifNumber(value, (number) => number <= operand) }),
  min: (operand) => ({ compare: (value) => ifNumber(value, (number) => number >= operand) }),
  maxSize: (operand) => ({ compare: (value) => ifSized(value, (size) => size <= operand) }),
  overSize: (operand) => ({ compare: (value) => ifSized(value, (size) => size > operand) }),
  present: (operand) => ({ compare: () => operand, whenAbsent: () => !operand }),
  equalsField: (operand, subject) =>
    withOther(operand, (value, other) => isOneOfGiven(value, other, subject)),
  notEqualsField: (operand, subject) => {
    const read = compileField(operand);
    return {
      ...withOther(operand, (value, other) => not(isOneOfGiven(value, other, subject))),
      whenAbsent: (action) => read(action) !== undefined,
    };
  },
  matchesField: (operand, subject) =>
    withOther(operand, (value, other) => matchesGiven(value, other, subject)),
  maxSizeField: (operand) =>
    withOther(operand, (value, other) =>
      typeof other === 'number' ? ifSized(value, (size) => size <= other) : undefined,
    ),
  overSizeField: (operand) =>
    withOther(operand, (value, other) =>
      typeof other === 'number' ? ifSized(value, (size) => size > other) : undefined,
    ),
};

/**
 * Compiles one condition.
 *
 * @param caution What holds where the condition cannot be decided: true for rules that restrict,
 *   false for rules that allow.
 */
export function compileCondition(condition: Condition, caution: boolean): Test {
  const read = compileField(condition.field);
  const { compare, whenAbsent } = compileOperator(condition);
  return (action) => {
    const value = read(action);
    if (value === UNREADABLE) return caution;
    if (value === undefined) return whenAbsent?.(action) ?? false;
    return compare(value, action) ?? caution;
  };
}

/** Compiles one glob or a list of them. */
export function compileGlobs(globs: string | readonly string[]): readonly Glob[] {
  return typeof globs === 'string' ? [compileGlob(globs)] : globs.map(compileGlob);
}

function compileOperator(condition: Condition): Compiled {
  const operator = OPERATORS.find((name) => condition[name] !== undefined);
  if (operator === undefined) throw new TypeError('expected a condition with an operator');
  return compileWith(operator, condition);
}

function compileWith<Op extends Operator>(
  operator: Op,
  condition: Pick<Condition, Op | 'field'>,
): Compiled {
  const operand = condition[operator];
  if (operand === undefined) throw new TypeError(`expected an operand for ${operator}`);
  const compile: Compilers[Op] = COMPILERS[operator];
  return compile(operand, { isPath: holdsPaths(condition.field) });
}

// An action that does not carry the other value sets no bound: the condition is false.
function withOther(field: string, compare: (value: unknown, other: unknown) => Answer): Compiled {
  const read = compileField(field);
  return {
    compare: (value, action) => {
      const other = read(action);
      if (other === undefined) return false;
      return other === UNREADABLE ? undefined : compare(value, other);
    },
  };
}

function not(answer: Answer): Answer {
  return answer === undefined ? undefined : !answer;
}
