import type { Clock } from '@axtary/core';

const MAX_MS = 60 * 60 * 1000;

/**
 * `Retry-After` of RFC 9110 section 10.2.3, in seconds or as a date: the milliseconds from now, at
 * most an hour; `undefined` where it says nothing that can be understood.
 */
export function readRetryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.now().getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_MS);
}
