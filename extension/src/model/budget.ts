import type { BudgetView } from '@axtary/protocol';

/** Whole percent from which a budget counts as nearly spent. */
const NEAR = 80;

export type BudgetLevel = 'open' | 'near' | 'spent';

/** How much of a budget is used, in whole percent, rounded down; above 100 where a limit was lowered. */
export function usedPercent({ used, max }: Pick<BudgetView, 'used' | 'max'>): number {
  return max <= 0 ? 100 : Math.floor((used * 100) / max);
}

export function budgetLevel(budget: Pick<BudgetView, 'used' | 'max'>): BudgetLevel {
  const percent = usedPercent(budget);
  if (percent >= 100) return 'spent';
  return percent >= NEAR ? 'near' : 'open';
}

/** Of several budgets the one with the largest part used, where that is nearly all of it or more. */
export function tightestBudget(budgets: readonly BudgetView[]): BudgetView | undefined {
  const [tightest] = budgets
    .filter((budget) => !isRate(budget) && budgetLevel(budget) !== 'open')
    .sort((a, b) => usedPercent(b) - usedPercent(a));
  return tightest;
}

/** A rate fills up and empties all the time; a budget that is spent stays so for its window. */
function isRate({ meter, rule }: BudgetView): boolean {
  return meter.startsWith(`${rule}.rate.`);
}
