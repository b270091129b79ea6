import type { Action } from '@axtary/core';

import { holdsPaths, isResource } from '../field.js';
import { globProblem } from '../glob.js';
import { standsIn } from './stands-in.js';

/**
 * What Cedar and Rego are told of a field instead of its value, in types that both have. An absent
 * field has no elements, no size and no number.
 */
export interface FieldFact {
  readonly absent: boolean;
  /** Something on the way to the field is there and is not an object. */
  readonly unreadable: boolean;
  /** Elements by type; a value that is no list is its only element. */
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly flags: readonly boolean[];
  /** The texts without difference of case, where the field holds paths. */
  readonly folded: readonly string[];
  /** Some element has no type that engines share, or an unclear spelling where that matters. */
  readonly odd: boolean;
  /** Elements of a list, UTF-16 units of a text; -1 where there is no size. */
  readonly size: number;
  /** 0 unless `isNumber`. */
  readonly number: number;
  /** The value is one whole number, at most 2^53 - 1 in size. */
  readonly isNumber: boolean;
  /** Every element is a text or a number, as a human could have said it, and there are not too many. */
  readonly statable: boolean;
  /** There is an element, and each stands in the human's own request. False unless a rule asks. */
  readonly stated: boolean;
  /** Every element is a glob, and there are at most 256. */
  readonly globs: boolean;
  /** The same without difference of case, which may make a glob too long. */
  readonly foldedGlobs: boolean;
  /** Units of all texts and the number of elements: what matching costs, for each glob. */
  readonly work: number;
}

const MAX_GIVEN_GLOBS = 256;

/**
 * Reads one field of an action.
 *
 * @param options `asksStated`: whether to search the human's request for the elements.
 */
export function projectField(
  action: Action,
  field: string,
  { asksStated }: { readonly asksStated: boolean },
): FieldFact {
  const value = valueAt(action, field);
  const elements = elementsOf(value);
  const texts = elements.filter((each) => typeof each === 'string');
  const isNumber = Number.isSafeInteger(value);
  return {
    absent: value === undefined,
    unreadable: value === BLOCKED,
    texts,
    numbers: elements.filter((each) => typeof each === 'number').filter(Number.isSafeInteger),
    flags: elements.filter((each) => typeof each === 'boolean'),
    folded: holdsPaths(field) ? texts.map(fold) : [],
    odd: !elements.every(evenIn(field)),
    size: typeof value === 'string' || Array.isArray(value) ? value.length : -1,
    number: isNumber ? Number(value) : 0,
    isNumber,
    statable: elements.length <= 1000 && elements.every(isStatable),
    stated: asksStated && areStated(elements, action.intent.request ?? ''),
    ...globFacts(elements, texts),
    work: texts.reduce((sum, text) => sum + text.length, elements.length),
  };
}

/** A text in the form that restricting rules compare paths in. */
export function fold(text: string): string {
  const small = (each: string): string => each.toLowerCase().toUpperCase().toLowerCase();
  return Array.from(text.normalize('NFKC'), small).join('').normalize('NFC');
}

const BLOCKED: unique symbol = Symbol('blocked');
const SHORT_ROOTS: Readonly<Record<string, string>> = {
  payload: 'capability.payload',
  constraints: 'capability.constraints',
};

function valueAt(action: Action, field: string): unknown {
  const [root = '', ...names] = field.split('.');
  const path = [...(SHORT_ROOTS[root] ?? root).split('.'), ...names];
  return path.reduce<unknown>(below, action);
}

function below(holder: unknown, name: string): unknown {
  if (holder === undefined) return undefined;
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return BLOCKED;
  return Object.getOwnPropertyDescriptor(holder, name)?.value ?? undefined;
}

function elementsOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function evenIn(field: string): (element: unknown) => boolean {
  if (holdsPaths(field)) return (element) => typeof element === 'string' && isClearPath(element);
  if (isResource(field)) return (element) => typeof element === 'string' && isClearName(element);
  return isShared;
}

function isShared(element: unknown): boolean {
  return (
    typeof element === 'string' || typeof element === 'boolean' || Number.isSafeInteger(element)
  );
}

function isClearPath(path: string): boolean {
  return path === '.' || (hasForms(path, isPathShape) && isClearText(path));
}

function isPathShape(path: string): boolean {
  const rest = path.replace(/^[A-Za-z]:(?=\/)/, '');
  const segments = (rest.startsWith('/') ? rest.slice(1) : rest).split('/');
  return segments.every(isClearSegment);
}

function isClearSegment(segment: string): boolean {
  const isBare = segment !== '' && segment === segment.trim() && !segment.endsWith('.');
  return isBare && !/[:\\]|%[0-9A-Fa-f]{2}|~[0-9]/.test(segment);
}

function isClearName(resource: string): boolean {
  const name = resource.replace(/^[a-z][-a-z0-9+.]*:\/\//, '');
  return name !== '' && hasForms(name, isNameShape) && isClearText(name);
}

function isNameShape(name: string): boolean {
  const segments = name.split('/');
  const isDotted = segments.some((segment) =>
    ['.', '..'].includes(segment.split(':').at(-1) ?? ''),
  );
  return !segments.slice(1).includes('') && !isDotted && !/\\|%2e|%2f|%5c/i.test(name);
}

/** Whether a text has a shape as it is written, and as what its characters stand for. */
function hasForms(text: string, hasShape: (text: string) => boolean): boolean {
  return hasShape(text) && hasShape(text.normalize('NFKC'));
}

function isClearText(text: string): boolean {
  return !/[\p{Cc}\p{DI}]/u.test(text) && text.normalize('NFC') === text;
}

function globFacts(
  elements: readonly unknown[],
  texts: readonly string[],
): Pick<FieldFact, 'globs' | 'foldedGlobs'> {
  const isGlob = (text: string): boolean => globProblem(text) === undefined;
  const isFew = elements.length <= MAX_GIVEN_GLOBS && texts.length === elements.length;
  const globs = isFew && texts.every(isGlob);
  return { globs, foldedGlobs: globs && texts.map(fold).every(isGlob) };
}

function isStatable(element: unknown): boolean {
  return typeof element === 'string' || isNumeral(element);
}

function isNumeral(element: unknown): element is number {
  return typeof element === 'number' && Number.isFinite(element);
}

function areStated(elements: readonly unknown[], request: string): boolean {
  const isStated = (each: unknown): boolean =>
    (typeof each === 'string' || isNumeral(each)) && standsIn(request, each);
  return elements.length > 0 && elements.every(isStated);
}
