import { currencyFieldOf, type Budget } from '../document/obligations.js';
import type { FieldTest, ShareTest, UsageTest } from './normal-form.js';

/** The budgets of the rules that have some, by rule id. */
export type BudgetsByRule = ReadonlyMap<string, readonly Budget[]>;

/** A budget, and the rule that it is of. */
export interface PlacedBudget {
  readonly budget: Budget;
  readonly rule: string;
  /** Its position among the budgets of the rule. */
  readonly at: number;
}

/** The amount is in the budget's currency, where it has one. */
export function currencyTest({ budget }: PlacedBudget): FieldTest | undefined {
  const { currency } = budget;
  if (currency === undefined) return undefined;
  return { op: 'is', of: 'every', field: currencyFieldOf(budget), scalars: [currency] };
}

/** At most `max` of a budget is used, this call included. */
export function budgetTest({ budget, rule, at }: PlacedBudget, max = budget.max): UsageTest {
  const { per, windowSeconds, field, currency } = budget;
  // Without the currency, so that what was spent is not forgotten where a policy adds or changes it.
  const id = `${rule}.budget.${at}`;
  const meter = { id, per, windowSeconds, field, ...(currency !== undefined && { currency }) };
  return { op: 'usage', max, meter };
}

/**
 * More than `percent` of a budget of the rule would be used: with that share as its limit, one of the
 * rule's budgets would not be met. So an amount that is absent, or in a foreign currency, is over
 * every share.
 */
export function shareTest(rule: string, percent: number, budgets: BudgetsByRule): ShareTest {
  const tests = (budgets.get(rule) ?? []).map((budget, at) => {
    const placed = { budget, rule, at };
    const currency = currencyTest(placed);
    const usage = budgetTest(placed, shareOf(budget.max, percent));
    const met = { op: 'all', tests: currency === undefined ? [usage] : [currency, usage] } as const;
    return { op: 'not', test: met } as const;
  });
  return { op: 'any', tests, share: { rule, percent } };
}

// The product may be beyond 2^53. A sum of whole numbers is over the share where it is over its floor.
function shareOf(max: number, percent: number): number {
  return Number((BigInt(max) * BigInt(percent)) / 100n);
}
