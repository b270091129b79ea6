const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** The clock on a wall in a time zone, as if it were UTC: milliseconds. */
export function wallClock(time: number, timeZone: string): number {
  const known = FORMATS.get(timeZone);
  const format =
    known ??
    new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  FORMATS.set(timeZone, format);
  return Date.parse(`${format.format(time)} UTC`);
}
