import assert from 'node:assert/strict';

import { addMoney, parseMoney } from '../src/index.js';

const MAX = Number.MAX_SAFE_INTEGER;
const INVALID = { name: 'BudgetError', code: 'AMOUNT_INVALID' };

describe('money', () => {
  it('is whole minor units of one currency', () => {
    assert.deepEqual(parseMoney({ amount: 0, currency: 'JPY' }), { amount: 0, currency: 'JPY' });
    assert.deepEqual(parseMoney({ amount: MAX, currency: 'USD' }), {
      amount: MAX,
      currency: 'USD',
    });
  });

  for (const amount of [-1, -0, NaN, 0.1, 1e21, 2 ** 53, Infinity, '5', 5n, null, undefined]) {
    it(`is not ${typeof amount} ${Object.is(amount, -0) ? '-0' : String(amount)}`, () => {
      assert.throws(() => parseMoney({ amount, currency: 'USD' }), INVALID);
    });
  }

  for (const currency of ['usd', 'US', 'USDT', '', '$', 'ＵＳＤ', 840, undefined]) {
    it(`is not in ${JSON.stringify(currency)}`, () => {
      assert.throws(() => parseMoney({ amount: 1, currency }), INVALID);
    });
  }

  it('says nothing else', () => {
    for (const value of [5, '5 USD', null, [], { amount: 1, currency: 'USD', scale: 2 }]) {
      assert.throws(() => parseMoney(value), INVALID);
    }
  });

  it('adds up in one currency, as far as numbers are exact', () => {
    const usd = (amount: number) => ({ amount, currency: 'USD' });
    assert.deepEqual(addMoney(usd(1), usd(MAX - 1)), usd(MAX));
    assert.throws(() => addMoney(usd(1), usd(MAX)), INVALID);
    assert.throws(() => addMoney(usd(1), { amount: 1, currency: 'EUR' }), {
      code: 'CURRENCY_MISMATCH',
      message: 'expected USD, got "EUR"',
    });
  });
});
