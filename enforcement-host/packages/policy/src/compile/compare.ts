import type { Quantifier } from '../normal/normal-form.js';
import type { Glob } from '../glob.js';

/** `undefined`: cannot be decided, because a value has the wrong type or spelling. */
export type Answer = boolean | undefined;

type Ask = (element: unknown) => Answer;

// Characters read, times globs: what a matching may cost before it counts as undecidable.
export const MAX_GLOB_WORK = 64_000_000;

/**
 * Asks about the elements of a list, or about a value that is none. One element that cannot be
 * decided makes the whole undecidable, whatever the others say; of no elements nothing holds.
 */
export function judge(value: unknown, of: Quantifier, ask: Ask): Answer {
  if (!Array.isArray(value)) return ask(value);
  let some = false;
  let all = value.length > 0;
  for (const element of value as readonly unknown[]) {
    const answer = ask(element);
    if (answer === undefined) return undefined;
    some ||= answer;
    all &&= answer;
  }
  return of === 'any' ? some : all;
}

/** Asks whether an element is one of the scalars; decidable where one of them has its type. */
export function askIsOneOf(scalars: readonly unknown[]): Ask {
  const [only] = scalars;
  const types = new Set(scalars.map((scalar) => typeof scalar));
  const known = scalars.length === 1 ? undefined : new Set(scalars);
  return (element) => {
    if (!isDecidable(element) || (types.size > 0 && !types.has(typeof element))) return undefined;
    return known === undefined ? element === only : known.has(element);
  };
}

/** Whether every scalar is among the elements. */
export function hasAll(value: unknown, scalars: readonly unknown[]): Answer {
  const isOne = askIsOneOf(scalars);
  if (judge(value, 'any', isOne) === undefined) return undefined;
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  return scalars.every((scalar) => elements.includes(scalar));
}

/** Asks whether a text matches any of the globs. */
export function askMatches(globs: readonly Glob[]): Ask {
  const [only] = globs;
  if (only !== undefined && globs.length === 1) {
    return (element) => (typeof element === 'string' ? only(element) : undefined);
  }
  return (element) => {
    if (typeof element !== 'string') return undefined;
    for (const glob of globs) if (glob(element)) return true;
    return false;
  };
}

/** Elements and characters of a value: what matching it with one glob costs. */
export function globWork(value: unknown): number {
  if (typeof value === 'string') return value.length + 1;
  if (!Array.isArray(value)) return 1;
  let work = value.length;
  for (const element of value as readonly unknown[]) {
    if (typeof element === 'string') work += element.length;
  }
  return work;
}

/** A text, a flag or a whole number: what every engine compares alike. */
export function isDecidable(value: unknown): value is string | number | boolean {
  return typeof value === 'number'
    ? Number.isSafeInteger(value)
    : typeof value === 'string' || typeof value === 'boolean';
}

/** Elements of a list, UTF-16 units of a text; `undefined` for what has no size. */
export function sizeOf(value: unknown): number | undefined {
  return typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
}
