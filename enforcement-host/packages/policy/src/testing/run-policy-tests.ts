import { canonicalize, type Decision, type Obligations } from '@axtary/core';

import { explainDecision, type Explanation } from '../explain.js';
import type { Range } from '../issue.js';
import { nearest } from '../nearest.js';
import type { Policy } from '../policy.js';
import { coverageOf, measuredRules, type RuleCoverage } from './coverage.js';
import { factsFor } from './facts.js';
import type { PolicyTest, PolicyTestExpectation } from './parse-policy-tests.js';

/** How one test came out. */
export interface PolicyTestResult {
  readonly name: string;
  readonly passed: boolean;
  /** Of the test's name, and of what it expects. */
  readonly range: Range;
  readonly expectRange: Range;
  readonly expected: PolicyTestExpectation;
  readonly actual: Required<Omit<PolicyTestExpectation, 'shadow'>> & PolicyTestExpectation;
  readonly explanation: Explanation;
  /** Why it failed. */
  readonly message: string | undefined;
}

export interface PolicyTestRun {
  readonly results: readonly PolicyTestResult[];
  readonly coverage: {
    readonly rules: readonly RuleCoverage[];
    /** Rules that decided no test, of those that `measuredRules` gives. */
    readonly uncovered: readonly string[];
  };
}

/** Decides the action of each test, and compares. Pure; a test whose action is hostile fails. */
export function runPolicyTests(policy: Policy, tests: readonly PolicyTest[]): PolicyTestRun {
  const results = tests.map((test) => runTest(policy, test));
  const rules = coverageOf(
    policy,
    results.map(({ explanation }) => explanation),
  );
  const uncovered = measuredRules(rules).flatMap(({ rule, fired }) => (fired === 0 ? [rule] : []));
  return { results, coverage: { rules, uncovered } };
}

function runTest(policy: Policy, test: PolicyTest): PolicyTestResult {
  const { name, action, facts, expect: expected, range, expectRange } = test;
  const explanation = explainDecision(action, policy, factsFor(policy, action, facts));
  const actual = actualOf(explanation.decision);
  const problem = unknownNames(policy, test);
  const differences = [...problem, ...differencesOf(expected, actual)];
  const message = differences.length === 0 ? undefined : differences.join('; ');
  const passed = message === undefined;
  return { name, passed, range, expectRange, expected, actual, explanation, message };
}

/** The rules that determine a decision: an approval is a fact that they ask for, not one of them. */
export function determiningRules({ reasons }: Pick<Decision, 'reasons'>): readonly string[] {
  const ids = reasons.map(({ rule }) => rule).filter((rule) => rule !== 'approved');
  return [...new Set(ids)].toSorted();
}

function actualOf(decision: Decision): PolicyTestResult['actual'] {
  const { obligations, shadow } = decision;
  return {
    decision: decision.decision,
    rules: determiningRules(decision),
    obligations,
    ...(shadow && { shadow: shadow.decision }),
  };
}

function differencesOf(
  expected: PolicyTestExpectation,
  actual: PolicyTestResult['actual'],
): readonly string[] {
  const found: string[] = [];
  if (expected.decision !== actual.decision) {
    found.push(`expected ${expected.decision}, got ${actual.decision}`);
  }
  const rules = expected.rules && [...new Set(expected.rules)].toSorted();
  if (rules !== undefined && canonicalize(rules) !== canonicalize(actual.rules)) {
    found.push(`expected the rules ${rules.join(', ')}, got ${actual.rules.join(', ')}`);
  }
  const shadow = actual.shadow ?? actual.decision;
  if (expected.shadow !== undefined && expected.shadow !== shadow) {
    found.push(`expected ${expected.shadow} with the rules on trial, got ${shadow}`);
  }
  return [...found, ...obligationDifferences(expected.obligations ?? {}, actual.obligations)];
}

function obligationDifferences(expected: Obligations, actual: Obligations): readonly string[] {
  return (['approvals', 'passTtlSeconds', 'tests'] as const).flatMap((key) => {
    if (expected[key] === undefined) return [];
    const [wanted, got] = [inOrder(expected)[key], inOrder(actual)[key]].map((value) =>
      value === undefined ? 'none' : canonicalize(value),
    );
    return wanted === got ? [] : [`expected ${key} ${wanted}, got ${got}`];
  });
}

// Neither the order of approvals nor that of roles says anything.
function inOrder(obligations: Obligations): Obligations {
  const { approvals } = obligations;
  if (approvals === undefined) return obligations;
  const sorted = approvals
    .map(({ count, roles }) => ({ count, ...(roles && { roles: roles.toSorted() }) }))
    .toSorted((a, b) => (canonicalize(a) < canonicalize(b) ? -1 : 1));
  return { ...obligations, approvals: sorted };
}

// A misspelt rule or meter would otherwise show only as a difference that explains nothing.
function unknownNames(policy: Policy, { expect, facts }: PolicyTest): readonly string[] {
  const ids = [...policy.rules.map(({ rule }) => rule.id), ...WITHOUT_RULE];
  const meters = policy.normalRules.flatMap(({ requirements }) =>
    requirements.flatMap(({ test }) => (test.op === 'usage' ? [test.meter.id] : [])),
  );
  const given = Object.keys(facts.usage ?? {});
  return [
    ...(expect.rules ?? []).flatMap((rule) => unknown('rule', rule, ids)),
    ...given.flatMap((meter) => unknown('meter', meter, meters)),
  ];
}

/** Ids of reasons that no rule of a policy has. */
const WITHOUT_RULE = ['default-deny', 'evaluation-error'];

function unknown(what: string, name: string, known: readonly string[]): readonly string[] {
  if (known.includes(name)) return [];
  const near = nearest(name, known);
  const hint = near === undefined ? '' : `: did you mean "${near}"?`;
  return [`the policy has no ${what} "${name.slice(0, 64)}"${hint}`];
}
