import { z } from 'zod';

/** Days of the week as policies write them, Monday first as in ISO 8601. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const clockTime = (last: '23:59' | '24:00') =>
  z
    .string()
    .regex(
      last === '24:00' ? /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/ : /^(?:[01]\d|2[0-3]):[0-5]\d$/,
      `expected a time from "00:00" to "${last}"`,
    );

/**
 * A part of the week, in a time zone of the IANA database. `from` is inside, `to` is outside. With
 * `from` after `to` the window runs over midnight, and `days` names the day on which it begins.
 */
export const windowSchema = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).max(7).optional(),
    from: clockTime('23:59').default('00:00'),
    to: clockTime('24:00').default('24:00'),
    timeZone: z.string().max(64).refine(isTimeZone, 'expected a time zone such as "Europe/Berlin"'),
  })
  .refine(({ from, to }) => from !== to, {
    message: 'expected "from" and "to" to differ: this window is never open',
    path: ['to'],
  });
export type PolicyWindow = z.infer<typeof windowSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
