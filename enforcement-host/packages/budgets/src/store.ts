import type { BudgetEvent } from './event.js';

/**
 * Keeps events, in order. Counts are made from them in memory, so one process at a time writes a
 * store; an implementation sees to that.
 */
export interface BudgetStore {
  /**
   * All events that were appended, in order, read before another is; those that count in no window
   * may be missing.
   */
  load(): AsyncIterable<BudgetEvent> | Iterable<BudgetEvent>;
  /**
   * Resolves when all of the events are durable, in order of the calls. Where it rejects, none of
   * them is stored, or nothing more can be until the store is opened anew.
   */
  append(events: readonly BudgetEvent[]): Promise<void>;
  /** Lets others write the store. */
  close(): Promise<void>;
}

/** Keeps events as long as the process lives. */
export class InMemoryBudgetStore implements BudgetStore {
  readonly #events: BudgetEvent[] = [];

  load(): readonly BudgetEvent[] {
    return structuredClone(this.#events);
  }

  append(events: readonly BudgetEvent[]): Promise<void> {
    this.#events.push(...structuredClone(events));
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
