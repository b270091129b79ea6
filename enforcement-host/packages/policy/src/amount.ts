import type { Action } from '@axtary/core';

import { compileAmount } from './compile/condition.js';
import { currencyFieldOf } from './document/obligations.js';
import { compileField } from './field.js';

/**
 * What executing an action adds to a count of `field`: 1 where none is named. With a currency, the
 * field beside the amount must hold that one.
 *
 * @throws TypeError where the field holds no whole number from 0 to 2^53 - 1, or the currency is
 *   another one or absent.
 */
export function amountOf(
  action: Action,
  {
    field,
    currency,
  }: { readonly field?: string | undefined; readonly currency?: string | undefined },
): number {
  const amount = compileAmount(field)(action);
  if (typeof amount !== 'number') throw new TypeError(`${field ?? ''} holds no amount`);
  if (currency === undefined || field === undefined) return amount;
  const currencyField = currencyFieldOf({ field });
  if (compileField(currencyField)(action) === currency) return amount;
  throw new TypeError(`${currencyField} is not ${currency}`);
}
