import type { Action, Decision, Facts, Verdict } from '@axtary/core';

import { compileTest } from './compile/condition.js';
import { evaluatePolicy } from './evaluate.js';
import { compileField, UNREADABLE } from './field.js';
import { describeTest } from './describe.js';
import { cautionOf, type NormalRule, type NormalTest } from './normal/normal-form.js';
import type { Policy, RuleInForce } from './policy.js';

/** What became of one rule in a decision. */
export interface RuleTrace {
  readonly rule: string;
  readonly effect: Verdict;
  readonly origin: RuleInForce['origin'];
  readonly shadow: boolean;
  /**
   * `determined`: it held and is a reason. `overruled`: it held, but a stronger effect decided, or
   * it is only tried out. `unmet`: it held, an obligation of it was not met, so it denied.
   * `not-held`: a condition failed.
   */
  readonly outcome: 'determined' | 'overruled' | 'unmet' | 'not-held';
  /** The first condition, or the first obligation, that failed. */
  readonly failed?: FailedTest;
}

export interface FailedTest {
  /** Below the rule: `match`, `when` and an index, or `obligations` and a key. */
  readonly path: readonly (string | number)[];
  readonly words: string;
  /** What the action has there, as JSON of at most 200 characters; `absent` where nothing is. */
  readonly found: string;
}

/** A decision, and for every rule why it counted or did not. */
export interface Explanation {
  readonly decision: Decision;
  readonly rules: readonly RuleTrace[];
}

/** Decides as `evaluatePolicy` does, and says of every rule what became of it. Slower; for humans. */
export function explainDecision(
  action: Action,
  policy: Policy,
  facts: Partial<Facts> = {},
): Explanation {
  const decision = evaluatePolicy(action, policy, facts);
  const reasons = new Set(decision.reasons.map(({ rule }) => rule));
  const rules = policy.normalRules.map((rule, index) => ({
    rule: rule.id,
    effect: rule.effect,
    origin: policy.rules[index]?.origin ?? 'file',
    shadow: rule.shadow,
    ...traceRule(rule, { action, facts, isReason: reasons.has(rule.id) && !rule.shadow }),
  }));
  return { decision, rules };
}

interface Context {
  readonly action: Action;
  readonly facts: Partial<Facts>;
  readonly isReason: boolean;
}

function traceRule(rule: NormalRule, context: Context): Pick<RuleTrace, 'outcome' | 'failed'> {
  const caution = cautionOf(rule.effect);
  const parts: readonly Part[] = [
    ...rule.match.map((test) => ({ test, path: ['match'] })),
    ...rule.when.map((test, index) => ({ test, path: ['when', index] })),
  ];
  const failed = firstFailed(parts, caution, context);
  if (failed !== undefined) return { outcome: 'not-held', failed };
  const requirements = rule.requirements.map(({ obligation, test, words }) => ({
    test,
    words,
    path: ['obligations', obligation],
  }));
  const unmet = firstFailed(requirements, false, context);
  if (unmet !== undefined) return { outcome: 'unmet', failed: unmet };
  return { outcome: context.isReason ? 'determined' : 'overruled' };
}

interface Part {
  readonly test: NormalTest;
  readonly path: FailedTest['path'];
  readonly words?: string;
}

function firstFailed(
  parts: readonly Part[],
  caution: boolean,
  { action, facts }: Context,
): FailedTest | undefined {
  const failed = parts.find(({ test }) => !holds(test, caution, { action, facts }));
  if (failed === undefined) return undefined;
  const { test, path, words = describeTest(test) } = failed;
  return { path, words, found: foundAt(test, action) };
}

// An action that is not in its normal form is denied; nothing of a rule is known then.
function holds(
  test: NormalTest,
  caution: boolean,
  { action, facts }: Pick<Context, 'action' | 'facts'>,
): boolean {
  try {
    return compileTest(test, caution)(action, facts);
  } catch {
    return false;
  }
}

const MAX_SHOWN = 200;

function foundAt(test: NormalTest, action: Action): string {
  const fields = [...new Set(fieldsOf(test))];
  const shown = fields.map((field) => {
    const value = shownValue(field, action);
    return fields.length === 1 ? value : `${field}: ${value}`;
  });
  return shown.join(', ').slice(0, MAX_SHOWN);
}

function shownValue(field: string, action: Action): string {
  const value = compileField(field)(action);
  if (value === undefined) return 'absent';
  return value === UNREADABLE
    ? 'not an object on the way'
    : JSON.stringify(value).slice(0, MAX_SHOWN);
}

/** Every field that a test reads. */
export function fieldsOf(test: NormalTest): readonly string[] {
  switch (test.op) {
    case 'all':
    case 'any':
      return test.tests.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(test.test);
    case 'window':
      return [];
    case 'usage':
      return test.meter.field === undefined ? [] : [test.meter.field];
    default:
      return 'other' in test ? [test.field, test.other] : [test.field];
  }
}
