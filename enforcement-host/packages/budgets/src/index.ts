export { Budgets, type MeterCount } from './budgets.js';
export { BudgetError, type BudgetErrorCode } from './errors.js';
export {
  budgetEventSchema,
  meteredUseSchema,
  type BudgetEvent,
  type MeteredUse,
  type Settlement,
} from './event.js';
export { LocalBudgetStore, type LocalBudgetStoreOptions } from './local-store.js';
export { MAX_WINDOW_SECONDS, scopesOf, type Meter, type Scopes } from './meter.js';
export { addMoney, amountSchema, currencySchema, parseMoney, type Money } from './money.js';
export {
  chargesOf,
  type Charge,
  type ExceededLimit,
  type LimitedCharge,
  type OpenReservation,
  type Reservation,
  type ReservationRequest,
  type ReserveResult,
} from './reservation.js';
export { RETENTION_MS } from './series.js';
export { InMemoryBudgetStore, type BudgetStore } from './store.js';
export { StoredBudgets, type Reconciliation, type StoredBudgetsOptions } from './stored-budgets.js';
