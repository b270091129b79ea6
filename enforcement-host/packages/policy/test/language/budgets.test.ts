import assert from 'node:assert/strict';

import {
  analyzePolicy,
  diffPolicies,
  evaluatePolicy,
  hoverPolicy,
  lintPolicy,
  parsePolicy,
  renameableAt,
  renamePolicyName,
  type ChangeDirection,
  type PolicyRule,
} from '@axtary/policy';
import fc from 'fast-check';

import { anAction, aRule, policyOf } from '../support.js';
import { applied, atMarker, covered, HEAD, labelsAt } from './support.js';

type Budget = NonNullable<NonNullable<PolicyRule['obligations']>['budgets']>[number];

const PAYMENTS = `  - id: payments
    effect: allow
    match: { tool: pay }
    obligations:
      budgets: [{ field: payload.amount, max: 100, windowSeconds: 60, currency: EUR }]
`;

function asking(condition: string, id = 'ask-late'): string {
  return `  - id: ${id}\n    effect: step_up\n    match: { tool: pay }\n    when:\n      - ${condition}\n`;
}

const POLICY = `${HEAD}policies:\n${PAYMENTS}${asking('{ budgetOf: payments, usedOver: 80 }')}${asking("not: { any: [{ usedOver: 5, budgetOf: 'payments' }] }", 'ask-early')}`;

describe('an editor, on budgets', () => {
  it('offers the rules with budgets, of the file and of its packs', () => {
    const text = `${HEAD}packs: [paid-api]\npolicies:\n${PAYMENTS}${asking('{ budgetOf: |')}`;
    const labels = labelsAt(text);
    assert.ok(labels.includes('payments') && labels.includes('paid-api-call'), labels.join());
    assert.ok(!labels.includes('ask-late') && !labels.includes('paid-api-currency'));
  });

  it('offers both keys of a share, and nothing else beside one of them', () => {
    const keys = (inside: string): readonly string[] =>
      labelsAt(`${HEAD}policies:\n${asking(inside)}`);
    assert.ok(keys('{ | }').includes('budgetOf') && !keys('{ | }').includes('usedOver'));
    assert.deepEqual(keys('{ budgetOf: payments, | }'), ['usedOver']);
    assert.deepEqual(keys('{ usedOver: 80, | }'), ['budgetOf']);
    assert.ok(!keys('{ field: payload.a, | }').includes('budgetOf'));
  });

  it('offers currencies, and the keys of a budget', () => {
    const budget = (inside: string): readonly string[] =>
      labelsAt(`${HEAD}policies:\n${PAYMENTS.replace('currency: EUR }', inside)}`);
    assert.ok(budget('currency: | }').includes('EUR'));
    assert.deepEqual(budget('| }'), ['per', 'currency', 'currencyField']);
  });

  it('tells the rule behind a share, of the file or of a pack', () => {
    const hover = (marked: string): string => {
      const { text, position } = atMarker(marked);
      return hoverPolicy(text, position)?.markdown ?? '';
    };
    assert.match(
      hover(POLICY.replace('{ budgetOf: pay', '{ budgetOf: p|ay')),
      /^Allows calls of `pay`/,
    );
    const pack = `${HEAD}packs: [paid-api]\npolicies:\n${asking('{ budgetOf: paid-|api-call, usedOver: 80 }')}`;
    assert.match(hover(pack), /^Allows calls of `paid_api\.call`/);
    assert.equal(hover(pack.replace('paid-|api-call', 'no|body')), '');
    assert.match(
      hover(POLICY.replace('id: ask-late', 'id: ask|-late')),
      /when more than 80 % of a budget of `payments` would be used/,
    );
  });

  it('renames a rule together with what asks about its budgets, from either place', () => {
    for (const [before, after] of [
      ['id: payments', 'id: pay|ments'],
      ["'payments'", "'pay|ments'"],
    ] as const) {
      const { text, position } = atMarker(POLICY.replace(before, after));
      const result = renamePolicyName(text, position, 'spend');
      assert.ok('edits' in result, JSON.stringify(result));
      assert.equal(applied(text, result.edits), POLICY.replaceAll('payments', 'spend'));
      const found = renameableAt(text, position);
      assert.deepEqual([found?.kind, found && covered(text, found.range)], ['rule', 'payments']);
    }
  });

  it('renames one of two rules with an id alone, and none of a pack', () => {
    const twice = atMarker(`${POLICY}${PAYMENTS.replace('payments', 'pay|ments')}`);
    const result = renamePolicyName(twice.text, twice.position, 'spend');
    assert.ok('edits' in result);
    assert.equal(
      applied(twice.text, result.edits),
      `${POLICY}${PAYMENTS.replace('payments', 'spend')}`,
    );
    const pack = atMarker(
      `${HEAD}packs: [paid-api]\npolicies:\n${asking('{ budgetOf: paid-|api-call, usedOver: 80 }')}`,
    );
    const refused = renamePolicyName(pack.text, pack.position, 'spend');
    assert.match('problem' in refused ? refused.problem : '', /no rule of the file has it/);
  });

  it('puts right a misspelt rule and a share without its percent', () => {
    const fixed = (text: string): string => {
      const [fix] = analyzePolicy(text).issues.flatMap(({ fixes = [] }) => fixes);
      assert.ok(fix, text);
      return applied(text, fix.edits);
    };
    const good = `${HEAD}policies:\n${PAYMENTS}${asking('{ budgetOf: payments, usedOver: 80 }')}`;
    assert.equal(fixed(good.replace('Of: payments', 'Of: paymens')), good);
    const inserted = fixed(good.replace(', usedOver: 80', ''));
    assert.ok(parsePolicy(inserted).policy, inserted);
  });
});

describe('lintPolicy, on budgets', () => {
  const found = (text: string): readonly string[] => {
    const { policy, issues } = parsePolicy(text);
    assert.ok(policy, JSON.stringify(issues));
    return lintPolicy(policy).map(
      ({ code, severity, range, message }) =>
        `${severity} ${code} ${covered(text, range)}: ${message}`,
    );
  };

  it('warns of shares of a rule that is only tried out', () => {
    assert.deepEqual(found(POLICY), []);
    const text = POLICY.replace('effect: allow', 'effect: allow\n    shadow: true');
    const message =
      'nothing is used: "payments" is only tried out, so that its budgets count no call';
    assert.deepEqual(found(text), [
      `warning never-matches payments: ${message}`,
      `warning never-matches 'payments': ${message}`,
    ]);
  });

  it('warns of budgets in two currencies, which no amount meets', () => {
    const budget = (rest: string): string =>
      `{ field: payload.amount, max: 1, windowSeconds: 60, ${rest} }`;
    const rule = (...budgets: string[]): string =>
      `${HEAD}policies:\n${PAYMENTS.replace(/\[.*\]/, `[${budgets.join(', ')}]`)}`;
    assert.deepEqual(found(rule(budget('currency: EUR'), budget('currency: EUR'))), []);
    const other = 'currency: USD, currencyField: payload.unit';
    assert.deepEqual(found(rule(budget('currency: EUR'), budget(other))), []);
    const [finding = '', ...others] = found(rule(budget('currency: EUR'), budget('currency: USD')));
    assert.match(finding, /^warning never-matches USD: denies all .* in EUR/);
    assert.deepEqual(others, []);
  });
});

const BUDGET: Budget = { field: 'payload.amount', max: 100, windowSeconds: 60, per: ['human'] };

function paying(...budgets: Budget[]): PolicyRule {
  return aRule('payments', { obligations: { budgets } });
}

function share(effect: PolicyRule['effect'], usedOver: number, isNegated = false): PolicyRule {
  const condition = { budgetOf: 'payments', usedOver };
  return aRule('late', { effect, when: [isNegated ? { not: condition } : condition] });
}

describe('diffPolicies, on budgets', () => {
  const BUDGETS: readonly (readonly [string, Budget[], Budget[], ChangeDirection])[] = [
    ['a larger limit', [BUDGET], [{ ...BUDGET, max: 101 }], 'loosens'],
    ['a smaller limit', [BUDGET], [{ ...BUDGET, max: 99 }], 'tightens'],
    ['a longer window', [BUDGET], [{ ...BUDGET, windowSeconds: 61 }], 'tightens'],
    ['a shorter window', [BUDGET], [{ ...BUDGET, windowSeconds: 59 }], 'loosens'],
    [
      'a smaller limit in a shorter window',
      [BUDGET],
      [{ ...BUDGET, max: 9, windowSeconds: 9 }],
      'unclear',
    ],
    ['a currency more', [BUDGET], [{ ...BUDGET, currency: 'EUR' }], 'tightens'],
    ['a currency less', [{ ...BUDGET, currency: 'EUR' }], [BUDGET], 'loosens'],
    [
      'another currency',
      [{ ...BUDGET, currency: 'EUR' }],
      [{ ...BUDGET, currency: 'USD' }],
      'unclear',
    ],
    ['another field', [BUDGET], [{ ...BUDGET, field: 'payload.rows' }], 'unclear'],
    ['another scope', [BUDGET], [{ ...BUDGET, per: ['task'] }], 'unclear'],
    ['a budget more', [BUDGET], [BUDGET, BUDGET], 'tightens'],
    ['a budget less', [BUDGET, BUDGET], [BUDGET], 'loosens'],
  ];
  for (const [name, old, now, direction] of BUDGETS) {
    it(`calls ${name} "${direction}"`, () => {
      const diff = diffPolicies(policyOf(paying(...old)), policyOf(paying(...now)));
      assert.equal(diff.direction, direction);
    });
  }

  it('knows which way a share moves', () => {
    const move = (effect: PolicyRule['effect'], from: number, to: number): string =>
      diffPolicies(
        policyOf(paying(BUDGET), share(effect, from)),
        policyOf(paying(BUDGET), share(effect, to)),
      ).direction;
    assert.equal(move('deny', 80, 70), 'tightens');
    assert.equal(move('deny', 80, 90), 'loosens');
    assert.equal(move('step_up', 80, 70), 'unclear');
    assert.equal(move('deny', 80, 80), 'neutral');
  });

  it('names the rules that ask about budgets which changed', () => {
    const { changes, direction } = diffPolicies(
      policyOf(paying(BUDGET), share('step_up', 80)),
      policyOf(paying({ ...BUDGET, max: 50 }), share('step_up', 80)),
    );
    assert.equal(direction, 'unclear');
    assert.deepEqual(
      changes.map(({ name, details }) => [name, details]),
      [
        ['payments', ['obligation budgets changed']],
        ['late', ['conditions: the budgets of payments changed']],
      ],
    );
  });

  const budget = fc
    .record({
      max: fc.integer({ min: 0, max: 6 }),
      currency: fc.constantFrom(undefined, undefined, 'EUR', 'USD'),
    })
    .map(({ max, currency }): Budget => ({ ...BUDGET, max, ...(currency && { currency }) }));
  const policy = fc
    .record({
      budgets: fc.array(budget, { minLength: 1, maxLength: 2 }),
      effect: fc.constantFrom('allow', 'deny', 'step_up'),
      percent: fc.constantFrom(1, 50, 100),
      isNegated: fc.boolean(),
      isWide: fc.boolean(),
    })
    .map(({ budgets, effect, percent, isNegated, isWide }) => {
      const own = { ...paying(...budgets), match: { tool: isWide ? '*' : 'other.tool' } };
      return [own, share(effect, percent, isNegated)];
    });
  const asked = fc.record({
    amount: fc.constantFrom(undefined, -1, 0, 1, 2, 3),
    currency: fc.constantFrom(undefined, 'EUR', 'USD'),
    counts: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }),
  });
  const changed = fc.record({
    before: policy,
    other: policy,
    part: fc.constantFrom(0, 1),
    cases: fc.array(asked, { minLength: 24, maxLength: 24 }),
  });
  const PERMISSIVE = { deny: 0, step_up: 1, allow: 2 } as const;

  it('never calls "tightens" or "neutral" what allows anything more', () => {
    let mild = 0;
    fc.assert(
      fc.property(changed, ({ before, other, part, cases }) => {
        const after = before.map((rule, at) => (at === part ? (other[at] ?? rule) : rule));
        const [from, to] = [policyOf(...before), policyOf(...after)];
        const { direction } = diffPolicies(from, to);
        if (direction !== 'tightens' && direction !== 'neutral') return;
        mild += 1;
        for (const { amount, currency, counts } of cases) {
          const action = anAction({
            payload: { ...(amount !== undefined && { amount }), ...(currency && { currency }) },
          });
          const usage = Object.fromEntries(
            counts.map((count, at) => [`payments.budget.${at}`, count]),
          );
          const [was, is] = [from, to].map(
            (each) => evaluatePolicy(action, each, { usage }).decision,
          );
          assert.ok(was && is && PERMISSIVE[is] <= PERMISSIVE[was], `${was} became ${is}`);
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(mild > 200, `only ${mild} changes were called milder`);
  });
});
