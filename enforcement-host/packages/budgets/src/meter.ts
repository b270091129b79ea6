import type { Action } from '@axtary/core';

/** Seconds; 31 days. */
export const MAX_WINDOW_SECONDS = 31 * 86_400;

/** What is counted, apart for each combination of the values that `per` names. */
export interface Meter {
  /** What is counted under one id is one count, also where window or currency change. */
  readonly id: string;
  /** Names out of `Scopes`; none: one count for all. */
  readonly per: readonly string[];
  /** A sliding window, at most 31 days. */
  readonly windowSeconds: number;
  /** ISO 4217: amounts are minor units of it. Without: a plain count (calls, rows, tokens). */
  readonly currency?: string | undefined;
}

/** The values of one call by which meters count apart, by name. */
export type Scopes = Readonly<Record<string, string>>;

/** The values of an action by which meters count apart. */
export function scopesOf({ actor, intent, capability }: Action): Scopes {
  const { agent, human, tenant, runtime } = actor;
  return { agent, human, tenant, runtime, task: intent.task, tool: capability.tool };
}

/**
 * The values that a meter counts apart by.
 *
 * @throws TypeError where one of them is not given.
 */
export function scopeFor({ id, per }: Meter, scopes: Scopes): Record<string, string> {
  return Object.fromEntries(
    per.map((name) => {
      const value = Object.hasOwn(scopes, name) ? scopes[name] : undefined;
      if (value === undefined)
        throw new TypeError(`meter ${id} counts per ${name}: give its value`);
      return [name, value];
    }),
  );
}

/** @throws TypeError where the window is none, or longer than counts are kept. */
export function assertWindow({ id, windowSeconds }: Meter): void {
  if (windowSeconds > 0 && windowSeconds <= MAX_WINDOW_SECONDS) return;
  throw new TypeError(`the window of meter ${id} must be above 0 and at most 31 days`);
}
