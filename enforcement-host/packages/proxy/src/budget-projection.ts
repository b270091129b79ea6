import { budgetEventSchema, RETENTION_MS, type BudgetEvent, type Budgets } from '@axtary/budgets';
import type { JsonValue } from '@axtary/core';
import type { LedgerRecord, Projection } from '@axtary/ledger';

import { budgetEventOf } from './pipeline/budget.js';

/** Brings budgets back from a ledger, and keeps what a later opening of it brings them back with. */
export class BudgetProjection implements Projection {
  readonly name = 'budgets/1';
  readonly #budgets: Budgets;
  #events: BudgetEvent[] = [];
  /** Ids of reservations that were made, and when. */
  readonly #reserved = new Map<string, string>();
  #isOpened = false;

  /** @param budgets empty ones; whoever reserves in them settles as the ledger says. */
  constructor(budgets: Budgets) {
    this.#budgets = budgets;
  }

  note(record: LedgerRecord): void {
    const event = budgetEventOf(record);
    // Most outcomes are of calls that no budget counts.
    if (!event || (event.type !== 'reserved' && !this.#reserved.has(event.id))) return;
    this.#take(event);
    if (!this.#isOpened) this.#budgets.restore(event);
  }

  save(): JsonValue {
    this.#prune();
    return this.#events.map((event) => ({ ...event }));
  }

  restore(saved: JsonValue | undefined): void {
    if (this.#events.length > 0) throw new TypeError('expected budgets that hold nothing yet');
    if (saved === undefined) return;
    for (const event of budgetEventSchema.array().parse(saved)) {
      this.#take(event);
      this.#budgets.restore(event);
    }
  }

  opened(): void {
    this.#isOpened = true;
  }

  #take(event: BudgetEvent): void {
    this.#events.push(event);
    if (event.type === 'reserved') this.#reserved.set(event.id, event.at);
  }

  /** Forgets reservations that no window reaches back to. */
  #prune(): void {
    const latest = this.#events.at(-1)?.at;
    if (latest === undefined) return;
    const from = new Date(Date.parse(latest) - RETENTION_MS).toISOString();
    for (const [id, at] of this.#reserved) if (at < from) this.#reserved.delete(id);
    this.#events = this.#events.filter(({ id }) => this.#reserved.has(id));
  }
}
