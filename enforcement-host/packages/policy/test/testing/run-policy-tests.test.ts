import assert from 'node:assert/strict';

import {
  createPolicy,
  factsFor,
  parsePolicyTests,
  runPolicyTests,
  type PolicyDocumentInput,
  type PolicyTestRun,
} from '@axtary/policy';

import { anAction } from '../support.js';

const RULES: PolicyDocumentInput['policies'] = [
  {
    id: 'no-secrets',
    effect: 'deny',
    match: { tool: '*' },
    when: [{ field: 'context.paths', matches: '**/.env' }],
  },
  {
    id: 'post',
    effect: 'allow',
    match: { tool: 'slack.post' },
    obligations: { passTtlSeconds: 60, rates: [{ max: 3, windowSeconds: 60 }] },
  },
  {
    id: 'delete',
    effect: 'step_up',
    match: { tool: 'slack.delete' },
    obligations: { approverRoles: ['lead', 'admin'], approvals: 2 },
  },
  { id: 'trial', effect: 'deny', shadow: true, match: { tool: 'slack.post' } },
];

const POLICY = createPolicy({
  version: 1,
  preset: 'none',
  roles: { lead: ['approver:ada', 'approver:bob'] },
  policies: RULES,
});

/** Runs tests in which an action's resource does not matter. */
function run(...tests: readonly string[]): PolicyTestRun {
  const text = `defaults: { resource: r }\ntests:\n${tests.map((test) => `  - ${test}\n`).join('')}`;
  const parsed = parsePolicyTests(text);
  assert.deepEqual(parsed.issues, []);
  return runPolicyTests(POLICY, parsed.tests);
}

function messageOf(...tests: readonly string[]): string | undefined {
  const { results } = run(...tests);
  const [result] = results;
  assert.ok(result);
  assert.equal(result.passed, result.message === undefined);
  return result.message;
}

describe('runPolicyTests', () => {
  it('passes a test whose decision and determining rules are as expected', () => {
    const name = 'a write of .env is denied';
    const action = '{ tool: slack.post, context: { paths: [a/.env] } }';
    const { results } = run(
      `{ name: ${name}, action: ${action}, expect: { decision: deny, rules: [no-secrets] } }`,
    );
    assert.equal(results[0]?.passed, true);
    assert.equal(results[0].name, name);
    assert.equal(results[0].message, undefined);
    assert.equal(results[0].explanation.decision.decision, 'deny');
  });

  it('says what it expected and what it got', () => {
    const message = messageOf(
      '{ name: a, action: { tool: slack.post }, expect: { decision: deny, rules: no-secrets } }',
    );
    assert.equal(message, 'expected deny, got allow; expected the rules no-secrets, got post');
  });

  it('wants all determining rules, in any order', () => {
    const both = { id: 'no-post', effect: 'deny', match: { tool: 'slack.post' } } as const;
    const policy = createPolicy({ version: 1, preset: 'none', policies: [...(RULES ?? []), both] });
    const expecting = (rules: string): boolean | undefined => {
      const { tests } = parsePolicyTests(`tests:
  - name: a
    action: { tool: slack.post, resource: r, context: { paths: [.env] } }
    expect: { decision: deny, rules: ${rules} }
`);
      return runPolicyTests(policy, tests).results[0]?.passed;
    };
    assert.equal(expecting('[no-secrets, no-post]'), true);
    assert.equal(expecting('[no-post, no-secrets]'), true);
    assert.equal(expecting('[no-post]'), false);
  });

  it('names a default as the rule where no rule decides', () => {
    const test =
      '{ name: a, action: { tool: other }, expect: { decision: deny, rules: default-deny } }';
    assert.equal(messageOf(test), undefined);
  });

  it('suggests the rule or meter that a misspelt one stands for', () => {
    const rule =
      '{ name: a, action: { tool: slack.post }, expect: { decision: allow, rules: pots } }';
    assert.match(messageOf(rule) ?? '', /no rule "pots": did you mean "post"\?/);
    const meter =
      '{ name: a, action: { tool: slack.post }, facts: { usage: { post.rate.1: 9 } }, expect: allow }';
    assert.match(
      messageOf(meter) ?? '',
      /no meter "post\.rate\.1": did you mean "post\.rate\.0"\?/,
    );
  });

  it('has counted nothing where no fact says so, and what the facts say', () => {
    const test = (facts: string, expected: string): string =>
      `{ name: a, action: { tool: slack.post }, facts: ${facts}, expect: ${expected} }`;
    assert.equal(messageOf(test('{}', 'allow')), undefined);
    assert.equal(messageOf(test('{ usage: { post.rate.0: 2 } }', 'allow')), undefined);
    const full = '{ decision: deny, rules: post }';
    assert.equal(messageOf(test('{ usage: { post.rate.0: 3 } }', full)), undefined);
  });

  it('gives approvers the roles that the policy gives them', () => {
    const test = (approvals: string, expected: string): string =>
      `{ name: a, action: { tool: slack.delete }, facts: { approvals: ${approvals} }, expect: ${expected} }`;
    const [ada, bob] = ['{ approvedBy: approver:ada }', '{ approvedBy: approver:bob }'];
    assert.equal(messageOf(test('[]', 'step_up')), undefined);
    assert.equal(messageOf(test(`[${ada}]`, 'step_up')), undefined);
    const both = '{ decision: allow, rules: delete }';
    assert.equal(messageOf(test(`[${ada}, ${bob}]`, both)), undefined);
    const stranger = '{ approvedBy: approver:eve }';
    assert.equal(messageOf(test(`[${ada}, ${stranger}]`, 'step_up')), undefined);
    const named = '{ approvedBy: approver:eve, roles: [admin] }';
    assert.equal(messageOf(test(`[${ada}, ${named}]`, 'allow')), undefined);
  });

  it('compares only the obligations that a test names, roles in any order', () => {
    const test = (expected: string): string =>
      `{ name: a, action: { tool: slack.delete }, expect: { decision: step_up, obligations: ${expected} } }`;
    assert.equal(messageOf(test('{}')), undefined);
    assert.equal(messageOf(test('{ approvals: [{ count: 2, roles: [lead, admin] }] }')), undefined);
    assert.match(
      messageOf(test('{ approvals: [{ count: 1 }], passTtlSeconds: 5 }')) ?? '',
      /expected approvals \[\{"count":1\}\], got .*; expected passTtlSeconds 5, got none/,
    );
  });

  it('compares what the decision would be with the rules on trial', () => {
    const test = (expected: string): string =>
      `{ name: a, action: { tool: slack.post }, expect: { decision: allow, shadow: ${expected} } }`;
    assert.equal(messageOf(test('deny')), undefined);
    assert.equal(messageOf(test('allow')), 'expected allow with the rules on trial, got deny');
    const without = '{ name: a, action: { tool: x }, expect: { decision: deny, shadow: deny } }';
    assert.equal(messageOf(without), undefined);
  });

  it('counts for each rule where it held and where it decided', () => {
    const { coverage } = run(
      '{ name: a, action: { tool: slack.post }, expect: allow }',
      '{ name: b, action: { tool: slack.post, context: { paths: [.env] } }, expect: deny }',
      '{ name: c, action: { tool: slack.post }, facts: { usage: { post.rate.0: 3 } }, expect: deny }',
    );
    assert.deepEqual(coverage.rules, [
      { rule: 'no-secrets', origin: 'file', held: 1, fired: 1 },
      { rule: 'post', origin: 'file', held: 3, fired: 2 },
      { rule: 'delete', origin: 'file', held: 0, fired: 0 },
      { rule: 'trial', origin: 'file', held: 3, fired: 3 },
    ]);
    assert.deepEqual(coverage.uncovered, ['delete']);
  });

  it('asks no tests of what a preset brings, unless the policy has nothing else', () => {
    const own = { id: 'own', effect: 'deny', match: { tool: 'x' } } as const;
    const uncovered = (...policies: (typeof own)[]): readonly string[] =>
      runPolicyTests(createPolicy({ version: 1, packs: ['slack'], policies }), []).coverage
        .uncovered;
    assert.deepEqual(uncovered(own), ['own']);
    assert.ok(uncovered().length > 2);
  });
});

describe('factsFor', () => {
  it('leaves the time out where none is given, so that no window is open', () => {
    const facts = factsFor(POLICY, anAction({ tool: 'slack.post' }), {});
    assert.deepEqual(facts, { usage: { 'post.rate.0': 0 }, approvals: [] });
  });
});
