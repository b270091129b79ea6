import assert from 'node:assert/strict';

import { createPolicy, evaluatePolicy } from '@axtary/policy';

import { anAction, aRule, policyOf } from './support.js';

describe('a shadow rule', () => {
  it('is told and never enforced', () => {
    const tried = aRule('tried', { effect: 'deny', shadow: true });
    const decision = evaluatePolicy(anAction(), policyOf(aRule('open'), tried));
    assert.equal(decision.decision, 'allow');
    assert.deepEqual(
      decision.reasons.map(({ rule }) => rule),
      ['open'],
    );
    assert.equal(decision.shadow?.decision, 'deny');
    assert.deepEqual(
      decision.shadow.reasons.map(({ rule }) => rule),
      ['tried'],
    );
  });

  it('allows nothing', () => {
    const decision = evaluatePolicy(anAction(), policyOf(aRule('tried', { shadow: true })));
    assert.equal(decision.decision, 'deny');
    assert.equal(decision.shadow?.decision, 'allow');
  });

  it('is not told where it does not count', () => {
    const tried = aRule('tried', { match: { tool: 'other' }, effect: 'deny', shadow: true });
    assert.equal(evaluatePolicy(anAction(), policyOf(aRule('open'), tried)).shadow, undefined);
  });

  it('is every rule of a draft, beside an enforced preset', () => {
    const draft = createPolicy({
      version: 1,
      shadow: true,
      policies: [aRule('reads', { match: { tool: 'slack.chat.postMessage' } })],
    });
    const post = anAction({ tool: 'slack.chat.postMessage' });
    const decision = evaluatePolicy(post, draft);
    assert.equal(decision.decision, 'step_up');
    assert.equal(evaluatePolicy(anAction(), draft).decision, 'deny');
  });
});
