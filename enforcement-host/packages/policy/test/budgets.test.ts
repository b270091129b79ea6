import assert from 'node:assert/strict';

import type { Action, Facts, JsonObject } from '@axtary/core';
import {
  createPolicy,
  describeRule,
  evaluatePolicy,
  explainDecision,
  type PolicyRule,
} from '@axtary/policy';
import fc from 'fast-check';

import { anAction, aRule, policyOf, ruleIds } from './support.js';

type Budget = NonNullable<NonNullable<PolicyRule['obligations']>['budgets']>[number];

const PAID = { field: 'payload.amount', max: 1000, windowSeconds: 60, per: [] };

function paying(...budgets: Partial<Budget>[]): PolicyRule {
  return aRule('payments', {
    obligations: { budgets: budgets.map((budget) => ({ ...PAID, ...budget })) },
  });
}

function pay(payload: JsonObject): Action {
  return anAction({ payload });
}

function used(...counts: number[]): Partial<Facts> {
  return { usage: Object.fromEntries(counts.map((sum, at) => [`payments.budget.${at}`, sum])) };
}

describe('a budget with a currency', () => {
  const policy = policyOf(paying({ currency: 'EUR' }));
  const decide = (payload: JsonObject) => evaluatePolicy(pay(payload), policy, used(0));

  it('counts amounts of its currency', () => {
    const decision = decide({ amount: 1000, currency: 'EUR' });
    assert.equal(decision.decision, 'allow');
    assert.deepEqual(decision.usage, [{ meter: 'payments.budget.0', amount: 1000 }]);
    assert.equal(decide({ amount: 1001, currency: 'EUR' }).decision, 'deny');
  });

  const FOREIGN: Readonly<Record<string, JsonObject>> = {
    'another currency': { currency: 'USD' },
    'another spelling': { currency: 'eur' },
    'its currency among others': { currency: ['EUR', 'USD'] },
    'no currency at all': {},
    'a currency that is null': { currency: null },
    'a number of ISO 4217': { currency: 978 },
    'a currency that is an object': { currency: { code: 'EUR' } },
  };
  for (const [name, payload] of Object.entries(FOREIGN)) {
    it(`is not met by ${name}, and says so`, () => {
      const decision = decide({ amount: 1, ...payload });
      assert.equal(decision.decision, 'deny');
      assert.deepEqual(
        decision.reasons.map(({ obligation, message }) => [obligation, message]),
        [['budgets', 'rule payments requires EUR in payload.currency (not a foreign currency)']],
      );
    });
  }

  it('is not met by an amount that is no whole number of minor units', () => {
    for (const amount of [-1, 0.5, NaN, Infinity, 1e21, 2 ** 53, '5', [5], null]) {
      const payload = { amount, currency: 'EUR' };
      assert.equal(decide(payload).decision, 'deny', String(amount));
    }
    assert.equal(decide({ amount: 0, currency: 'EUR' }).decision, 'allow');
  });

  it('finds the currency beside the amount, or in the field that is named', () => {
    const nested = policyOf(paying({ field: 'payload.price.amount', currency: 'JPY' }));
    const price = { amount: 7, currency: 'JPY' };
    assert.equal(evaluatePolicy(pay({ price }), nested, used(0)).decision, 'allow');
    const elsewhere = evaluatePolicy(
      pay({ price: { amount: 7 }, currency: 'JPY' }),
      nested,
      used(0),
    );
    assert.equal(elsewhere.decision, 'deny');
    const named = policyOf(paying({ currency: 'JPY', currencyField: 'payload.unit' }));
    assert.equal(evaluatePolicy(pay({ amount: 7, unit: 'JPY' }), named, used(0)).decision, 'allow');
    assert.equal(
      evaluatePolicy(pay({ amount: 7, currency: 'JPY' }), named, used(0)).decision,
      'deny',
    );
  });

  it('tells the meter its currency, and counts on where a policy adds one', () => {
    const [meter] = policy.metersFor(pay({}));
    assert.deepEqual(meter, { ...meter, id: 'payments.budget.0', currency: 'EUR' });
    assert.equal(policyOf(paying({})).metersFor(pay({}))[0]?.id, meter?.id);
  });

  it('is described with its unit', () => {
    assert.match(
      describeRule(paying({ currency: 'EUR' })),
      /Requires EUR in payload\.currency \(not a foreign currency\) and at most 1000 minor units of EUR of payload\.amount in 60 s\./,
    );
  });
});

interface Question {
  readonly action: Action;
  readonly facts: Partial<Facts>;
}

describe('a condition on the used share of budgets', () => {
  const asking: PolicyRule = aRule('ask-late', {
    effect: 'step_up',
    when: [{ budgetOf: 'payments', usedOver: 80 }],
  });
  const decide = (facts: Partial<Facts>, amount: number, budgets: Partial<Budget>[] = [{}]) =>
    evaluatePolicy(pay({ amount }), policyOf(paying(...budgets), asking), facts);

  it('holds as soon as the call would use more than the share', () => {
    assert.deepEqual(ruleIds(decide(used(700), 100)), ['payments']);
    assert.deepEqual(ruleIds(decide(used(700), 101)), ['ask-late']);
    assert.deepEqual(ruleIds(decide(used(801), 0)), ['ask-late']);
    assert.deepEqual(ruleIds(decide(used(990), 11)), ['payments']);
    assert.equal(decide(used(990), 11).decision, 'deny');
  });

  it('holds where any of the budgets is used that far', () => {
    const budgets = [{}, { max: 10, field: 'payload.rows' }];
    const rows = (count: number) =>
      evaluatePolicy(
        pay({ amount: 1, rows: 1 }),
        policyOf(paying(...budgets), asking),
        used(0, count),
      );
    assert.equal(rows(7).decision, 'allow');
    assert.equal(rows(8).decision, 'step_up');
  });

  it('does not ask about rates', () => {
    const rule = paying({});
    const rates = [{ max: 1, windowSeconds: 60, per: [] }];
    const policy = policyOf({ ...rule, obligations: { ...rule.obligations, rates } }, asking);
    const usage = { 'payments.budget.0': 0, 'payments.rate.0': 0 };
    assert.equal(evaluatePolicy(pay({ amount: 1 }), policy, { usage }).decision, 'allow');
  });

  it('is about whole units: what is not more than the share is within it', () => {
    for (const [max, percent, most] of [
      [7, 50, 3],
      [3, 33, 0],
      [1, 99, 0],
      [0, 100, 0],
      [Number.MAX_SAFE_INTEGER, 100, Number.MAX_SAFE_INTEGER],
      [Number.MAX_SAFE_INTEGER, 99, 8_917_127_262_193_581],
    ] as const) {
      const late = { ...asking, when: [{ budgetOf: 'payments', usedOver: percent }] };
      const policy = policyOf(paying({ max }), late);
      const asks = (sum: number) =>
        ruleIds(evaluatePolicy(pay({ amount: 0 }), policy, used(sum))).includes('ask-late');
      assert.deepEqual([max, percent, asks(most)], [max, percent, false]);
      if (most < max) assert.deepEqual([max, percent, asks(most + 1)], [max, percent, true]);
    }
  });

  it('is where the product of sum and 100 is over that of limit and percent', () => {
    const count = fc.integer({ min: 0, max: 60 });
    const given = {
      max: count,
      sum: count,
      amount: count,
      percent: fc.integer({ min: 1, max: 100 }),
    };
    fc.assert(
      fc.property(fc.record(given), ({ max, sum, amount, percent }) => {
        const late = { ...asking, when: [{ budgetOf: 'payments', usedOver: percent }] };
        const elsewhere = { ...paying({ max }), match: { tool: 'other.tool' } };
        const { decision } = evaluatePolicy(
          pay({ amount }),
          policyOf(elsewhere, late, aRule('open')),
          used(sum),
        );
        const isOver = (sum + amount) * 100 > max * percent;
        assert.equal(decision, isOver ? 'step_up' : 'allow');
      }),
    );
  });

  // The rule with the budgets is about another tool, so that only the condition decides.
  const asked = (effect: PolicyRule['effect'], isNegated: boolean, question: Question) => {
    const share = { budgetOf: 'payments', usedOver: 80 };
    const when = [isNegated ? { not: share } : share];
    const elsewhere = { ...paying({ currency: 'EUR' }), match: { tool: 'other.tool' } };
    const policy = policyOf(elsewhere, aRule('asked', { effect, when }));
    return ruleIds(evaluatePolicy(question.action, policy, question.facts)).includes('asked');
  };
  const everywhere = (action: Action, facts: Partial<Facts> = {}) =>
    [false, true].map((isNegated) =>
      (['allow', 'deny', 'step_up'] as const).map((effect) =>
        asked(effect, isNegated, { action, facts }),
      ),
    );
  const EUROS = { amount: 1, currency: 'EUR' };

  it('is decided with caution where the count is not known', () => {
    const undecided = [
      [false, true, true],
      [false, true, true],
    ];
    assert.deepEqual(everywhere(pay(EUROS)), undecided);
    assert.deepEqual(everywhere(pay(EUROS), { usage: { 'payments.budget.0': -1 } }), undecided);
    assert.deepEqual(everywhere(pay({ ...EUROS, amount: 0.5 }), used(0)), undecided);
    assert.deepEqual(everywhere(pay({ ...EUROS, amount: '1' }), used(0)), undecided);
    assert.deepEqual(everywhere(pay({ ...EUROS, currency: 978 }), used(0)), undecided);
  });

  it('is over every share where the budget does not count the call', () => {
    const over = [
      [true, true, true],
      [false, false, false],
    ];
    assert.deepEqual(everywhere(pay({ currency: 'EUR' }), used(0)), over);
    assert.deepEqual(everywhere(pay({ ...EUROS, currency: 'USD' }), used(0)), over);
    assert.deepEqual(everywhere(pay(EUROS), used(800)), over);
    const within = [
      [false, false, false],
      [true, true, true],
    ];
    assert.deepEqual(everywhere(pay(EUROS), used(799)), within);
  });

  it('needs the count of its meter, once, and adds nothing to it', () => {
    const policy = policyOf(
      paying({}),
      asking,
      aRule('stop', {
        effect: 'deny',
        when: [{ any: [{ not: { not: { budgetOf: 'payments', usedOver: 95 } } }] }],
      }),
    );
    assert.deepEqual(
      policy.metersFor(pay({ amount: 1 })).map(({ id }) => id),
      ['payments.budget.0'],
    );
    const decision = evaluatePolicy(pay({ amount: 1 }), policy, used(850));
    assert.equal(decision.decision, 'step_up');
    assert.deepEqual(decision.usage, [{ meter: 'payments.budget.0', amount: 1 }]);
    assert.equal(evaluatePolicy(pay({ amount: 1 }), policy, used(950)).decision, 'deny');
  });

  it('needs the count also where no rule binds, and of rules that are only tried out', () => {
    const elsewhere = { ...paying({}), match: { tool: 'other.tool' } };
    const meters = (...rules: PolicyRule[]) =>
      policyOf(elsewhere, ...rules)
        .metersFor(pay({}))
        .map(({ id }) => id);
    assert.deepEqual(meters(aRule('open')), []);
    assert.deepEqual(meters(aRule('open'), asking), ['payments.budget.0']);
    assert.deepEqual(meters({ ...asking, shadow: true }), ['payments.budget.0']);
    const { usage } = evaluatePolicy(pay({ amount: 1 }), policyOf(elsewhere, asking), used(900));
    assert.equal(usage, undefined);
  });

  it('may be about a rule of a preset or pack, and about its own rule', () => {
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      packs: ['paid-api'],
      policies: [
        { ...asking, when: [{ budgetOf: 'paid-api-call', usedOver: 50 }] },
        { ...paying({}), when: [{ not: { budgetOf: 'payments', usedOver: 90 } }] },
      ],
    });
    assert.deepEqual(
      policy.metersFor(pay({})).map(({ id }) => id),
      ['paid-api-call.budget.0', 'paid-api-call.budget.1', 'payments.budget.0'],
    );
    const usage = { 'paid-api-call.budget.0': 0, 'paid-api-call.budget.1': 0 };
    const own = (sum: number) =>
      evaluatePolicy(pay({ amount: 1, amountMinor: 1 }), policy, {
        usage: { ...usage, ...used(sum).usage },
      });
    assert.equal(own(899).decision, 'allow');
    assert.equal(own(900).decision, 'deny');
  });

  it('cannot make a huge policy of a small document', () => {
    const any = Array.from({ length: 1000 }, () => ({ budgetOf: 'payments', usedOver: 1 }));
    const policyWith = (lists: number) =>
      policyOf(
        paying(...Array.from({ length: 16 }, () => ({}))),
        aRule('asks', { when: Array.from({ length: lists }, () => ({ any })) }),
      );
    assert.equal(policyWith(6).rules.length, 2);
    assert.throws(() => policyWith(7), /at most 100000 members of lists and roles, and budgets/);
  });

  it('is said in words, with what failed', () => {
    assert.equal(
      describeRule(asking),
      'Asks an approver about calls of `test.tool` when more than 80 % of a budget of `payments` would be used.',
    );
    const isNot = { ...asking, when: [{ not: { budgetOf: 'payments', usedOver: 80 } }] };
    assert.match(
      describeRule(isNot),
      /when at most 80 % of each budget of `payments` would be used/,
    );
    const { rules } = explainDecision(pay({ amount: 20 }), policyOf(paying({}), asking), used(0));
    const failed = rules.find(({ rule }) => rule === 'ask-late')?.failed;
    assert.deepEqual(failed, {
      path: ['when', 0],
      words: 'more than 80 % of a budget of `payments` would be used',
      found: '20',
    });
  });
});
