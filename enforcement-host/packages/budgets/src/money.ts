import { z } from 'zod';

import { BudgetError } from './errors.js';

/** A whole number from 0 to 2^53 - 1. */
export const amountSchema = z
  .int()
  .nonnegative()
  .refine((amount) => !Object.is(amount, -0));
/** The form of an ISO 4217 alphabetic code. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/);

const moneySchema = z.strictObject({ amount: amountSchema, currency: currencySchema });

/** A sum of money: whole minor units (cents, yen) of one currency. */
export type Money = Readonly<z.infer<typeof moneySchema>>;

/**
 * Takes what may be hostile as money. Nothing is rounded, trimmed or converted.
 *
 * @throws BudgetError `AMOUNT_INVALID`.
 */
export function parseMoney(value: unknown): Money {
  const parsed = moneySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BudgetError('AMOUNT_INVALID', 'expected whole minor units and a code of ISO 4217');
}

/** @throws BudgetError `CURRENCY_MISMATCH`, or `AMOUNT_INVALID` where the sum is too large. */
export function addMoney(a: Money, b: Money): Money {
  assertSameCurrency(a.currency, b.currency);
  return { amount: addAmounts(a.amount, b.amount), currency: a.currency };
}

/** @throws BudgetError `AMOUNT_INVALID`. */
export function assertAmount(value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && Number(value) >= 0 && !Object.is(value, -0)) return;
  throw new BudgetError('AMOUNT_INVALID', `expected a whole number from 0, got ${shown(value)}`);
}

/** @throws BudgetError `AMOUNT_INVALID` where the sum is too large. */
export function addAmounts(a: number, b: number): number {
  const sum = a + b;
  assertAmount(sum);
  return sum;
}

/** @throws BudgetError `CURRENCY_MISMATCH`; without a currency it is a plain count. */
export function assertSameCurrency(expected: string | undefined, got: string | undefined): void {
  if (expected === got) return;
  const message = `expected ${expected ?? 'a plain count'}, got ${got === undefined ? 'a plain count' : shown(got)}`;
  throw new BudgetError('CURRENCY_MISMATCH', message);
}

// What is refused may be anything, of any length.
function shown(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 32)) : typeof value;
}
