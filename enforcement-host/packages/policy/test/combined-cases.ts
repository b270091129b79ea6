import type { Action } from '@axtary/core';

import { type Case, withOther, withPaths, withValue } from './condition-cases.js';
import { anAction, NO, UNDECIDABLE, YES } from './support.js';

const field = 'payload.x';
const ABSENT = undefined;
const TRUSTED = ['*@example.com', 'ana@partner.org'];
const PATHS_FOLDED = { allow: false, deny: true, stepUp: true };

const SETS: readonly Case[] = [
  ['notIn fails for a listed value', { field, notIn: ['a'] }, withValue('a'), NO],
  ['notIn holds for another and for none', { field, notIn: ['a'] }, withValue(ABSENT), YES],
  [
    'allIn holds where every element is listed',
    { field, allIn: ['a', 'b'] },
    withValue(['b']),
    YES,
  ],
  ['allIn fails for one that is not', { field, allIn: ['a', 'b'] }, withValue(['a', 'c']), NO],
  ['allIn fails for no elements', { field, allIn: ['a'] }, withValue([]), NO],
  ['allIn cannot decide a mix of types', { field, allIn: ['a'] }, withValue(['a', 1]), UNDECIDABLE],
  ['hasAll holds for a superset', { field, hasAll: ['a', 'b'] }, withValue(['b', 'c', 'a']), YES],
  ['hasAll fails where one is missing', { field, hasAll: ['a', 'b'] }, withValue(['a']), NO],
  ['hasAll takes a text for a list of one', { field, hasAll: ['a'] }, withValue('a'), YES],
  ['hasAll cannot decide an object', { field, hasAll: ['a'] }, withValue(['a', {}]), UNDECIDABLE],
  [
    'allMatch holds where each matches',
    { field, allMatch: TRUSTED },
    withValue(['b@example.com']),
    YES,
  ],
  [
    'allMatch fails for one that does not',
    { field, allMatch: TRUSTED },
    withValue(['b@example.com', 'b@example.com.evil.org']),
    NO,
  ],
  ['allMatch fails for no elements', { field, allMatch: TRUSTED }, withValue([]), NO],
  ['allMatch cannot decide a number', { field, allMatch: TRUSTED }, withValue([1]), UNDECIDABLE],
  [
    'allInField compares with what the action carries',
    { field, allInField: 'constraints.y' },
    withOther(['a'], ['a', 'b']),
    YES,
  ],
  [
    'allMatchField takes the globs of the action',
    { field, allMatchField: 'constraints.y' },
    withOther(['a/b', 'c'], ['a/*']),
    NO,
  ],
];

const ORDER: readonly Case[] = [
  ['over fails at the bound', { field, over: 3 }, withValue(3), NO],
  ['over holds above it', { field, over: 3 }, withValue(4), YES],
  ['over fails for an absent field', { field, over: 3 }, withValue(ABSENT), NO],
  ['over cannot decide a fraction', { field, over: 3 }, withValue(3.5), UNDECIDABLE],
  ['under holds below the bound', { field, under: 3 }, withValue(2), YES],
  ['under fails at it', { field, under: 3 }, withValue(3), NO],
  ['maxField holds up to the other', { field, maxField: 'constraints.y' }, withOther(3, 3), YES],
  ['overField holds above the other', { field, overField: 'constraints.y' }, withOther(4, 3), YES],
  ['overField fails without another', { field, overField: 'constraints.z' }, withOther(4, 3), NO],
  [
    'overField cannot decide against a text',
    { field, overField: 'constraints.y' },
    withOther(4, '3'),
    UNDECIDABLE,
  ],
];

const isA = { field, equals: 'a' };
const isFlag = { field, equals: true };
const COMBINATIONS: readonly Case[] = [
  ['any holds where one does', { any: [isA, { field, equals: 'b' }] }, withValue('b'), YES],
  ['any fails where none does', { any: [isA] }, withValue('b'), NO],
  ['any cannot decide what one cannot', { any: [isA, isFlag] }, withValue('b'), UNDECIDABLE],
  ['any holds for one, whatever the others', { any: [isA, isFlag] }, withValue('a'), YES],
  ['all fails where one does', { all: [isA, { field, maxSize: 0 }] }, withValue('a'), NO],
  ['all fails for one, whatever the others', { all: [isA, isFlag] }, withValue('b'), NO],
  ['not turns an answer round', { not: isA }, withValue('b'), YES],
  ['not leaves undecidable what is', { not: isFlag }, withValue('b'), UNDECIDABLE],
  ['not of not is the same', { not: { not: isFlag } }, withValue('b'), UNDECIDABLE],
  ['not holds for an absent field', { not: isA }, withValue(ABSENT), YES],
  [
    'conditions nest eight deep',
    { not: { not: { not: { not: { not: { not: { not: { not: isA } } } } } } } },
    withValue('a'),
    YES,
  ],
];

const asking = (request: string | undefined, value: unknown): Action => {
  const action = withValue(value);
  return { ...action, intent: { ...action.intent, ...(request !== undefined && { request }) } };
};
const stated = { field, stated_by_human: true };
const STATED: readonly Case[] = [
  ['stated_by_human holds for what was said', stated, asking('pay IT12 1100', 'IT12'), YES],
  ['stated_by_human needs every element', stated, asking('ask ana and bo', ['ana', 'eve']), NO],
  ['stated_by_human fails for no elements', stated, asking('ask ana', []), NO],
  ['stated_by_human fails without a request', stated, asking(undefined, 'ana'), NO],
  ['stated_by_human fails for an absent field', stated, asking('ask ana', ABSENT), NO],
  ['stated_by_human cannot decide an object', stated, asking('ask ana', {}), UNDECIDABLE],
  ['stated_by_human: false holds for what was not', not(), asking('ask ana', 'eve'), YES],
  ['stated_by_human: false fails for an absent field', not(), asking('ask ana', ABSENT), NO],
];

function not(): Case[1] {
  return { field, stated_by_human: false };
}

const NULLS: readonly Case[] = [
  ['null is as good as absent', { field, present: true }, withValue(null), NO],
  ['null below a field is too', { field: 'payload.x.y', present: false }, withValue(null), YES],
  ['null in a list is an element', { field, notEquals: 'a' }, withValue([null]), UNDECIDABLE],
];

const FOLDED: readonly Case[] = [
  [
    'rules that restrict compare paths without regard to case',
    { field: 'context.paths', matches: '**/.env*' },
    withPaths('a/.ENV'),
    PATHS_FOLDED,
  ],
  [
    'below a not, rules that allow do',
    { field: 'context.paths', notMatches: '**/.env*' },
    withPaths('a/.ENV'),
    { allow: false, deny: true, stepUp: true },
  ],
  [
    'globs of the action are folded too',
    { field: 'payload.filesChanged', matchesField: 'constraints.blockedPaths' },
    anAction({
      payload: { filesChanged: ['INFRA/Prod/x'] },
      constraints: { blockedPaths: ['infra/prod/**'] },
    }),
    PATHS_FOLDED,
  ],
  [
    'other forms of the same characters too',
    { field: 'context.paths', matches: '**/.env*' },
    withPaths('src／．ｅｎｖ'),
    PATHS_FOLDED,
  ],
  ['other fields are compared exactly', { field, matches: 'a*' }, withValue('A1'), NO],
];

/** Set operations, order, combinations, the human's words, and the case of paths. */
export const COMBINED: readonly Case[] = [
  ...SETS,
  ...ORDER,
  ...COMBINATIONS,
  ...STATED,
  ...NULLS,
  ...FOLDED,
];
