import type { Clock } from '@axtary/core';

const MAX_MS = 60 * 60 * 1000;
// HTTP-date begins with the name of a day. `Date.parse` alone takes nearly anything as a date.
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/**
 * `Retry-After` of RFC 9110 section 10.2.3, in seconds or as a date: the milliseconds from now, at
 * most an hour; `undefined` where it says nothing that can be understood.
 */
export function readRetryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : millisecondsTo(text, clock);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_MS);
}

function millisecondsTo(date: string, clock: Clock): number {
  return HTTP_DATE.test(date) ? Date.parse(date) - clock.now().getTime() : Number.NaN;
}
