import { systemClock, type Clock } from '@axtary/core';

import { instantOf, type SingleUseStore } from './store.js';

export interface InMemorySingleUseStoreOptions {
  readonly clock?: Clock;
}

/** Below this many marks a sweep would cost more than it frees. */
const MIN_BEFORE_SWEEP = 1024;

/**
 * Marks of one process, lost when it ends. A key is forgotten once its time has passed, and stays
 * refused by that time if the clock then goes back. At most twice as many marks are held as are
 * unexpired, or 1024 where that is more.
 */
export class InMemorySingleUseStore implements SingleUseStore {
  readonly #clock: Clock;
  readonly #expiries = new Map<string, number>();
  /** The latest time that was seen, in milliseconds: the clock may go back, this does not. */
  #latest = -Infinity;
  #sweepAt = MIN_BEFORE_SWEEP;

  constructor({ clock = systemClock }: InMemorySingleUseStoreOptions = {}) {
    this.#clock = clock;
  }

  /** Marks that are held, expired ones included until they are swept. */
  get size(): number {
    return this.#expiries.size;
  }

  use(key: string, expiresAt: Date): Promise<boolean> {
    const now = instantOf(this.#clock.now());
    const expiry = instantOf(expiresAt);
    this.#latest = Math.max(this.#latest, now);
    if (expiry <= this.#latest) return Promise.resolve(false);
    if ((this.#expiries.get(key) ?? -Infinity) > this.#latest) return Promise.resolve(false);
    this.#expiries.set(key, expiry);
    if (this.#expiries.size >= this.#sweepAt) this.#sweep();
    return Promise.resolve(true);
  }

  #sweep(): void {
    for (const [key, expiry] of this.#expiries) {
      if (expiry <= this.#latest) this.#expiries.delete(key);
    }
    this.#sweepAt = Math.max(MIN_BEFORE_SWEEP, 2 * this.#expiries.size);
  }
}
