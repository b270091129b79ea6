import { conditionsOfRule } from '../document/condition-places.js';
import { currencyFieldOf } from '../document/obligations.js';
import type { PolicyRule } from '../document/rule.js';
import type { Finding } from './finding.js';

/** Conditions about budgets of rules that are only tried out. Paths are below the rule. */
export function idleShares(rule: PolicyRule, triedOut: ReadonlySet<string>): readonly Finding[] {
  return conditionsOfRule(rule).flatMap(({ condition: { budgetOf }, path }) => {
    if (budgetOf === undefined || !triedOut.has(budgetOf)) return [];
    const message = `nothing is used: "${budgetOf}" is only tried out, so that its budgets count no call`;
    return [{ code: 'never-matches', severity: 'warning', message, path: [...path, 'budgetOf'] }];
  });
}

/** Budgets of one rule that no amount can meet, as it has one currency. Paths are below the rule. */
export function apartCurrencies({ obligations }: PolicyRule): readonly Finding[] {
  const known = new Map<string, string>();
  return (obligations?.budgets ?? []).flatMap((budget, at) => {
    const { currency } = budget;
    if (currency === undefined) return [];
    const field = currencyFieldOf(budget);
    const other = known.get(field) ?? currency;
    known.set(field, other);
    if (other === currency) return [];
    const message = `denies all that the rule permits: another budget of it is in ${other}; give each currency a rule of its own`;
    const path = ['obligations', 'budgets', at, 'currency'];
    return [{ code: 'never-matches', severity: 'warning', message, path }];
  });
}
