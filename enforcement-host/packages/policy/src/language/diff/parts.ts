import type { Condition, Operator } from '../../document/condition.js';
import { OPERATORS } from '../../document/condition.js';
import { currencyFieldOf, type Budget, type RuleObligations } from '../../document/obligations.js';
import type { Match } from '../../document/rule.js';
import { listOf, type Scalar } from '../../document/text.js';
import { globsCover } from '../../lint/glob-relations.js';
import { windowCovers } from '../../lint/windows.js';
import {
  areRetyped,
  extentFrom,
  extentOf,
  worstOf,
  type ChangeDirection,
  type Extent,
} from './change.js';

/** How much more or less a match reaches than before. */
export function matchExtent(old: Match, now: Match): Extent {
  const { roles: oldRoles, ...oldGlobs } = old;
  const { roles: nowRoles, ...nowGlobs } = now;
  const keys = [...new Set([...Object.keys(oldGlobs), ...Object.keys(nowGlobs)])] as GlobKey[];
  return extentOf([
    ...keys.map((key) => optional(oldGlobs[key], nowGlobs[key], globsExtent)),
    optional(oldRoles, nowRoles, (before, later) => setExtent(listOf(before), listOf(later))),
  ]);
}

type GlobKey = Exclude<keyof Match, 'roles'>;
type Globs = string | readonly string[];

function optional<Value>(
  old: Value | undefined,
  now: Value | undefined,
  compare: (old: Value, now: Value) => Extent,
): Extent {
  if (old === undefined) return now === undefined ? 'same' : 'narrower';
  return now === undefined ? 'wider' : compare(old, now);
}

function globsExtent(old: Globs, now: Globs): Extent {
  if (isSame(listOf(old), listOf(now))) return 'same';
  return extentFrom(globsCover(listOf(now), listOf(old)), globsCover(listOf(old), listOf(now)));
}

function setExtent(old: readonly Scalar[], now: readonly Scalar[]): Extent {
  if (areRetyped(old, now)) return 'unknown';
  const [before, later] = [new Set(old), new Set(now)];
  const isWider = old.every((each) => later.has(each));
  const isNarrower = now.every((each) => before.has(each));
  return extentFrom(isWider, isNarrower);
}

function numberExtent(old: number, now: number): Extent {
  if (old === now) return 'same';
  return now > old ? 'wider' : 'narrower';
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** How much more or less often conditions hold than before, as far as it can be told. */
export function whenExtent(old: readonly Condition[], now: readonly Condition[]): Extent {
  const key = (condition: Condition): string => JSON.stringify(Object.entries(condition).sort());
  const oldKeys = new Set(old.map(key));
  const nowKeys = new Set(now.map(key));
  const removed = old.filter((condition) => !nowKeys.has(key(condition)));
  const added = now.filter((condition) => !oldKeys.has(key(condition)));
  if (removed.length === 0 && added.length === 0) return 'same';
  if (removed.length === 0) return 'narrower';
  if (added.length === 0) return 'wider';
  // In order, one for one: conditions on the same field that were edited.
  if (removed.length !== added.length) return 'unknown';
  return extentOf(added.map((condition, index) => conditionExtent(removed[index], condition)));
}

function conditionExtent(old: Condition | undefined, now: Condition): Extent {
  if (now.budgetOf !== undefined) return shareExtent(old, now);
  const operator = OPERATORS.find((name) => now[name] !== undefined);
  if (old?.field === undefined || old.field !== now.field || operator === undefined)
    return 'unknown';
  if (old[operator] === undefined) return 'unknown';
  return EXTENTS[operator]?.(old, now) ?? 'unknown';
}

function shareExtent(old: Condition | undefined, now: Condition): Extent {
  if (old?.budgetOf !== now.budgetOf) return 'unknown';
  return flip(numberExtent(old?.usedOver ?? 0, now.usedOver ?? 0));
}

type Compare = (old: Condition, now: Condition) => Extent;

const EXTENTS: Readonly<Partial<Record<Operator, Compare>>> = {
  in: (old, now) => setExtent(old.in ?? [], now.in ?? []),
  allIn: (old, now) => setExtent(old.allIn ?? [], now.allIn ?? []),
  notIn: (old, now) => flip(setExtent(old.notIn ?? [], now.notIn ?? [])),
  hasAll: (old, now) => flip(setExtent(old.hasAll ?? [], now.hasAll ?? [])),
  matches: (old, now) => globsExtent(old.matches ?? [], now.matches ?? []),
  allMatch: (old, now) => globsExtent(old.allMatch ?? [], now.allMatch ?? []),
  notMatches: (old, now) => flip(globsExtent(old.notMatches ?? [], now.notMatches ?? [])),
  max: (old, now) => numberExtent(old.max ?? 0, now.max ?? 0),
  under: (old, now) => numberExtent(old.under ?? 0, now.under ?? 0),
  min: (old, now) => flip(numberExtent(old.min ?? 0, now.min ?? 0)),
  over: (old, now) => flip(numberExtent(old.over ?? 0, now.over ?? 0)),
  maxSize: (old, now) => numberExtent(old.maxSize ?? 0, now.maxSize ?? 0),
  overSize: (old, now) => flip(numberExtent(old.overSize ?? 0, now.overSize ?? 0)),
};

function flip(extent: Extent): Extent {
  if (extent === 'wider') return 'narrower';
  return extent === 'narrower' ? 'wider' : extent;
}

type Key = keyof RuleObligations;

/** What a change of obligations does to what is permitted. */
export function obligationsDirection(old: RuleObligations, now: RuleObligations): ChangeDirection {
  return worstOf(changedKeys(old, now).map((key) => obligationDirection(key, old, now)));
}

/** The obligations that changed, in words. */
export function obligationWords(old: RuleObligations, now: RuleObligations): readonly string[] {
  return changedKeys(old, now).map((key) => {
    if (old[key] === undefined) return `obligation ${key} was added`;
    return now[key] === undefined ? `obligation ${key} was removed` : `obligation ${key} changed`;
  });
}

function changedKeys(old: RuleObligations, now: RuleObligations): readonly Key[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])] as Key[];
  return keys.filter((key) => !isSame(old[key], now[key]));
}

function obligationDirection(
  key: Key,
  old: RuleObligations,
  now: RuleObligations,
): ChangeDirection {
  if (old[key] === undefined) return 'tightens';
  if (now[key] === undefined) return 'loosens';
  return DIRECTIONS[PERMITTED[key]?.(old, now) ?? 'unknown'];
}

const DIRECTIONS = {
  same: 'neutral',
  wider: 'loosens',
  narrower: 'tightens',
  unknown: 'unclear',
} as const satisfies Record<Extent, ChangeDirection>;

// How much the obligation permits.
const PERMITTED: Readonly<
  Partial<Record<Key, (old: RuleObligations, now: RuleObligations) => Extent>>
> = {
  approverRoles: (old, now) => setExtent(old.approverRoles ?? [], now.approverRoles ?? []),
  approvals: (old, now) => flip(numberExtent(old.approvals ?? 1, now.approvals ?? 1)),
  passTtlSeconds: (old, now) => numberExtent(old.passTtlSeconds ?? 0, now.passTtlSeconds ?? 0),
  blockedPaths: (old, now) => flip(globsExtent(old.blockedPaths ?? [], now.blockedPaths ?? [])),
  maxFilesChanged: (old, now) => numberExtent(old.maxFilesChanged ?? 0, now.maxFilesChanged ?? 0),
  channels: (old, now) => setExtent(old.channels ?? [], now.channels ?? []),
  recipients: (old, now) => globsExtent(old.recipients ?? [], now.recipients ?? []),
  maxRows: (old, now) => numberExtent(old.maxRows ?? 0, now.maxRows ?? 0),
  windows: windowsExtent,
  rates: ({ rates: old = [] }, { rates: now = [] }) => countedExtent(old, now),
  budgets: ({ budgets: old = [] }, { budgets: now = [] }) => countedExtent(old, now),
};

type Counted = NonNullable<RuleObligations['rates']>[number] & Partial<Budget>;

// By their places, under which they are counted: one more permits less.
function countedExtent(old: readonly Counted[], now: readonly Counted[]): Extent {
  const [longer] = [old, now].toSorted((a, b) => b.length - a.length);
  return extentOf((longer ?? []).map((_, at) => optional(old[at], now[at], limitExtent)));
}

function limitExtent(old: Counted, now: Counted): Extent {
  const isSameCount = isSame([old.field, [...old.per].sort()], [now.field, [...now.per].sort()]);
  return extentOf([
    isSameCount ? 'same' : 'unknown',
    numberExtent(old.max, now.max),
    flip(numberExtent(old.windowSeconds, now.windowSeconds)),
    optional(currencyOf(old), currencyOf(now), (before, later) =>
      before === later ? 'same' : 'unknown',
    ),
  ]);
}

function currencyOf({ field = '', currency, currencyField }: Counted): string | undefined {
  return currency && `${currency} in ${currencyFieldOf({ field, currencyField })}`;
}

function windowsExtent(
  { windows: old = [] }: RuleObligations,
  { windows: now = [] }: RuleObligations,
): Extent {
  return extentFrom(
    old.every((window) => windowCovers(now, window)),
    now.every((window) => windowCovers(old, window)),
  );
}
