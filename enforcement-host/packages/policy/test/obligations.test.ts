import assert from 'node:assert/strict';

import type { Action, Facts } from '@axtary/core';
import { createPolicy, evaluatePolicy, type PolicyRule } from '@axtary/policy';

import { anAction, aRule, decide, policyOf, ruleIds } from './support.js';

type Obligations = NonNullable<PolicyRule['obligations']>;

/** The obligation that was not met, `none` where the action is allowed. */
function unmet(obligations: Obligations, action: Action, facts: Partial<Facts> = {}): string {
  const decision = evaluatePolicy(action, policyOf(aRule('bound', { obligations })), facts);
  if (decision.decision === 'allow') return 'none';
  assert.equal(decision.decision, 'deny');
  assert.deepEqual(ruleIds(decision), ['bound']);
  return decision.reasons[0]?.obligation ?? '';
}

const files = (...filesChanged: string[]): Action => anAction({ payload: { filesChanged } });

describe('obligations of a rule that permits', () => {
  it('deny where a touched file is blocked, or none is known', () => {
    const obligations = { blockedPaths: ['infra/prod/**'] };
    assert.equal(unmet(obligations, files('src/a.ts')), 'none');
    assert.equal(unmet(obligations, files('src/a.ts', 'infra/prod/x')), 'blockedPaths');
    assert.equal(unmet(obligations, files('Infra/PROD/x')), 'blockedPaths');
    assert.equal(unmet(obligations, files('src/../infra/prod/x')), 'blockedPaths');
    assert.equal(unmet(obligations, anAction()), 'blockedPaths');
    const touched = anAction({ context: { paths: ['infra/prod/x'] } });
    assert.equal(unmet(obligations, touched), 'blockedPaths');
  });

  it('deny where more files change than agreed on', () => {
    assert.equal(unmet({ maxFilesChanged: 2 }, files('a', 'b')), 'none');
    assert.equal(unmet({ maxFilesChanged: 2 }, files('a', 'b', 'c')), 'maxFilesChanged');
    assert.equal(unmet({ maxFilesChanged: 2 }, anAction()), 'maxFilesChanged');
  });

  it('believe evidence before the agent, and say which', () => {
    const obligations = { requiresTests: true } as const;
    const rule = aRule('bound', { obligations });
    const claims = anAction({ payload: { testsPassed: true } });
    assert.equal(decide(claims, rule).obligations.tests, 'claimed');
    const tests = { passed: true, source: 'check run 7' };
    const shown = anAction({ context: { evidence: { tests } } });
    assert.equal(decide(shown, rule).obligations.tests, 'verified');
    const failed = { tests: { passed: false, source: 'check run 7' } };
    const contradicted = { ...claims, context: { ...claims.context, evidence: failed } };
    assert.equal(unmet(obligations, contradicted), 'requiresTests');
    assert.equal(unmet(obligations, anAction()), 'requiresTests');
  });

  it('deny another channel, another recipient, and more rows', () => {
    const channels = { channels: ['C1'] };
    assert.equal(unmet(channels, anAction({ payload: { channel: 'C1' } })), 'none');
    assert.equal(unmet(channels, anAction({ payload: { channel: 'C2' } })), 'channels');
    assert.equal(unmet(channels, anAction()), 'channels');
    const recipients = { recipients: '*@example.com' };
    const to = ['a@example.com'];
    assert.equal(unmet(recipients, anAction({ payload: { to } })), 'none');
    const leaked = anAction({ payload: { to, bcc: ['eve@evil.org'] } });
    assert.equal(unmet(recipients, leaked), 'recipients');
    assert.equal(unmet(recipients, anAction()), 'recipients');
    assert.equal(unmet({ maxRows: 10 }, anAction({ payload: { limit: 10 } })), 'none');
    for (const limit of [11, -1, 1.5, '5']) {
      assert.equal(unmet({ maxRows: 10 }, anAction({ payload: { limit } })), 'maxRows');
    }
  });

  it('limit fields, which must be there', () => {
    const fields = { 'payload.amount': { min: 1, max: 100 }, 'payload.currency': { in: ['eur'] } };
    const pay = (payload: Record<string, string | number>) => anAction({ payload });
    assert.equal(unmet({ fields }, pay({ amount: 100, currency: 'eur' })), 'none');
    assert.equal(unmet({ fields }, pay({ amount: 101, currency: 'eur' })), 'fields');
    assert.equal(unmet({ fields }, pay({ amount: -5, currency: 'eur' })), 'fields');
    assert.equal(unmet({ fields }, pay({ amount: 5, currency: 'usd' })), 'fields');
    assert.equal(unmet({ fields }, pay({ amount: 5 })), 'fields');
  });

  it('deny where a rate or a budget has no room, or its count is not known', () => {
    const rates = [{ max: 3, windowSeconds: 60, per: ['agent' as const] }];
    const usage = (count: number) => ({ usage: { 'bound.rate.0': count } });
    assert.equal(unmet({ rates }, anAction(), usage(2)), 'none');
    assert.equal(unmet({ rates }, anAction(), usage(3)), 'rates');
    assert.equal(unmet({ rates }, anAction()), 'rates');
    const budgets = [{ max: 500, windowSeconds: 60, per: [], field: 'payload.amountMinor' }];
    const pay = (amountMinor: number) => anAction({ payload: { amountMinor } });
    const spent = (sum: number) => ({ usage: { 'bound.budget.0': sum } });
    assert.equal(unmet({ budgets }, pay(100), spent(400)), 'none');
    assert.equal(unmet({ budgets }, pay(101), spent(400)), 'budgets');
    for (const amount of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      assert.equal(unmet({ budgets }, pay(amount), spent(0)), 'budgets');
    }
  });

  it('say what executing would use, also behind an approval', () => {
    const budgets = [{ max: 500, windowSeconds: 60, per: [], field: 'payload.amountMinor' }];
    const rule = aRule('pays', { effect: 'step_up', obligations: { budgets } });
    const decision = evaluatePolicy(anAction({ payload: { amountMinor: 120 } }), policyOf(rule), {
      usage: { 'pays.budget.0': 0 },
    });
    assert.equal(decision.decision, 'step_up');
    assert.deepEqual(decision.usage, [{ meter: 'pays.budget.0', amount: 120 }]);
  });

  it('are told with every other rule that denies', () => {
    const decision = decide(
      files('infra/prod/x'),
      aRule('b', { obligations: { blockedPaths: 'infra/**', maxFilesChanged: 0 } }),
      aRule('c', { effect: 'step_up', obligations: { maxFilesChanged: 0 } }),
      aRule('a', { effect: 'deny' }),
    );
    assert.equal(decision.decision, 'deny');
    assert.deepEqual(
      decision.reasons.map(({ rule, obligation }) => [rule, obligation]),
      [
        ['a', undefined],
        ['b', 'blockedPaths'],
        ['b', 'maxFilesChanged'],
        ['c', 'maxFilesChanged'],
      ],
    );
  });

  it('do not count where their rule does not hold', () => {
    const other = aRule('other', {
      when: [{ field: 'payload.x', present: true }],
      obligations: { maxFilesChanged: 0 },
    });
    assert.equal(decide(files('a'), aRule('open'), other).decision, 'allow');
  });
});

describe('approvals of several approvers', () => {
  const approval = (approvedBy: string, ...roles: string[]) => ({
    id: 'apr_1',
    approvedBy,
    mode: 'human' as const,
    roles,
  });
  const twoLeads = policyOf(
    aRule('two', { effect: 'step_up', obligations: { approvals: 2, approverRoles: ['lead'] } }),
  );
  const verdict = (...approvals: ReturnType<typeof approval>[]) =>
    evaluatePolicy(anAction(), twoLeads, { approvals }).decision;

  it('are asked for, and count each approver once', () => {
    assert.deepEqual(evaluatePolicy(anAction(), twoLeads).obligations, {
      approvals: [{ count: 2, roles: ['lead'] }],
    });
    assert.equal(verdict(approval('ana', 'lead')), 'step_up');
    assert.equal(verdict(approval('ana', 'lead'), approval('ana', 'lead')), 'step_up');
    assert.equal(verdict(approval('ana', 'lead'), approval('bo', 'dev')), 'step_up');
    assert.equal(verdict(approval('ana', 'lead'), approval('bo', 'lead')), 'allow');
  });
});

describe('roles and lists of a document', () => {
  const policy = createPolicy({
    version: 1,
    preset: 'none',
    roles: {
      maintainer: ['user:dev@example.com', 'approver:k1'],
      guest: ['user:*@team.example.com'],
    },
    lists: { payees: ['IT12', 'DE34'], colleagues: ['*@example.com'] },
    policies: [
      aRule('pay', { when: [{ field: 'payload.to', allInField: 'lists.payees' }] }),
      aRule('mail', { when: [{ field: 'payload.to', allMatchField: 'lists.colleagues' }] }),
      aRule('own', { match: { tool: 'own.tool', roles: 'maintainer' } }),
    ],
  });

  it('are what conditions compare with', () => {
    const rules = (to: string[]) => ruleIds(evaluatePolicy(anAction({ payload: { to } }), policy));
    assert.deepEqual(rules(['IT12', 'DE34']), ['pay']);
    assert.deepEqual(rules(['a@example.com']), ['mail']);
    assert.deepEqual(rules(['IT12', 'a@example.com']), ['default-deny']);
  });

  it('match the human whose agent acts', () => {
    const asks = (human: string) =>
      evaluatePolicy(anAction({ tool: 'own.tool', actor: { human } }), policy).decision;
    assert.equal(asks('user:dev@example.com'), 'allow');
    assert.equal(asks('user:eve@example.com'), 'deny');
    assert.deepEqual(policy.rolesOf('approver:k1'), ['maintainer']);
    assert.deepEqual(policy.rolesOf('user:eve@example.com'), []);
    assert.deepEqual(policy.rolesOf('user:bo@team.example.com'), ['guest']);
  });
});
