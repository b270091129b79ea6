import type { Condition } from '../document/condition.js';
import { listOf, type Scalar } from '../document/text.js';
import { holdsPaths } from '../field.js';
import { compileGlob } from '../glob.js';
import { foldCase } from '../path.js';
import { areDisjoint } from './glob-relations.js';

/** A set of values: some scalars, or what some globs match. */
interface Values {
  readonly scalars?: readonly Scalar[];
  readonly globs?: readonly string[];
}

/** What a condition asks of its field. */
export interface Facets {
  readonly presence?: 'present' | 'absent';
  /** At least one element is among these. */
  readonly some?: Values;
  readonly every?: Values;
  readonly none?: Values;
  /** Each of these is an element. */
  readonly has?: readonly Scalar[];
  readonly low?: number;
  readonly high?: number;
  readonly sizeLow?: number;
  readonly sizeHigh?: number;
  readonly stated?: boolean;
}

/** What a condition asks; nothing where it compares with another field. */
export function facetsOf(condition: Condition): Facets {
  for (const [key, facets] of FACETS) {
    const operand = condition[key];
    if (operand !== undefined) return facets(condition);
  }
  return {};
}

type Reader = (condition: Condition) => Facets;

const here = { presence: 'present' } as const;
const FACETS: readonly (readonly [keyof Condition, Reader])[] = [
  ['equals', ({ equals }) => ({ ...here, some: { scalars: one(equals) } })],
  ['in', ({ in: scalars = [] }) => ({ ...here, some: { scalars } })],
  ['notEquals', ({ notEquals }) => ({ none: { scalars: one(notEquals) } })],
  ['notIn', ({ notIn: scalars = [] }) => ({ none: { scalars } })],
  ['allIn', ({ allIn: scalars = [] }) => ({ ...here, every: { scalars } })],
  ['hasAll', ({ hasAll: has = [] }) => ({ ...here, has })],
  ['matches', ({ matches = [] }) => ({ ...here, some: { globs: listOf(matches) } })],
  ['notMatches', ({ notMatches = [] }) => ({ none: { globs: listOf(notMatches) } })],
  ['allMatch', ({ allMatch = [] }) => ({ ...here, every: { globs: listOf(allMatch) } })],
  ['max', ({ max = 0 }) => ({ ...here, high: max })],
  ['under', ({ under = 0 }) => ({ ...here, high: under - 1 })],
  ['min', ({ min = 0 }) => ({ ...here, low: min })],
  ['over', ({ over = 0 }) => ({ ...here, low: over + 1 })],
  ['maxSize', ({ maxSize = 0 }) => ({ ...here, sizeHigh: maxSize })],
  ['overSize', ({ overSize = 0 }) => ({ ...here, sizeLow: overSize + 1 })],
  ['present', ({ present }) => ({ presence: present === true ? 'present' : 'absent' })],
  ['stated_by_human', ({ stated_by_human: stated = true }) => ({ ...here, stated })],
  ['equalsField', () => here],
  ['allInField', () => here],
  ['matchesField', () => here],
  ['allMatchField', () => here],
  ['maxField', () => here],
  ['overField', () => here],
  ['maxSizeField', () => here],
  ['overSizeField', () => here],
];

function one(scalar: Scalar | undefined): readonly Scalar[] {
  return scalar === undefined ? [] : [scalar];
}

/** How surely two conditions on a field exclude each other: also in lists, or but for lists. */
export type Exclusion = 'always' | 'unless-list' | undefined;

/** Whether a value of the field can pass both. */
export function exclusionOf(field: string, left: Facets, right: Facets): Exclusion {
  const pairs = [
    [left, right],
    [right, left],
  ] as const;
  const fold = holdsPaths(field);
  if (pairs.some(([a, b]) => areOpposite(a, b) || excludes(a, b, fold))) return 'always';
  return pairs.some(([a, b]) => excludesOne(a, b, fold)) ? 'unless-list' : undefined;
}

function areOpposite(a: Facets, b: Facets): boolean {
  if (a.presence === 'absent' && b.presence === 'present') return true;
  if (a.stated === true && b.stated === false) return true;
  return isEmpty(a.low, b.high) || isEmpty(a.sizeLow, b.sizeHigh);
}

function isEmpty(low: number | undefined, high: number | undefined): boolean {
  return low !== undefined && high !== undefined && low > high;
}

// What `a` asks of some or of each element, `b` forbids to every element.
function excludes(a: Facets, b: Facets, fold: boolean): boolean {
  const isRefused = (scalar: Scalar): boolean =>
    (b.every !== undefined && !holds(b.every, scalar, fold)) ||
    (b.none !== undefined && holds(b.none, scalar, false)) ||
    isOutside(scalar, b);
  const candidates = [a.some?.scalars, a.every?.scalars].filter((each) => each !== undefined);
  return (
    candidates.some((scalars) => isSmall(scalars, b) && scalars.every(isRefused)) ||
    (a.has !== undefined && isSmall(a.has, b) && a.has.some(isRefused))
  );
}

// A single value cannot pass both, though the elements of a list can.
function excludesOne(a: Facets, b: Facets, fold: boolean): boolean {
  const scalars = a.some?.scalars;
  if (b.some === undefined) return false;
  const other = b.some;
  if (scalars !== undefined) {
    return isSmall(scalars, b) && scalars.every((scalar) => !holds(other, scalar, fold));
  }
  const globs = a.some?.globs ?? [];
  const others = other.globs ?? [];
  if (fold || globs.length * others.length === 0 || globs.length * others.length > MAX_WORK) {
    return false;
  }
  return globs.every((glob) => others.every((each) => areDisjoint(glob, each)));
}

const MAX_WORK = 2_000;

function isSmall(scalars: readonly Scalar[], { some, every, none }: Facets): boolean {
  const sizes = [some, every, none].map(
    (values) => (values?.scalars?.length ?? 0) + (values?.globs?.length ?? 0),
  );
  return scalars.length > 0 && scalars.length * Math.max(1, ...sizes) <= MAX_WORK;
}

function isOutside(scalar: Scalar, { low = -Infinity, high = Infinity }: Facets): boolean {
  if (low === -Infinity && high === Infinity) return false;
  return typeof scalar === 'number' && (scalar < low || scalar > high);
}

// Restricting rules compare paths without regard to case, so that is what counts as holding.
function holds({ scalars = [], globs = [] }: Values, scalar: Scalar, fold: boolean): boolean {
  if (scalars.includes(scalar)) return true;
  if (typeof scalar !== 'string') return false;
  if (!fold) return globs.some((glob) => compileGlob(glob)(scalar));
  const folded = foldCase(scalar);
  return (
    scalars.some((each) => typeof each === 'string' && foldCase(each) === folded) ||
    globs.some((glob) => compileGlob(foldCase(glob))(folded))
  );
}
