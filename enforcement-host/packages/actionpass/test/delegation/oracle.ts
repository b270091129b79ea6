import type { DelegationClaims } from '../../src/index.js';

// Decides whether a child is within its parent by trying, on every axis, all that could be done in
// a small world: naive on purpose, and without anything of what it checks.

const SEGMENTS = ['a', 'b', 'ab', ''];
const NAMES: readonly string[] = [
  ...SEGMENTS,
  ...SEGMENTS.flatMap((x) => SEGMENTS.map((y) => `${x}/${y}`)),
  ...SEGMENTS.flatMap((x) => SEGMENTS.flatMap((y) => SEGMENTS.map((z) => `${x}/${y}/${z}`))),
  'a/b/a/b',
  'a/b/a/c',
  'c',
  'c/a',
  'a/c',
  'ac/a',
];
const TIMES = Array.from({ length: 12 }, (_, index) => index);
const AUDIENCES = ['x', 'y', 'z', 'w'];
const AMOUNTS = TIMES;
const BUDGETS = ['m', 'n'].flatMap((id) =>
  [undefined, 'f', 'g'].flatMap((field) =>
    [undefined, 'EUR'].map((currency) => ({ id, field, currency })),
  ),
);
const ELEMENTS = ['p', 'q', 'r', 's'];

/** The axes on which something is possible for the child that is not for its parent. */
export function wideAxes(parent: DelegationClaims, child: DelegationClaims): readonly string[] {
  const axes = {
    iss: parent.iss === child.iss,
    human: parent.human === child.human,
    tenant: parent.tenant === child.tenant,
    task: parent.task === child.task,
    exp: TIMES.every((time) => time >= child.exp || time < parent.exp),
    aud: AUDIENCES.every((name) => !isFor(child.aud, name) || isFor(parent.aud, name)),
    tools: namesWithin(parent.scope.tools, child.scope.tools),
    resources: namesWithin(parent.scope.resources, child.scope.resources),
    payloads: payloadsWithin(parent, child),
    constraints: constraintsWithin(parent.scope.constraints, child.scope.constraints),
    budgets: budgetsWithin(parent.scope.budgets, child.scope.budgets),
    hops: child.delegation.hops + 1 === parent.delegation.hops,
    depth: child.delegation.depth - 1 === parent.delegation.depth,
  };
  return Object.entries(axes).flatMap(([axis, holds]) => (holds ? [] : [axis]));
}

function isFor(aud: readonly string[] | undefined, name: string): boolean {
  return aud === undefined ? true : aud.includes(name);
}

function payloadsWithin(parent: DelegationClaims, child: DelegationClaims): boolean {
  return ['a', 'b', 'c', 'd'].every((digit) => {
    const hash = `sha256:${digit.repeat(64)}` as const;
    const { payloads: inner } = child.scope;
    const { payloads: outer } = parent.scope;
    if (inner && !inner.includes(hash)) return true;
    return !outer || outer.includes(hash);
  });
}

const known = new Map<string, ReadonlySet<string>>();

function namesWithin(parent: readonly string[], child: readonly string[]): boolean {
  const outer = parent.map(namesOf);
  return child.every((glob) => [...namesOf(glob)].every((text) => outer.some((o) => o.has(text))));
}

function namesOf(glob: string): ReadonlySet<string> {
  const names =
    known.get(glob) ?? new Set(NAMES.filter((n) => matches(glob.split('/'), n.split('/'))));
  known.set(glob, names);
  return names;
}

function matches(glob: readonly string[], subject: readonly string[]): boolean {
  const [segment, ...rest] = glob;
  if (segment === undefined) return subject.length === 0;
  if (segment !== '**') {
    const [first, ...others] = subject;
    return first !== undefined && segmentMatches(segment, first) && matches(rest, others);
  }
  if (rest.length === 0) return subject.length > 0;
  return [...subject, ''].some((_, index) => matches(rest, subject.slice(index)));
}

function segmentMatches(segment: string, text: string): boolean {
  if (segment === '') return text === '';
  const [first, ...rest] = segment;
  const after = rest.join('');
  if (first !== '*') return text.startsWith(first ?? '') && segmentMatches(after, text.slice(1));
  return segmentMatches(after, text) || (text !== '' && segmentMatches(segment, text.slice(1)));
}

type Constraints = DelegationClaims['scope']['constraints'];

function constraintsWithin(parent: Constraints, child: Constraints): boolean {
  const readings = [true, false];
  return Object.keys({ ...parent, ...child }).every((key) => {
    return readings.every((emptyIsAll) => {
      const inner = possible(key, child, emptyIsAll);
      const outer = possible(key, parent, emptyIsAll);
      return [...inner].every((what) => outer.has(what));
    });
  });
}

const OPAQUE = ['"x"', '"y"', '1', '2', 'true', 'false', '["p"]', '[]'];
const EVERYTHING = [
  ...AMOUNTS.map((amount) => `amount ${amount}`),
  ...ELEMENTS.map((element) => `element ${element}`),
  'with',
  'without',
  ...OPAQUE,
];

/** All that a constraint lets happen, by its name and the type of its value. */
function possible(key: string, all: Constraints, emptyIsAll: boolean): ReadonlySet<string> {
  const value = all[key];
  if (value === undefined) return new Set(EVERYTHING);
  if (typeof value === 'number') return possibleAmounts(key, value);
  if (Array.isArray(value)) return possibleElements(key, value, emptyIsAll);
  if (typeof value === 'boolean' && key === 'requiresTests') {
    return new Set(value ? ['with'] : ['with', 'without']);
  }
  return new Set([JSON.stringify(value)]);
}

function possibleAmounts(key: string, value: number): ReadonlySet<string> {
  if (key === 'maxSize') return amounts((amount) => amount <= value);
  if (key === 'minSize') return amounts((amount) => amount >= value);
  return new Set([JSON.stringify(value)]);
}

function possibleElements(
  key: string,
  value: readonly unknown[],
  emptyIsAll: boolean,
): ReadonlySet<string> {
  if (key === 'blockedNames') return elements((element) => !value.includes(element));
  return elements((element) => value.includes(element) || (value.length === 0 && emptyIsAll));
}

function amounts(isPossible: (amount: number) => boolean): ReadonlySet<string> {
  return new Set(AMOUNTS.filter(isPossible).map((amount) => `amount ${amount}`));
}

function elements(isPossible: (element: string) => boolean): ReadonlySet<string> {
  return new Set(ELEMENTS.filter(isPossible).map((element) => `element ${element}`));
}

type Budgets = DelegationClaims['scope']['budgets'];

function budgetsWithin(parent: Budgets, child: Budgets): boolean {
  return BUDGETS.every((meter) => {
    return AMOUNTS.every(
      (amount) => !canUse(child, meter, amount) || canUse(parent, meter, amount),
    );
  });
}

function canUse(budgets: Budgets, meter: (typeof BUDGETS)[number], amount: number): boolean {
  return budgets.every(({ id, field, currency, max }) => {
    const isMetered = id === meter.id && field === meter.field && currency === meter.currency;
    return !isMetered || amount <= max;
  });
}
