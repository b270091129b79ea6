import { compileGlob, globProblem, type Glob } from './glob.js';
import { isNormalisedPath } from './path.js';

/** `undefined`: cannot be decided, because a value has the wrong type or spelling. */
export type Answer = boolean | undefined;

/** What is known of the field that is compared. */
export interface Subject {
  /** True where the field holds file paths: then only one spelling can be decided. */
  readonly isPath: boolean;
}

type Scalar = string | number | boolean;

// Globs that come with an action are hostile: more than this is not decided.
const MAX_GIVEN_GLOBS = 256;
// Characters read, times globs: what a matching may cost before it counts as undecidable.
const MAX_GLOB_WORK = 64_000_000;

/** Whether a value, or any element of it, is one of the given scalars. */
export function isOneOf(value: unknown, scalars: readonly unknown[], subject: Subject): Answer {
  if (!Array.isArray(value)) return isElementOneOf(value, scalars, subject);
  return anyElement(value, (element) => isElementOneOf(element, scalars, subject));
}

/** Whether a value, or any element of it, matches any of the globs. */
export function matchesAny(value: unknown, globs: readonly Glob[], subject: Subject): Answer {
  if (globWork(value) * globs.length > MAX_GLOB_WORK) return undefined;
  if (!Array.isArray(value)) return elementMatches(value, globs, subject);
  return anyElement(value, (element) => elementMatches(element, globs, subject));
}

/** As `isOneOf`, with scalars that the action itself carries. */
export function isOneOfGiven(value: unknown, given: unknown, subject: Subject): Answer {
  const scalars: readonly unknown[] = Array.isArray(given) ? given : [given];
  return scalars.every(isScalar) ? isOneOf(value, scalars, subject) : undefined;
}

/** As `matchesAny`, with globs that the action itself carries. */
export function matchesGiven(value: unknown, given: unknown, subject: Subject): Answer {
  const globs = compileGiven(given);
  return globs && matchesAny(value, globs, subject);
}

/** Whether a number passes; only numbers can be decided. */
export function ifNumber(value: unknown, passes: (number: number) => boolean): Answer {
  return typeof value === 'number' ? passes(value) : undefined;
}

/** Whether a size passes: elements of an array, UTF-16 units of a string. */
export function ifSized(value: unknown, passes: (size: number) => boolean): Answer {
  return typeof value === 'string' || Array.isArray(value) ? passes(value.length) : undefined;
}

// One element that cannot be decided makes the whole undecidable, whatever the others say.
function anyElement(elements: readonly unknown[], ask: (element: unknown) => Answer): Answer {
  let answer = false;
  for (const element of elements) {
    const one = ask(element);
    if (one === undefined) return undefined;
    answer ||= one;
  }
  return answer;
}

function isElementOneOf(value: unknown, scalars: readonly unknown[], subject: Subject): Answer {
  if (!isScalar(value) || !hasClearSpelling(value, subject)) return undefined;
  if (scalars.includes(value)) return true;
  if (scalars.length === 0) return false;
  return scalars.some((scalar) => typeof scalar === typeof value) ? false : undefined;
}

function elementMatches(value: unknown, globs: readonly Glob[], subject: Subject): Answer {
  if (typeof value !== 'string' || !hasClearSpelling(value, subject)) return undefined;
  for (const glob of globs) if (glob(value)) return true;
  return false;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function hasClearSpelling(value: Scalar, { isPath }: Subject): boolean {
  return !isPath || (typeof value === 'string' && isNormalisedPath(value));
}

function globWork(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 0;
  let work = value.length;
  for (const element of value as readonly unknown[]) {
    if (typeof element === 'string') work += element.length;
  }
  return work;
}

function compileGiven(given: unknown): readonly Glob[] | undefined {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (texts.length > MAX_GIVEN_GLOBS) return undefined;
  const globs: Glob[] = [];
  for (const text of texts) {
    const glob = typeof text === 'string' ? compileGivenGlob(text) : undefined;
    if (glob === undefined) return undefined;
    globs.push(glob);
  }
  return globs;
}

// Compiled globs by their text, so that the constraints of a session are compiled once. Cleared
// when full: an agent that varies its globs costs a compilation each, never memory.
const GIVEN_GLOBS = new Map<string, Glob>();
const MAX_CACHED_GLOBS = 512;

function compileGivenGlob(text: string): Glob | undefined {
  const known = GIVEN_GLOBS.get(text);
  if (known !== undefined) return known;
  if (globProblem(text) !== undefined) return undefined;
  if (GIVEN_GLOBS.size === MAX_CACHED_GLOBS) GIVEN_GLOBS.clear();
  const glob = compileGlob(text);
  GIVEN_GLOBS.set(text, glob);
  return glob;
}
