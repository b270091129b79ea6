import type { Verdict } from '@axtary/core';

import type { Scope } from '../document/obligations.js';
import type { Scalar } from '../document/text.js';

/** Whether one element of a field must pass, or all of them (and at least one). */
export type Quantifier = 'any' | 'every';

/**
 * What is left of conditions when every shorthand is written out: the form that is compiled, that
 * Cedar and Rego are made of, and that is explained. A field that is absent makes every leaf false.
 * A leaf that cannot be decided (a value of the wrong type, a path in an unclear spelling) has the
 * value of its caution: true in rules that restrict, false in rules that allow, and the other way
 * round below each `not`.
 */
export type NormalTest =
  | { readonly op: 'all' | 'any'; readonly tests: readonly NormalTest[] }
  | ShareTest
  | { readonly op: 'not'; readonly test: NormalTest }
  | FieldTest
  | WindowTest
  | UsageTest;

export type FieldTest = { readonly field: string } & (
  | { readonly op: 'present' }
  /** Elements are one of the scalars. */
  | { readonly op: 'is'; readonly of: Quantifier; readonly scalars: readonly Scalar[] }
  /** Every scalar is among the elements. */
  | { readonly op: 'has'; readonly scalars: readonly Scalar[] }
  | { readonly op: 'matches'; readonly of: Quantifier; readonly globs: readonly string[] }
  /** As `is` and `matches`, with what another field of the action holds. */
  | { readonly op: 'isOther' | 'matchesOther'; readonly of: Quantifier; readonly other: string }
  | { readonly op: 'atMost' | 'atLeast' | 'sizeAtMost'; readonly number: number }
  | { readonly op: 'atMostOther' | 'sizeAtMostOther'; readonly other: string }
  /** Every element stands verbatim in the human's own request. */
  | { readonly op: 'stated' }
);

/** Local time: a day of 1 (Monday) to 7, and `from <= minute of the day < to`. */
export interface WindowTest {
  readonly op: 'window';
  readonly timeZone: string;
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** `any`, written out from a share of a rule's budgets: kept for words only. */
export interface ShareTest {
  readonly op: 'any';
  readonly tests: readonly NormalTest[];
  readonly share: { readonly rule: string; readonly percent: number };
}

/** What the meter has counted in its window, with what this action adds, is at most `max`. */
export interface UsageTest {
  readonly op: 'usage';
  readonly meter: Meter;
  readonly max: number;
}

/** A count that the enforcement host keeps: of executions, or the sum of a field over them. */
export interface Meter {
  readonly id: string;
  readonly per: readonly Scope[];
  readonly windowSeconds: number;
  /** The field that is summed up; without it, each execution counts 1. */
  readonly field?: string | undefined;
  /** ISO 4217: the sum is in minor units of it. */
  readonly currency?: string | undefined;
}

/** Something that must hold wherever the rule does, or else the rule denies. */
export interface Requirement {
  /** Key of the obligation in the rule. */
  readonly obligation: string;
  /** In words, after "requires". */
  readonly words: string;
  readonly test: NormalTest;
}

/** A rule written out. */
export interface NormalRule {
  readonly id: string;
  readonly effect: Verdict;
  readonly message: string;
  readonly shadow: boolean;
  /** Must all hold, with the caution of the effect: true except in rules that allow. */
  readonly match: readonly NormalTest[];
  readonly when: readonly NormalTest[];
  /** Decided with caution false: what cannot be shown is not met. */
  readonly requirements: readonly Requirement[];
  readonly approvals?: { readonly roles?: readonly string[]; readonly count: number } | undefined;
  readonly passTtlSeconds?: number | undefined;
}

/** What cannot be decided holds in rules that restrict, and does not in rules that allow. */
export function cautionOf(effect: Verdict): boolean {
  return effect !== 'allow';
}

/** Every meter that a test reads. */
export function metersOf(test: NormalTest): readonly Meter[] {
  switch (test.op) {
    case 'all':
    case 'any':
      return test.tests.flatMap(metersOf);
    case 'not':
      return metersOf(test.test);
    default:
      return test.op === 'usage' ? [test.meter] : [];
  }
}
