import { messageOf, systemClock, type Clock } from '@axtary/core';

import { Budgets } from './budgets.js';
import { BudgetError } from './errors.js';
import type { BudgetEvent, Settlement } from './event.js';
import type { Meter, Scopes } from './meter.js';
import type {
  LimitedCharge,
  OpenReservation,
  ReservationRequest,
  ReserveResult,
} from './reservation.js';
import type { BudgetStore } from './store.js';

export interface StoredBudgetsOptions {
  readonly clock?: Clock;
}

/** How an unknown outcome ended, and who found that out. */
export interface Reconciliation {
  readonly as: Settlement;
  readonly by: string;
}

/**
 * Budgets whose every step is kept in a store before it is acknowledged: execute only what
 * `reserve` has resolved for. What is in memory is never freer than what is stored.
 */
export class StoredBudgets {
  readonly #budgets: Budgets;
  readonly #store: BudgetStore;
  readonly #clock: Clock;
  /** Ids of which an event is being stored. */
  readonly #storing = new Set<string>();

  private constructor(budgets: Budgets, store: BudgetStore, clock: Clock) {
    this.#budgets = budgets;
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Counts what the store holds. Reservations that were not settled are unknown now.
   *
   * @throws BudgetError `BUDGET_STORE_FAILED`.
   */
  static async open(
    store: BudgetStore,
    { clock = systemClock }: StoredBudgetsOptions = {},
  ): Promise<StoredBudgets> {
    const budgets = new Budgets();
    try {
      for await (const event of store.load()) budgets.restore(event);
    } catch (cause) {
      throw storeFailed('the budgets cannot be read', cause);
    }
    return new StoredBudgets(budgets, store, clock);
  }

  /** As `Budgets.read`, now. */
  read(scopes: Scopes, meters: readonly Meter[]): Record<string, number> {
    return this.#budgets.read(scopes, meters, this.#clock.now());
  }

  /**
   * Reserves all of it, or nothing where a limit would be passed; counted at once, and durable when
   * it resolves.
   *
   * @throws BudgetError `AMOUNT_INVALID`, `CURRENCY_MISMATCH`, or `BUDGET_STORE_FAILED`; then
   * nothing is reserved and nothing may be executed.
   */
  async reserve(request: ReservationRequest<LimitedCharge>): Promise<ReserveResult> {
    const now = this.#clock.now();
    const result = this.#budgets.reserveWithin({ ...request, now });
    if (!result.isReserved) return result;
    const { id, uses } = result.reservation;
    try {
      await this.#append({ type: 'reserved', id, at: now.toISOString(), uses: [...uses] });
    } catch (error) {
      this.#budgets.rollback(id);
      throw error;
    }
    return result;
  }

  /**
   * It was executed: what is reserved stays counted.
   *
   * @throws BudgetError `RESERVATION_UNKNOWN`, `RESERVATION_ALREADY_SETTLED`, or
   * `BUDGET_STORE_FAILED`; it is as reserved as before then.
   */
  async commit(id: string): Promise<void> {
    const event = { type: 'committed', id, at: this.#now() } as const;
    await this.#settle(event, () => this.#budgets.commit(id));
  }

  /** Nothing was executed: what is reserved is given back. Throws as `commit`. */
  async rollback(id: string): Promise<void> {
    const event = { type: 'rolled_back', id, at: this.#now() } as const;
    await this.#settle(event, () => this.#budgets.rollback(id));
  }

  /** It may have been executed: what is reserved stays so, and is listed. Throws as `commit`. */
  async markUnknown(id: string): Promise<void> {
    const event = { type: 'unknown', id, at: this.#now() } as const;
    await this.#settle(event, () => this.#budgets.markUnknown(id));
  }

  /** Settles an unknown outcome. Throws as `commit`, or `RESERVATION_IN_FLIGHT`. */
  async reconcile(id: string, { as, by }: Reconciliation): Promise<void> {
    this.#budgets.assertUnknown(id);
    const event = { type: 'reconciled', id, at: this.#now(), as, by } as const;
    await this.#settle(event, () => this.#budgets.reconcile(id, as));
  }

  /** What is not settled, unknown ones first. */
  list(): readonly OpenReservation[] {
    return this.#budgets.list();
  }

  /** Waits for what is being stored, and frees the store. */
  async close(): Promise<void> {
    await this.#store.close();
  }

  async #settle(event: BudgetEvent, apply: () => void): Promise<void> {
    this.#budgets.assertOpen(event.id);
    await this.#append(event, apply);
  }

  /** Applies what is stored, before anybody else can settle it. */
  async #append(event: BudgetEvent, apply?: () => void): Promise<void> {
    const { id } = event;
    if (this.#storing.has(id)) {
      throw new BudgetError('RESERVATION_ALREADY_SETTLED', `${id} is being stored just now`);
    }
    this.#storing.add(id);
    try {
      await this.#store.append([event]);
      apply?.();
    } catch (cause) {
      throw storeFailed('the budgets cannot be stored', cause);
    } finally {
      this.#storing.delete(id);
    }
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}

function storeFailed(what: string, cause: unknown): BudgetError {
  if (cause instanceof BudgetError) return cause;
  return new BudgetError('BUDGET_STORE_FAILED', `${what}: ${messageOf(cause)}`, { cause });
}
