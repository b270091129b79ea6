import { AxtaryError } from '@axtary/core';

export type BudgetErrorCode =
  /** Not a whole number from 0 to 2^53 - 1, or a sum that would be none. */
  | 'AMOUNT_INVALID'
  /** The amount is not in the currency of the meter, or of what it is added to. */
  | 'CURRENCY_MISMATCH'
  /** No reservation is known by this id, or it was settled long ago. */
  | 'RESERVATION_UNKNOWN'
  /** It was committed or rolled back before, or is being settled at this moment. */
  | 'RESERVATION_ALREADY_SETTLED'
  /** Only an unknown outcome is reconciled, and whoever made this reservation still holds it. */
  | 'RESERVATION_IN_FLIGHT'
  /** What was to be stored is not durable, or what is stored cannot be read. */
  | 'BUDGET_STORE_FAILED';

/**
 * A budget that cannot be counted, charged or stored. That a budget is used up is no error but a
 * value: see `ReserveResult`.
 */
export class BudgetError extends AxtaryError<BudgetErrorCode> {}
