import assert from 'node:assert/strict';

import { evaluatePolicy, explainDecision } from '@axtary/policy';

import { anAction, aRule, mcpCall, policyOf } from './support.js';

describe('explainDecision', () => {
  const policy = policyOf(
    aRule('allows', { when: [{ field: 'payload.base', equals: 'main' }] }),
    aRule('bound', { obligations: { maxFilesChanged: 1 } }),
    aRule('asks', { effect: 'step_up' }),
    aRule('elsewhere', { match: { tool: 'other.tool' } }),
    aRule('tried', { effect: 'deny', shadow: true }),
  );
  const outcomes = (payload: Parameters<typeof anAction>[0]) => {
    const { rules } = explainDecision(anAction(payload), policy);
    return Object.fromEntries(rules.map(({ rule, outcome }) => [rule, outcome]));
  };

  it('says of every rule what became of it', () => {
    assert.deepEqual(outcomes({ payload: { base: 'main', filesChanged: ['a'] } }), {
      allows: 'overruled',
      bound: 'overruled',
      asks: 'determined',
      elsewhere: 'not-held',
      tried: 'overruled',
    });
    assert.equal(
      outcomes({ payload: { base: 'main', filesChanged: ['a', 'b'] } })['bound'],
      'unmet',
    );
  });

  it('says which condition failed first, where, and what was found', () => {
    const { rules } = explainDecision(anAction({ payload: { base: 'dev' } }), policy);
    const { failed } = rules.find(({ rule }) => rule === 'allows') ?? {};
    assert.deepEqual(failed?.path, ['when', 0]);
    assert.match(failed.words, /payload\.base/);
    assert.equal(failed.found, '"dev"');
    const unmet = rules.find(({ rule }) => rule === 'bound')?.failed;
    assert.deepEqual(unmet?.path, ['obligations', 'maxFilesChanged']);
    assert.match(unmet.found, /absent/);
    const elsewhere = rules.find(({ rule }) => rule === 'elsewhere')?.failed;
    assert.deepEqual(elsewhere?.path, ['match']);
    assert.equal(elsewhere.found, '"test.tool"');
  });

  it('comes with the decision of the evaluator', () => {
    const action = mcpCall('write_file', ['.env']);
    const { decision, rules } = explainDecision(action, policyOf(aRule('a')));
    assert.deepEqual(decision, evaluatePolicy(action, policyOf(aRule('a'))));
    assert.deepEqual(
      rules.map(({ origin }) => origin),
      ['file'],
    );
  });

  it('does not throw for an action out of shape', () => {
    const odd = { capability: { tool: 'test.tool' } } as unknown as ReturnType<typeof anAction>;
    assert.equal(explainDecision(odd, policy).decision.decision, 'deny');
  });
});
