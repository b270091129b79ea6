import type { Timings } from '../types.js';

type Stage = Exclude<keyof Timings, 'total'>;

/** Adds up the time of each stage of one call. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #spent: Record<Stage, number> = {
    parse: 0,
    policy: 0,
    approval: 0,
    actionPassIssuance: 0,
    ledgerAppend: 0,
    handlerExecution: 0,
  };

  /** Runs a stage and books its time, also when it fails. */
  time<T>(stage: Stage, run: () => T): T {
    const begin = performance.now();
    const book = (): void => {
      this.#spent[stage] += performance.now() - begin;
    };
    let result: T;
    try {
      result = run();
    } catch (error) {
      book();
      throw error;
    }
    if (result instanceof Promise) return result.finally(book) as T;
    book();
    return result;
  }

  read(): Timings {
    return { ...this.#spent, total: performance.now() - this.#start };
  }
}

/** Whole microseconds by stage, as the ledger has them. */
export function inMicroseconds(timings: Timings): Record<string, number> {
  return Object.fromEntries(
    Object.entries(timings).map(([stage, ms]) => [stage, Math.round(Number(ms) * 1000)]),
  );
}
