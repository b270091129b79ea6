import type { BudgetEvent, Budgets, Reservation } from '@axtary/budgets';
import type { LedgerRecord } from '@axtary/ledger';

import type { Execution } from './execute.js';

/** What an outcome means for the budget: what failed may have happened all the same. */
const SETTLEMENTS = {
  executed: 'committed',
  blocked: 'rolled_back',
  failed: 'unknown',
  unknown: 'unknown',
} as const satisfies Record<Execution['status'] | 'unknown', BudgetEvent['type']>;

/** Settles what an intent reserved, as its outcome is in the ledger. */
export function settleUsage(
  budgets: Budgets,
  reservation: Reservation,
  outcome: keyof typeof SETTLEMENTS,
): void {
  const settlement = SETTLEMENTS[outcome];
  if (settlement === 'committed') budgets.commit(reservation.id);
  else if (settlement === 'rolled_back') budgets.rollback(reservation.id);
  else budgets.markUnknown(reservation.id);
}

/**
 * Takes one record of a ledger into the budgets, in its order, as the ledger is opened. The ledger
 * is where budgets are kept: decision, pass and reservation are one append, and so are outcome and
 * settlement. An intent without an outcome is unknown then.
 */
export function restoreBudgets(budgets: Budgets, record: LedgerRecord): void {
  const { type, body, ts: at } = record;
  if (type === 'intent' && body.usage !== undefined) {
    budgets.restore({ type: 'reserved', id: body.intentId, at, uses: body.usage });
  } else if (type === 'outcome') {
    budgets.restore({ type: SETTLEMENTS[body.status], id: body.intentId, at });
  } else if (type === 'reconciliation') {
    const as = body.outcome === 'executed' ? 'committed' : 'rolled_back';
    budgets.restore({ type: 'reconciled', id: body.intentId, at, as, by: body.by });
  }
}
