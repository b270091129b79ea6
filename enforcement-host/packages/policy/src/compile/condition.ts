import type { Action, Facts } from '@axtary/core';

import { compileField, holdsPaths, isResource, UNREADABLE } from '../field.js';
import { compileGlob, type Glob } from '../glob.js';
import { localTime } from '../local-time.js';
import type { FieldTest, NormalTest, UsageTest, WindowTest } from '../normal/normal-form.js';
import { foldCase, isClearPath, isClearResource, remember } from '../path.js';
import { isStated, MAX_STATED } from '../stated.js';
import {
  askIsOneOf,
  askMatches,
  globWork,
  hasAll,
  isDecidable,
  judge,
  MAX_GLOB_WORK,
  sizeOf,
  type Answer,
} from './compare.js';
import { compileGivenGlobs, MAX_GIVEN_GLOBS } from './given-globs.js';

/** What a decision may be told beside the action. */
export type GivenFacts = Partial<Facts>;

/** Says whether an action meets a part of a rule. */
export type Test = (action: Action, facts: GivenFacts) => boolean;

/**
 * Compiles a test of the normal form.
 *
 * @param caution What holds where it cannot be decided.
 */
export function compileTest(test: NormalTest, caution: boolean): Test {
  switch (test.op) {
    case 'all':
      return allOf(test.tests.map((one) => compileTest(one, caution)));
    case 'any': {
      const tests = test.tests.map((one) => compileTest(one, caution));
      return (action, facts) => tests.some((one) => one(action, facts));
    }
    case 'not': {
      const inner = compileTest(test.test, !caution);
      return (action, facts) => !inner(action, facts);
    }
    case 'window':
      return compileWindow(test, caution);
    case 'usage':
      return compileUsage(test, caution);
    default:
      return compileFieldTest(test, caution);
  }
}

/** Holds where all of the tests do. */
export function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first !== undefined && second === undefined) return first;
  return (action, facts) => {
    for (const test of tests) if (!test(action, facts)) return false;
    return true;
  };
}

type Compare = (value: unknown, action: Action) => Answer;

function compileFieldTest(test: FieldTest, caution: boolean): Test {
  const read = compileField(test.field);
  const compare = compileComparison(test, caution);
  return (action) => {
    const value = read(action);
    if (value === undefined) return false;
    return value === UNREADABLE ? caution : (compare(value, action) ?? caution);
  };
}

function compileComparison(test: FieldTest, caution: boolean): Compare {
  switch (test.op) {
    case 'present':
      return () => true;
    case 'is': {
      const ask = asSubject(test.field, false, askIsOneOf(test.scalars));
      return (value) => judge(value, test.of, ask);
    }
    case 'has':
      return (value) => (allClear(test.field, value) ? hasAll(value, test.scalars) : undefined);
    case 'matches':
      return compileMatches(test, caution);
    case 'atMost':
      return withNumber((number) => number <= test.number);
    case 'atLeast':
      return withNumber((number) => number >= test.number);
    case 'sizeAtMost':
      return (value) => atMost(sizeOf(value), test.number);
    case 'stated':
      return stated;
    default:
      return compileWithOther(test, caution);
  }
}

type OtherTest = Extract<FieldTest, { readonly other: string }>;

function compileWithOther(test: OtherTest, caution: boolean): Compare {
  const read = compileField(test.other);
  const compare = compareWithOther(test, caution);
  // An action that does not carry the other value sets no bound.
  return (value, action) => {
    const other = read(action);
    if (other === undefined) return false;
    return other === UNREADABLE ? undefined : compare(value, other);
  };
}

function compareWithOther(
  test: OtherTest,
  caution: boolean,
): (value: unknown, other: unknown) => Answer {
  switch (test.op) {
    case 'isOther':
      return (value, other) => {
        const scalars: readonly unknown[] = Array.isArray(other) ? other : [other];
        if (!scalars.every(isDecidable) || !allClear(test.other, other)) return undefined;
        return judge(value, test.of, asSubject(test.field, false, askIsOneOf(scalars)));
      };
    case 'matchesOther': {
      const fold = caution && holdsPaths(test.field);
      return (value, other) => {
        const globs = compileGivenGlobs(other, fold);
        if (!globs || globWork(value) * MAX_GIVEN_GLOBS > MAX_GLOB_WORK) return undefined;
        return judge(value, test.of, asSubject(test.field, fold, askMatches(globs)));
      };
    }
    case 'atMostOther':
      return (value, other) => (isWhole(value) ? atMost(value, other) : undefined);
    case 'sizeAtMostOther':
      return (value, other) => atMost(sizeOf(value), other);
  }
}

function compileMatches(test: Extract<FieldTest, { op: 'matches' }>, caution: boolean): Compare {
  const fold = caution && holdsPaths(test.field);
  const globs = compileGlobs(fold ? test.globs.map(foldCase) : test.globs);
  const asked = asSubject(test.field, fold, askMatches(globs));
  const ask = holdsPaths(test.field) ? remembering(asked) : asked;
  const work = MAX_GLOB_WORK / Math.max(globs.length, 1);
  const cheap = Math.min(work, 4096);
  return (value) => {
    if (typeof value === 'string' && value.length < cheap) return ask(value);
    return globWork(value) > work ? undefined : judge(value, test.of, ask);
  };
}

// What all tests together remember; when it is full, all of it is forgotten.
const MAX_ANSWERS = 50_000;
const MAX_ANSWERED_LENGTH = 256;
const answered = new Set<Map<unknown, boolean | null>>();
let answersInAll = 0;

/** As `ask`, remembering answers about short paths: a session asks about the same few files. */
function remembering(ask: Ask): Ask {
  const answers = new Map<unknown, boolean | null>();
  return (element) => {
    const known = answers.get(element);
    if (known !== undefined) return known ?? undefined;
    const answer = ask(element);
    if (typeof element !== 'string' || element.length > MAX_ANSWERED_LENGTH) return answer;
    if (answersInAll === MAX_ANSWERS) forgetAnswers();
    if (answers.size === 0) answered.add(answers);
    answers.set(element, answer ?? null);
    answersInAll++;
    return answer;
  };
}

function forgetAnswers(): void {
  for (const answers of answered) answers.clear();
  answered.clear();
  answersInAll = 0;
}

/** Compiles globs that their schema has accepted. */
export function compileGlobs(globs: readonly string[]): readonly Glob[] {
  return globs.map((glob) => compileGlob(glob));
}

type Ask = (element: unknown) => Answer;

// What an element is compared as; `undefined` for a text whose spelling is not clear.
type Subject = (text: string) => string | undefined;

const resourceSubject = remember((text) => (isClearResource(text) ? text : undefined));
const pathSubject = remember((text) => (isClearPath(text) ? text : undefined));
const foldedSubject = remember((text) => (isClearPath(text) ? foldCase(text) : undefined));

/** A resource that can be found by its one spelling; `undefined` for any other. */
export function inOneSpelling(resource: unknown): string | undefined {
  return typeof resource === 'string' ? resourceSubject(resource) : undefined;
}

function asSubject(field: string, fold: boolean, ask: Ask): Ask {
  const subjectOf = subjectsOf(field, fold);
  if (subjectOf === undefined) return ask;
  return (element) => {
    const subject = typeof element === 'string' ? subjectOf(element) : undefined;
    return subject === undefined ? undefined : ask(subject);
  };
}

function allClear(field: string, value: unknown): boolean {
  const subjectOf = subjectsOf(field, false);
  if (subjectOf === undefined) return true;
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  return elements.every(
    (element) => typeof element === 'string' && subjectOf(element) !== undefined,
  );
}

function subjectsOf(field: string, fold: boolean): Subject | undefined {
  if (isResource(field)) return resourceSubject;
  if (!holdsPaths(field)) return undefined;
  return fold ? foldedSubject : pathSubject;
}

function withNumber(passes: (number: number) => boolean): Compare {
  return (value) => (isWhole(value) ? passes(value) : undefined);
}

function atMost(value: number | undefined, bound: unknown): Answer {
  return value === undefined || !isWhole(bound) ? undefined : value <= bound;
}

function stated(value: unknown, { intent }: Action): Answer {
  if (Array.isArray(value) && value.length > MAX_STATED) return undefined;
  return judge(value, 'every', (element) =>
    typeof element === 'string' || isFiniteNumber(element)
      ? isStated(element, intent.request ?? '')
      : undefined,
  );
}

function compileWindow({ timeZone, days, from, to }: WindowTest, caution: boolean): Test {
  return (_action, { now }) => {
    const time = now === undefined ? undefined : localTime(now, timeZone);
    if (time === undefined) return caution;
    return days.includes(time.day) && from <= time.minute && time.minute < to;
  };
}

function compileUsage({ meter, max }: UsageTest, caution: boolean): Test {
  const amountOf = compileAmount(meter.field);
  return (action, { usage }) => {
    const amount = amountOf(action);
    if (amount === 'absent') return false;
    const used = usage && Object.hasOwn(usage, meter.id) ? usage[meter.id] : undefined;
    if (amount === undefined || !isCount(used)) return caution;
    return used + amount <= max;
  };
}

/** What an execution adds to a meter; `undefined` for what is no count. */
export function compileAmount(
  field: string | undefined,
): (action: Action) => number | 'absent' | undefined {
  if (field === undefined) return () => 1;
  const read = compileField(field);
  return (action) => {
    const value = read(action);
    if (value === undefined) return 'absent';
    return isCount(value) ? value : undefined;
  };
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isCount(value: unknown): value is number {
  return isWhole(value) && value >= 0;
}
