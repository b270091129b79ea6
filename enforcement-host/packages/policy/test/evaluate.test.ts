import assert from 'node:assert/strict';

import { decisionSchema, type Action, type ApprovalFact } from '@axtary/core';
import { evaluatePolicy, type PolicyRule } from '@axtary/policy';

import { anAction, aRule, decide, policyOf, ruleIds } from './support.js';

const approval = (...roles: string[]): ApprovalFact => ({
  id: 'apr_1',
  approvedBy: 'user:reviewer@example.com',
  mode: 'human',
  roles,
});

function decideApproved(rules: readonly PolicyRule[], ...approvals: ApprovalFact[]) {
  return evaluatePolicy(anAction(), policyOf(...rules), { approvals });
}

describe('evaluatePolicy', () => {
  it('denies what no rule allows', () => {
    assert.deepEqual(decide(anAction({ tool: 'other.tool' }), aRule('a')), {
      decision: 'deny',
      reasons: [{ rule: 'default-deny', effect: 'deny', message: 'no rule allows this action' }],
      obligations: {},
    });
  });

  it('puts a rule that denies over one that asks, and that over one that allows', () => {
    const allow = aRule('allows');
    const asks = aRule('asks', { effect: 'step_up' });
    const denies = aRule('denies', { effect: 'deny' });
    assert.equal(decide(anAction(), allow).decision, 'allow');
    assert.equal(decide(anAction(), allow, asks).decision, 'step_up');
    assert.equal(decide(anAction(), allow, asks, denies).decision, 'deny');
  });

  it('names every rule of the winning effect, in the order of their ids', () => {
    const decision = decide(
      anAction(),
      aRule('z'),
      aRule('m', { match: { resource: '**' } }),
      aRule('a', { match: { tool: 'test.*' } }),
      aRule('b'),
      aRule('elsewhere', { match: { tool: 'other' } }),
    );
    assert.deepEqual(ruleIds(decision), ['a', 'b', 'm', 'z']);
  });

  it('names a rule once that lists its tool twice', () => {
    const decision = decide(
      anAction(),
      aRule('a', { match: { tool: ['test.tool', 'test.tool'] } }),
    );
    assert.deepEqual(ruleIds(decision), ['a']);
  });

  it('keeps rules apart that differ in one entry of their match', () => {
    const match = { tool: 'test.tool', resource: '**' };
    const decision = decide(
      anAction(),
      aRule('any', { match }),
      ...(['agent', 'human', 'tenant', 'runtime'] as const).flatMap((name) => [
        aRule(`${name}-same`, { match: { ...match, [name]: anAction().actor[name] } }),
        aRule(`${name}-other`, { match: { ...match, [name]: 'other' } }),
      ]),
      aRule('other', { match: { ...match, resource: 'other' } }),
    );
    const same = ['agent-same', 'any', 'human-same', 'runtime-same', 'tenant-same'];
    assert.deepEqual(ruleIds(decision), same);
  });

  it('gives the description of a rule as the message of its reason', () => {
    const { reasons } = decide(anAction(), aRule('a', { description: 'as agreed' }), aRule('b'));
    assert.deepEqual(
      reasons.map(({ message }) => message),
      ['as agreed', 'allowed by rule b'],
    );
  });

  it('matches tool, resource and actor, each with any of its globs', () => {
    const action = anAction();
    const matching: readonly PolicyRule['match'][] = [
      { tool: ['x', 'test.tool'] },
      { tool: ['x', 'test.*'] },
      { tool: 'test.tool', resource: 'repo:example/*' },
      { tool: 'test.tool', agent: 'agent:*', human: ['a', 'user:dev@*'] },
      { resource: '**', tenant: 'org:example', runtime: 'codex-*' },
    ];
    const others: readonly PolicyRule['match'][] = [
      { tool: 'test' },
      { tool: ['x', 'y*'] },
      { tool: 'test.tool', resource: 'repo:*' },
      { tool: 'test.tool', agent: 'agent:other' },
      { tool: 'test.tool', human: 'user:other' },
      { tool: 'test.tool', tenant: 'org:other' },
      { tool: 'test.tool', runtime: ['claude', 'gemini'] },
    ];
    for (const match of matching)
      assert.equal(decide(action, aRule('r', { match })).decision, 'allow');
    for (const match of others)
      assert.equal(decide(action, aRule('r', { match })).decision, 'deny');
  });

  it('does not take the name of an inherited property for a tool', () => {
    for (const tool of ['constructor', '__proto__', 'toString']) {
      assert.equal(decide(anAction({ tool }), aRule('a')).decision, 'deny');
      assert.equal(decide(anAction({ tool }), aRule('a', { match: { tool } })).decision, 'allow');
    }
  });

  it('denies an action that it cannot evaluate, instead of throwing', () => {
    const broken: readonly unknown[] = [
      null,
      {},
      { capability: null },
      { capability: { tool: 'test.tool', resource: 'axbxc' } },
    ];
    const rules = [
      aRule('a', { match: { tool: 'test.tool', resource: 'a*b*c', agent: '*' } }),
      aRule('b', { match: { resource: '*', agent: '*' } }),
    ];
    for (const action of broken) {
      const [reason] = ruleIds(decide(action as Action, ...rules));
      assert.ok(reason === 'evaluation-error' || reason === 'default-deny');
    }
  });

  it('denies an action whose resource is no text', () => {
    const action = anAction();
    const capability = { ...action.capability, resource: 5 };
    const odd = { ...action, capability } as unknown as Action;
    assert.equal(decide(odd, aRule('a', { match: { resource: '**' } })).decision, 'deny');
  });

  it('denies when a getter of the action throws', () => {
    const action = anAction();
    Object.defineProperty(action.capability.payload, 'x', {
      get: () => {
        throw new Error('boom');
      },
      enumerable: true,
    });
    const when = [{ field: 'payload.x', equals: 1 }];
    const decision = decide(action, aRule('a'), aRule('b', { effect: 'deny', when }));
    assert.deepEqual(ruleIds(decision), ['evaluation-error']);
  });

  it('refuses a policy that it did not make', () => {
    const forged = Object.assign({}, policyOf(aRule('a')));
    assert.throws(() => evaluatePolicy(anAction(), forged), TypeError);
  });

  it('gives decisions of the schema in core, which share nothing that can be changed', () => {
    const policy = policyOf(
      aRule('a', { effect: 'step_up', obligations: { approverRoles: ['r'] } }),
    );
    const first = evaluatePolicy(anAction(), policy);
    assert.deepEqual(decisionSchema.parse(first), first);
    first.reasons.pop();
    first.obligations.approvals?.[0]?.roles?.push('anyone');
    const second = evaluatePolicy(anAction(), policy);
    assert.deepEqual(ruleIds(second), ['a']);
    assert.deepEqual(second.obligations, { approvals: [{ count: 1, roles: ['r'] }] });
    assert.throws(() => Object.assign(second.reasons[0] ?? {}, { effect: 'allow' }), TypeError);
  });
});

describe('obligations', () => {
  const asks = (id: string, obligations: PolicyRule['obligations']): PolicyRule =>
    aRule(id, { effect: 'step_up', obligations });

  it('combine to all approvals that rules ask for and to the shortest pass', () => {
    const { obligations } = decide(
      anAction(),
      asks('a', { approverRoles: ['ops', 'lead', 'dev'], passTtlSeconds: 300 }),
      asks('b', { approverRoles: ['dev', 'lead'], passTtlSeconds: 60 }),
      asks('c', { passTtlSeconds: 600 }),
      asks('d', {}),
    );
    assert.deepEqual(obligations, {
      approvals: [
        { count: 1, roles: ['dev', 'lead', 'ops'] },
        { count: 1, roles: ['dev', 'lead'] },
      ],
      passTtlSeconds: 60,
    });
  });

  it('come from the rules that hold only', () => {
    const { obligations } = decide(
      anAction(),
      aRule('a', { obligations: { passTtlSeconds: 300 } }),
      aRule('b', { match: { tool: 'other' }, obligations: { passTtlSeconds: 1 } }),
    );
    assert.deepEqual(obligations, { passTtlSeconds: 300 });
  });

  it('of a rule that allows bind also where another one asks', () => {
    const { decision, obligations } = decide(
      anAction(),
      aRule('a', { obligations: { passTtlSeconds: 30 } }),
      asks('b', { passTtlSeconds: 60 }),
    );
    assert.equal(decision, 'step_up');
    assert.deepEqual(obligations, { passTtlSeconds: 30 });
  });

  it('ask for an approver of each role where two rules do', () => {
    const rules = [asks('a', { approverRoles: ['ops'] }), asks('b', { approverRoles: ['lead'] })];
    assert.equal(decideApproved(rules, approval('ops')).decision, 'step_up');
    assert.equal(decideApproved(rules, approval('ops', 'lead')).decision, 'allow');
  });
});

describe('approvals', () => {
  const asks = aRule('asks', { effect: 'step_up', obligations: { passTtlSeconds: 60 } });
  const asksOps = aRule('ops', {
    effect: 'step_up',
    obligations: { approverRoles: ['ops', 'lead'] },
  });

  it('turn a step_up into an allow that still names the rule', () => {
    assert.deepEqual(decideApproved([asks], approval()), {
      decision: 'allow',
      reasons: [
        { rule: 'asks', effect: 'step_up', message: 'rule asks asks for an approval' },
        { rule: 'approved', effect: 'allow', message: 'approved by user:reviewer@example.com' },
      ],
      obligations: { passTtlSeconds: 60 },
    });
  });

  it('count when they are a policy override', () => {
    const override: ApprovalFact = { ...approval('ops'), mode: 'policy_override' };
    assert.equal(decideApproved([asksOps], override).decision, 'allow');
  });

  it('need one of the roles asked for', () => {
    assert.equal(decideApproved([asksOps]).decision, 'step_up');
    assert.equal(decideApproved([asksOps], approval('dev')).decision, 'step_up');
    assert.equal(decideApproved([asksOps], approval('dev'), approval('lead')).decision, 'allow');
  });

  it('need all of the roles in one approver no more than one of them', () => {
    assert.equal(decideApproved([asks, asksOps], approval('ops')).decision, 'allow');
    assert.equal(decideApproved([asks, asksOps], approval()).decision, 'step_up');
  });

  it('open nothing that is denied', () => {
    const denies = aRule('denies', { effect: 'deny' });
    assert.equal(decideApproved([asks, denies], approval('ops')).decision, 'deny');
    assert.equal(decideApproved([], approval('ops')).decision, 'deny');
  });
});
