import type { Clock } from '@axtary/core';

const STEADY_MS = 60_000;
const LONGEST_MS = 30_000;

/** Decides when a server that failed may be started again: at once, then 1, 2, 4 … 30 seconds. */
export class Backoff {
  readonly #clock: Clock;
  #failures = 0;
  #readyAt = 0;
  #retryAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ready(): void {
    this.#readyAt = this.#now();
  }

  failed(): void {
    const wasSteady = this.#readyAt > 0 && this.#now() - this.#readyAt >= STEADY_MS;
    this.#readyAt = 0;
    this.#failures = wasSteady ? 1 : this.#failures + 1;
    const delay = this.#failures === 1 ? 0 : 1000 * 2 ** Math.min(this.#failures - 2, 10);
    this.#retryAt = this.#now() + Math.min(delay, LONGEST_MS);
  }

  /** Milliseconds until the next start; 0 for now. */
  wait(): number {
    return Math.max(0, this.#retryAt - this.#now());
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
