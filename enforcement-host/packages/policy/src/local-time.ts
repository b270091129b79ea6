/** Local time: a day of 1 (Monday) to 7, and a minute of it. */
export interface LocalTime {
  readonly day: number;
  readonly minute: number;
}

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MINUTE_MS = 60_000;

interface Cached extends LocalTime {
  readonly epochMinute: number;
}
// Formatting costs microseconds and a minute has many decisions. One entry for each time zone.
const CACHE = new Map<string, Cached>();
const FORMATS = new Map<string, Intl.DateTimeFormat>();

/**
 * The time of the week in a time zone of the IANA database, as this runtime knows it.
 *
 * @param now RFC 3339. `undefined` is answered for what is no time.
 */
export function localTime(now: string, timeZone: string): LocalTime | undefined {
  const time = Date.parse(now);
  if (Number.isNaN(time)) return undefined;
  const epochMinute = Math.floor(time / MINUTE_MS);
  const cached = CACHE.get(timeZone);
  if (cached?.epochMinute === epochMinute) return cached;
  const fresh = { epochMinute, ...readClock(time, timeZone) };
  CACHE.set(timeZone, fresh);
  return fresh;
}

function readClock(time: number, timeZone: string): LocalTime {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  const day = DAY_NAMES.indexOf(parts.get('weekday') ?? '') + 1;
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  return { day, minute };
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  FORMATS.set(timeZone, format);
  return format;
}
