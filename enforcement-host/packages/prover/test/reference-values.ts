import { isJsonObject, type Action } from '@axtary/core';

import { matchesGlob } from './reference-texts.js';

/** `undefined`: cannot be decided. */
export type Maybe = boolean | undefined;

export function not(value: Maybe): Maybe {
  return value === undefined ? undefined : !value;
}

export function and(values: readonly Maybe[]): Maybe {
  if (values.includes(false)) return false;
  return values.includes(undefined) ? undefined : true;
}

export function or(values: readonly Maybe[]): Maybe {
  return not(and(values.map(not)));
}

interface Comparison {
  readonly list: readonly unknown[];
  readonly how: 'any' | 'every' | 'has';
}

export function compared(name: string, value: unknown, { list, how }: Comparison): Maybe {
  const elements = elementsOf(value);
  const isComparable = (each: unknown) =>
    isUsable(name, each) && (list.length === 0 || list.some((one) => typeof one === typeof each));
  if (!elements.every(isComparable)) return undefined;
  if (how === 'has') return list.every((one) => elements.includes(one));
  if (how === 'any') return elements.some((each) => list.includes(each));
  return elements.length > 0 && elements.every((each) => list.includes(each));
}

export function matched(
  name: string,
  value: unknown,
  { globs, every }: { readonly globs: readonly string[]; readonly every: boolean },
): Maybe {
  const elements = elementsOf(value);
  if (!elements.every((each) => typeof each === 'string' && isUsable(name, each))) return undefined;
  const answers = elements.map((each) => matchesAny(name, String(each), globs));
  if (!every) return or(answers);
  return answers.length === 0 ? false : and(answers);
}

function matchesAny(name: string, text: string, globs: readonly string[]): Maybe {
  if (globs.some((glob) => matchesGlob(glob, text))) return true;
  if (!PATHS.includes(name)) return false;
  return globs.some((glob) => matchesGlob(caseless(glob), caseless(text))) ? undefined : false;
}

function caseless(text: string): string {
  let small = '';
  for (const each of text.normalize('NFKC')) {
    small += each.toLowerCase().toUpperCase().toLowerCase();
  }
  return small.normalize();
}

export function bounded(operator: string, value: unknown, bound: number): Maybe {
  if (operator === 'maxSize') {
    const isSized = typeof value === 'string' || Array.isArray(value);
    return isSized ? value.length <= bound : undefined;
  }
  if (!Number.isSafeInteger(value)) return undefined;
  return operator === 'max' ? Number(value) <= bound : Number(value) >= bound;
}

const PATHS = ['context.paths', 'payload.filesChanged', 'capability.payload.filesChanged'];

export function isUsable(name: string, element: unknown): boolean {
  if (PATHS.includes(name)) return typeof element === 'string' && isPlainPath(element);
  if (name === 'capability.resource') {
    return typeof element === 'string' && isPlainResource(element);
  }
  return ['string', 'boolean'].includes(typeof element) || Number.isSafeInteger(element);
}

function isPlainPath(path: string): boolean {
  if (path === '.') return true;
  return isPlainText(path) && [path, path.normalize('NFKC')].every(isPlainSpelling);
}

function isPlainSpelling(path: string): boolean {
  const parts = (/^[A-Za-z]:\//.test(path) ? path.slice(2) : path).split('/');
  if (parts.length > 1 && parts[0] === '') parts.shift();
  return parts.every(
    (part) => part !== '' && part.trim() === part && !/[:\\]|\.$|%[0-9a-f]{2}|~[0-9]/i.test(part),
  );
}

function isPlainResource(resource: string): boolean {
  const [, rest = ''] = /^(?:[a-z][a-z0-9.+-]*:\/\/)?([^]*)$/.exec(resource) ?? [];
  if (rest === '' || !isPlainText(rest)) return false;
  return [rest, rest.normalize('NFKC')].every(
    (name) =>
      !name.includes('//') &&
      !name.endsWith('/') &&
      !/\\|(^|[/:])(\.|\.\.)(\/|$)|%(2e|2f|5c)/i.test(name),
  );
}

function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(text) && text === text.normalize();
}

export interface Found {
  readonly state: 'value' | 'absent' | 'blocked';
  readonly value?: unknown;
}

export function read(action: Action, name: string): Found {
  const names = name.split('.');
  const isShort = ['payload', 'constraints'].includes(names[0] ?? '');
  let value: unknown = isShort ? action.capability : action;
  for (const each of names) {
    if (!isJsonObject(value)) return { state: 'blocked' };
    const next = Object.hasOwn(value, each) ? value[each] : null;
    if (next === undefined || next === null) return { state: 'absent' };
    value = next;
  }
  return { state: 'value', value };
}

export function isPresent({ state }: Found): Maybe {
  return state === 'blocked' ? undefined : state === 'value';
}

/** The elements where all are known; otherwise the answer. */
export function knownElements(
  { state, value }: Found,
  isKnown: (element: unknown) => boolean,
): readonly unknown[] | Maybe {
  if (state !== 'value') return state === 'absent' ? false : undefined;
  const elements = elementsOf(value);
  return elements.every(isKnown) ? elements : undefined;
}

/** A value that is no list is its only element. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
