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
 * What a record of a ledger says of the budgets. The ledger is where they are kept: decision, pass
 * and reservation are one append, and so are outcome and settlement. An intent without an outcome
 * is unknown when the events are restored.
 */
export function budgetEventOf({ type, body, ts: at }: LedgerRecord): BudgetEvent | undefined {
  if (type === 'intent' && body.usage !== undefined) {
    return { type: 'reserved', id: body.intentId, at, uses: body.usage };
  }
  if (type === 'outcome') return { type: SETTLEMENTS[body.status], id: body.intentId, at };
  if (type !== 'reconciliation') return undefined;
  const as = body.outcome === 'executed' ? 'committed' : 'rolled_back';
  return { type: 'reconciled', id: body.intentId, at, as, by: body.by };
}
