import type { Action, Facts } from '@axtary/core';

import type { NormalRule } from '../normal/normal-form.js';
import { fieldsOfLeaf, leavesOf } from './leaves.js';
import { projectField, type FieldFact } from './project-field.js';

/** Local time: a day of 1 (Monday) to 7, and a minute of 0 to 1439. */
export interface ZoneFact {
  readonly day: number;
  readonly minute: number;
}

/** What Cedar and Rego are told of an action: facts about what the rules name, never the action. */
export interface Projection {
  readonly fields: Readonly<Record<string, FieldFact>>;
  /** By time zone; one is missing where no time is known. */
  readonly zones: Readonly<Record<string, ZoneFact>>;
  /** By meter; one is missing where its count is not known. */
  readonly usage: Readonly<Record<string, number>>;
}

/** Names of what rules ask for. */
export interface ProjectionNames {
  readonly fields: readonly string[];
  /** Those of the fields that a human must have stated. */
  readonly stated: ReadonlySet<string>;
  readonly zones: readonly string[];
  readonly meters: readonly string[];
}

/**
 * Reads from an action and its facts what the rules name, on its own: nothing is shared with the
 * evaluator but the tables of the language, so that a fault in one of the two shows.
 */
export function projectAction(
  rules: readonly NormalRule[],
  action: Action,
  facts: Partial<Facts> = {},
): Projection {
  return projectNames(projectionNames(rules), action, facts);
}

/** As `projectAction`, for names that were collected before. */
export function projectNames(
  names: ProjectionNames,
  action: Action,
  facts: Partial<Facts>,
): Projection {
  return {
    fields: record(names.fields, (field) =>
      projectField(action, field, { asksStated: names.stated.has(field) }),
    ),
    zones: record(names.zones, (zone) => zoneFact(facts.now, zone)),
    usage: record(names.meters, (meter) => countOf(facts.usage, meter)),
  };
}

/** What the rules name, each once, in order of appearance. */
export function projectionNames(rules: readonly NormalRule[]): ProjectionNames {
  const leaves = leavesOf(rules).map(({ leaf }) => leaf);
  return {
    fields: unique(leaves.flatMap(fieldsOfLeaf)),
    stated: new Set(leaves.flatMap((leaf) => (leaf.op === 'stated' ? [leaf.field] : []))),
    zones: unique(leaves.flatMap((leaf) => (leaf.op === 'window' ? [leaf.timeZone] : []))),
    meters: unique(leaves.flatMap((leaf) => (leaf.op === 'usage' ? [leaf.meter.id] : []))),
  };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function record<Value>(
  names: readonly string[],
  read: (name: string) => Value | undefined,
): Readonly<Record<string, Value>> {
  const entries = names.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

// The words of a date as the locale en-US writes them: "Friday 15:42".
const LOCAL = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:,| at)? (\d\d):(\d\d)$/;
const DAYS = ['Mon', 'Tues', 'Wednes', 'Thurs', 'Fri', 'Satur', 'Sun'];

function zoneFact(now: string | undefined, timeZone: string): ZoneFact | undefined {
  const time = Date.parse(now ?? '');
  if (Number.isNaN(time)) return undefined;
  const [, day, hour, minute] = LOCAL.exec(formatterOf(timeZone).format(time)) ?? [];
  if (day === undefined) return undefined;
  return { day: DAYS.indexOf(day) + 1, minute: Number(hour) * 60 + Number(minute) };
}

const FORMATTERS = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATTERS.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  FORMATTERS.set(timeZone, formatter);
  return formatter;
}

function countOf(usage: Facts['usage'], meter: string): number | undefined {
  const count: unknown = usage && Object.getOwnPropertyDescriptor(usage, meter)?.value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
