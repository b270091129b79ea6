import type { Action } from '@axtary/core';

interface Waiting {
  readonly action: Action;
  /** Milliseconds since the epoch; `undefined` where unknown. */
  readonly expiresAt: number | undefined;
}

/**
 * Actions that wait for a person, by what their call says. An identical call finds the action
 * again, so that the approval given meanwhile is for it. Holds so many at most, the newest.
 */
export class Retries {
  readonly #limit: number;
  readonly #waiting = new Map<string, Waiting>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  find(key: string, now: number): Action | undefined {
    const waiting = this.#waiting.get(key);
    if (!waiting) return undefined;
    if (waiting.expiresAt === undefined || waiting.expiresAt > now) return waiting.action;
    this.#waiting.delete(key);
    return undefined;
  }

  keep(key: string, action: Action, expiresAt?: number): void {
    const known = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#waiting.set(key, { action, expiresAt: expiresAt ?? known?.expiresAt });
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= this.#limit) return;
      this.#waiting.delete(oldest);
    }
  }

  /** Forgets this action, not another that took its place. */
  drop(key: string, action: Action): void {
    if (this.#waiting.get(key)?.action.id === action.id) this.#waiting.delete(key);
  }
}
