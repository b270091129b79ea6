import { condition, rule, type Malformed } from './malformed.js';

const obligations = (text: string): string =>
  rule(`    obligations: { ${text} }`).replace('deny', 'step_up');
const BUDGET = '{ field: payload.a, max: 1, windowSeconds: 9 }';
const PAID = `  - { id: paid, effect: allow, match: { tool: t }, obligations: { budgets: [${BUDGET}] } }`;

// As in `malformed.ts`, for budgets and shares of them.
export const MALFORMED_BUDGETS: Readonly<Record<string, Malformed>> = {
  'a budget in no currency': {
    text: obligations('budgets: [{ field: payload.a, max: 1, windowSeconds: 9, currency: eur }]'),
    code: 'invalid-value',
    at: [5, 'eur'],
    message: /ISO 4217 such as "EUR"/,
  },
  'a field of a currency that is not named': {
    text: obligations(
      'budgets: [{ field: payload.a, max: 1, windowSeconds: 9, currencyField: payload.b }]',
    ),
    code: 'missing-key',
    at: [5, 'field'],
    message: /expected "currency" beside "currencyField"/,
  },
  'a currency that is in a list': {
    text: `${obligations('budgets: [{ field: payload.a, max: 1, windowSeconds: 9, currency: EUR, currencyField: lists.known }]')}\nlists: { known: [EUR] }`,
    code: 'bad-field',
    at: [5, 'lists.known'],
  },
  'an amount that no currency can be beside': {
    text: obligations(
      'budgets: [{ field: context.paths, max: 1, windowSeconds: 9, currency: EUR }]',
    ),
    code: 'bad-field',
    at: [5, 'context.paths'],
    message: /expected "currencyField"/,
  },
  'a share without its percent': {
    text: condition('{ budgetOf: paid }', PAID),
    code: 'missing-key',
    at: [6, 'budgetOf'],
    message: /expected "usedOver" beside "budgetOf"/,
  },
  'a percent of nothing': {
    text: condition('{ usedOver: 80 }'),
    code: 'missing-key',
    at: [6, 'usedOver'],
    message: /expected "budgetOf" beside "usedOver"/,
  },
  'a share of more than all': {
    text: condition('{ not: { budgetOf: paid, usedOver: 101 } }', PAID),
    code: 'invalid-value',
    at: [6, '101'],
    message: /at most 100/,
  },
  'a share of nothing': {
    text: condition('{ budgetOf: paid, usedOver: 0 }', PAID),
    code: 'invalid-value',
    at: [6, '0'],
  },
  'a share with a fraction': {
    text: condition('{ budgetOf: paid, usedOver: 12.5 }', PAID),
    code: 'invalid-value',
    at: [6, '12.5'],
    message: /a whole number/,
  },
  'a share beside a field': {
    text: condition('{ field: payload.a, max: 1, budgetOf: paid, usedOver: 5 }', PAID),
    code: 'operator-count',
    at: [6, '{ field: payload.a, max: 1, budgetOf: paid, usedOver: 5 }'],
    message: /got max and budgetOf/,
  },
  'a share of an unknown rule': {
    text: condition('{ any: [{ budgetOf: piad, usedOver: 80 }] }', PAID),
    code: 'unknown-rule',
    at: [6, 'piad'],
    message: /unknown rule "piad": did you mean "paid"\?/,
  },
  'a share of a rule without budgets': {
    text: condition('{ budgetOf: no-secrets, usedOver: 80 }'),
    code: 'no-budget',
    at: [6, 'no-secrets'],
    message: /"no-secrets" has none/,
  },
  'a share of a rule of a pack that is not in force': {
    text: condition('{ budgetOf: paid-api-call, usedOver: 80 }'),
    code: 'unknown-rule',
    at: [6, 'paid-api-call'],
  },
};
