import { systemClock } from '@axtary/protocol';
import * as vscode from 'vscode';

const DAY = { dateStyle: 'full' } as const;
const TIME = { timeStyle: 'medium' } as const;
const CLOCK = { timeStyle: 'short' } as const;
const MOMENT = { dateStyle: 'medium', timeStyle: 'short' } as const;

/** The day of an RFC 3339 time, here. What is not a time stays as it is. */
export function dayOf(time: string): string {
  return formatted(time, DAY);
}

/** To the second. */
export function timeOf(time: string): string {
  return formatted(time, TIME);
}

/** To the minute. */
export function clockTime(time: string): string {
  return formatted(time, CLOCK);
}

/** To the minute, with the day unless it is today. */
export function momentOf(time: string): string {
  const isToday = dayOf(time) === dayOf(systemClock.now().toISOString());
  return formatted(time, isToday ? CLOCK : MOMENT);
}

/** As whoever uses the editor writes numbers. */
export function numberText(value: number): string {
  return numbers.format(value);
}

const numbers = new Intl.NumberFormat(vscode.env.language);

function formatted(time: string, options: Intl.DateTimeFormatOptions): string {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return time;
  return formatOf(options).format(milliseconds);
}

const formats = new Map<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>();

/** Making a formatter costs far more than using one. */
function formatOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const known = formats.get(options) ?? new Intl.DateTimeFormat(vscode.env.language, options);
  formats.set(options, known);
  return known;
}
