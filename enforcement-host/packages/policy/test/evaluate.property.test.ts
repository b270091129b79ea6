import assert from 'node:assert/strict';

import type { Action, ApprovalFact, Verdict } from '@axtary/core';
import { evaluatePolicy, type Condition, type PolicyRule } from '@axtary/policy';
import fc from 'fast-check';

import { anAction, policyOf } from './support.js';

const STRICTNESS = { allow: 0, step_up: 1, deny: 2 } as const satisfies Record<Verdict, number>;

const scalar = fc.constantFrom<string | number | boolean>('main', 'release', 1, 2, true, false);
const glob = fc.constantFrom('main', 'm*', '**', 'a/**', '**/.env*', 'test.*');
const field = fc.constantFrom('payload.base', 'payload.files', 'payload.n', 'context.paths');
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field, equals: scalar }),
  fc.record({ field, notEquals: scalar }),
  fc.record({ field, matches: glob }),
  fc.record({ field, notMatches: glob }),
  fc.record({ field, max: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ field, overSize: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ field, present: fc.boolean() }),
  fc.record({ field, equalsField: fc.constant('constraints.base') }),
  fc.record({ field, matchesField: fc.constant('constraints.blocked') }),
  fc.record({ not: fc.record({ field, equals: scalar }) }),
  fc.record({ any: fc.array(fc.record({ field, matches: glob }), { minLength: 1, maxLength: 2 }) }),
);
const roles = fc.subarray(['ops', 'lead', 'dev'], { minLength: 1 });
const rule: fc.Arbitrary<PolicyRule> = fc
  .record({
    effect: fc.constantFrom<Verdict>('allow', 'deny', 'step_up'),
    tool: fc.option(fc.constantFrom('test.tool', 'test.*', 'other.tool'), { nil: undefined }),
    when: fc.array(condition, { minLength: 1, maxLength: 2 }),
    approverRoles: fc.option(roles, { nil: undefined }),
    passTtlSeconds: fc.option(fc.integer({ min: 1, max: 600 }), { nil: undefined }),
    maxFilesChanged: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  })
  .map(({ effect, tool, when, approverRoles, passTtlSeconds, maxFilesChanged }) => ({
    id: 'r',
    effect,
    match: { resource: '**', tool },
    when,
    obligations:
      effect === 'deny'
        ? undefined
        : {
            approverRoles: effect === 'step_up' ? approverRoles : undefined,
            passTtlSeconds,
            maxFilesChanged,
          },
  }));
const rules = fc
  .array(rule, { maxLength: 8 })
  .map((all) => all.map((one, index) => ({ ...one, id: `r${index}` })));

const value = fc.oneof(
  scalar,
  fc.constant(null),
  fc.array(scalar, { maxLength: 2 }),
  fc.constant({}),
);
const action: fc.Arbitrary<Action> = fc
  .record({
    payload: fc.dictionary(fc.constantFrom('base', 'files', 'n'), value),
    constraints: fc.dictionary(fc.constantFrom('base', 'blocked'), value),
    paths: fc.array(fc.constantFrom('a/b', '.env', 'a/../b', 'main'), { maxLength: 2 }),
  })
  .map(({ payload, constraints, paths }) => anAction({ payload, constraints, context: { paths } }));
const approval: fc.Arbitrary<ApprovalFact> = roles.map((held) => ({
  id: 'apr_1',
  approvedBy: 'user:reviewer@example.com',
  mode: 'human',
  roles: held,
}));
const approvals = fc.array(approval, { maxLength: 2 });

const RUNS = { numRuns: 300 };

describe('evaluatePolicy, whatever the rules, action and approvals', () => {
  it('does not depend on the order of rules', () => {
    const shuffled = rules.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const check = fc.property(shuffled, action, approvals, ([one, other], asked, given) => {
      assert.deepEqual(
        evaluatePolicy(asked, policyOf(...one), { approvals: given }),
        evaluatePolicy(asked, policyOf(...other), { approvals: given }),
      );
    });
    fc.assert(check, RUNS);
  });

  it('is never loosened by one more rule that denies', () => {
    const check = fc.property(
      rules,
      rule,
      fc.tuple(action, approvals),
      (all, more, [asked, given]) => {
        const denies: PolicyRule = { ...more, id: 'more', effect: 'deny', obligations: undefined };
        const before = evaluatePolicy(asked, policyOf(...all), { approvals: given });
        const after = evaluatePolicy(asked, policyOf(...all, denies), { approvals: given });
        assert.ok(STRICTNESS[after.decision] >= STRICTNESS[before.decision]);
      },
    );
    fc.assert(check, RUNS);
  });

  it('is never loosened by one more rule that asks, without approvals', () => {
    const check = fc.property(rules, rule, action, (all, more, asked) => {
      const asks: PolicyRule = { ...more, id: 'more', effect: 'step_up', obligations: undefined };
      const before = evaluatePolicy(asked, policyOf(...all, aBaseline));
      const after = evaluatePolicy(asked, policyOf(...all, aBaseline, asks));
      assert.ok(STRICTNESS[after.decision] >= STRICTNESS[before.decision]);
    });
    fc.assert(check, RUNS);
  });

  it('gives the same decision again, and leaves its inputs as they were', () => {
    const check = fc.property(rules, action, approvals, (all, asked, given) => {
      const policy = policyOf(...all);
      const before = JSON.stringify([asked, given]);
      const first = JSON.stringify(evaluatePolicy(asked, policy, { approvals: given }));
      assert.equal(JSON.stringify(evaluatePolicy(asked, policy, { approvals: given })), first);
      assert.equal(JSON.stringify([asked, given]), before);
    });
    fc.assert(check, RUNS);
  });

  it('never allows without a rule that allows, or one that asks and an approval', () => {
    const check = fc.property(rules, action, approvals, (all, asked, given) => {
      const { decision, reasons } = evaluatePolicy(asked, policyOf(...all), { approvals: given });
      if (decision !== 'allow') return;
      const allowing = reasons.filter(({ effect }) => effect === 'allow');
      assert.ok(allowing.length > 0);
      assert.ok(allowing.every(({ rule: id }) => id !== 'approved') || given.length > 0);
    });
    fc.assert(check, RUNS);
  });
});

const aBaseline: PolicyRule = { id: 'baseline', effect: 'allow', match: { resource: '**' } };
