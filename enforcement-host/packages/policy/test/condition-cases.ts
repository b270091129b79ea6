import type { Action, JsonObject } from '@axtary/core';
import type { Condition } from '@axtary/policy';

import { anAction, NO, UNDECIDABLE, YES } from './support.js';

export type Case = readonly [
  sentence: string,
  condition: Condition,
  action: Action,
  expected: typeof YES,
];

export const withValue = (value: unknown): Action => anAction({ payload: asJson({ x: value }) });
export const withOther = (value: unknown, other: unknown): Action =>
  anAction({
    payload: asJson({ x: value }),
    constraints: asJson({ y: other }),
  });
export const withPaths = (...paths: string[]): Action => anAction({ context: { paths } });
const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const field = 'payload.x';
const paths = 'context.paths';
const ABSENT = undefined;

const SCALARS: readonly Case[] = [
  ['equals holds for the same text', { field, equals: 'a' }, withValue('a'), YES],
  ['equals fails for another text', { field, equals: 'a' }, withValue('b'), NO],
  [
    'equals cannot decide a text against a flag',
    { field, equals: true },
    withValue('true'),
    UNDECIDABLE,
  ],
  ['equals fails for null', { field, equals: 'a' }, withValue(null), NO],
  ['equals cannot decide an object', { field, equals: 'a' }, withValue({}), UNDECIDABLE],
  ['equals fails for an absent field', { field, equals: 'a' }, withValue(ABSENT), NO],
  ['equals holds for any element', { field, equals: 'a' }, withValue(['b', 'a']), YES],
  ['equals fails for no element', { field, equals: 'a' }, withValue([]), NO],
  ['equals cannot decide mixed elements', { field, equals: 'a' }, withValue(['a', 1]), UNDECIDABLE],
  ['equals cannot decide nested lists', { field, equals: 'a' }, withValue([['a']]), UNDECIDABLE],
  ['notEquals fails for the same text', { field, notEquals: 'a' }, withValue('a'), NO],
  ['notEquals holds for another text', { field, notEquals: 'a' }, withValue('b'), YES],
  ['notEquals holds for an absent field', { field, notEquals: 'a' }, withValue(ABSENT), YES],
  [
    'notEquals fails where one element equals',
    { field, notEquals: 'a' },
    withValue(['b', 'a']),
    NO,
  ],
  [
    'notEquals cannot decide another type',
    { field, notEquals: true },
    withValue('yes'),
    UNDECIDABLE,
  ],
  ['in holds for a listed value', { field, in: ['a', 1] }, withValue(1), YES],
  ['in fails for an unlisted value', { field, in: ['a', 1] }, withValue(2), NO],
  ['in cannot decide a type not listed', { field, in: ['a', 1] }, withValue(true), UNDECIDABLE],
  ['in fails for an absent field', { field, in: ['a'] }, withValue(ABSENT), NO],
];

const SIZES: readonly Case[] = [
  ['max holds up to the bound', { field, max: 3 }, withValue(3), YES],
  ['max fails over the bound', { field, max: 3 }, withValue(4), NO],
  ['max cannot decide a fraction', { field, max: 3 }, withValue(2.5), UNDECIDABLE],
  ['max cannot decide a number over 2^53', { field, max: 3 }, withValue(2 ** 53), UNDECIDABLE],
  ['max cannot decide a text', { field, max: 3 }, withValue('2'), UNDECIDABLE],
  ['max fails for an absent field', { field, max: 3 }, withValue(ABSENT), NO],
  ['min holds from the bound', { field, min: 3 }, withValue(3), YES],
  ['min fails under the bound', { field, min: 3 }, withValue(2), NO],
  ['min cannot decide a list', { field, min: 3 }, withValue([4]), UNDECIDABLE],
  ['maxSize counts elements', { field, maxSize: 1 }, withValue(['a']), YES],
  ['maxSize fails for one more', { field, maxSize: 1 }, withValue(['a', 'b']), NO],
  ['maxSize counts characters', { field, maxSize: 1 }, withValue('ab'), NO],
  ['maxSize cannot decide an object', { field, maxSize: 1 }, withValue({ length: 0 }), UNDECIDABLE],
  ['overSize fails at the bound', { field, overSize: 1 }, withValue(['a']), NO],
  ['overSize holds over the bound', { field, overSize: 1 }, withValue(['a', 'b']), YES],
  ['overSize cannot decide a number', { field, overSize: 1 }, withValue(5), UNDECIDABLE],
  ['present fails for an absent field', { field, present: true }, withValue(ABSENT), NO],
  ['present: false holds for an absent field', { field, present: false }, withValue(ABSENT), YES],
  ['present: false fails for a value', { field, present: false }, withValue(0), NO],
];

const GLOBS: readonly Case[] = [
  ['matches holds for a match', { field, matches: 'a*' }, withValue('ab'), YES],
  ['matches holds for any of its globs', { field, matches: ['x', 'a*'] }, withValue('ab'), YES],
  ['matches holds for any element', { field, matches: 'a*' }, withValue(['b', 'a']), YES],
  ['matches fails for no match', { field, matches: 'a*' }, withValue(['b']), NO],
  ['matches cannot decide a number', { field, matches: '1*' }, withValue(12), UNDECIDABLE],
  ['matches fails for an absent field', { field, matches: '**' }, withValue(ABSENT), NO],
  ['notMatches holds for no match', { field, notMatches: 'a*' }, withValue(['b']), YES],
  [
    'notMatches fails where one element matches',
    { field, notMatches: 'a*' },
    withValue(['b', 'a']),
    NO,
  ],
  ['notMatches holds for an absent field', { field, notMatches: '**' }, withValue(ABSENT), YES],
  ['notMatches cannot decide an object', { field, notMatches: 'a' }, withValue({}), UNDECIDABLE],
  [
    'matches reads any spelling of what is no path',
    { field, matches: 'a/../b' },
    withValue('a/../b'),
    YES,
  ],
  ['matches finds a path', { field: paths, matches: '**/.env*' }, withPaths('a', 'b/.env'), YES],
  ['matches fails for other paths', { field: paths, matches: '**/.env*' }, withPaths('a'), NO],
  [
    'notMatches cannot decide an unclear path',
    { field: paths, notMatches: 'x' },
    withPaths('./a'),
    UNDECIDABLE,
  ],
  [
    'equals cannot decide an unclear path',
    { field: paths, equals: 'a' },
    withPaths('b/../a'),
    UNDECIDABLE,
  ],
];

const OTHERS: readonly Case[] = [
  [
    'equalsField holds for equal values',
    { field, equalsField: 'constraints.y' },
    withOther('a', 'a'),
    YES,
  ],
  [
    'equalsField holds for any of a list',
    { field, equalsField: 'constraints.y' },
    withOther('a', ['b', 'a']),
    YES,
  ],
  [
    'equalsField fails for other values',
    { field, equalsField: 'constraints.y' },
    withOther('a', 'b'),
    NO,
  ],
  [
    'equalsField fails for an empty list',
    { field, equalsField: 'constraints.y' },
    withOther('a', []),
    NO,
  ],
  [
    'equalsField fails without the other',
    { field, equalsField: 'constraints.y' },
    withOther('a', ABSENT),
    NO,
  ],
  [
    'equalsField cannot decide an object',
    { field, equalsField: 'constraints.y' },
    withOther('a', {}),
    UNDECIDABLE,
  ],
  [
    'equalsField cannot reach through a text',
    { field, equalsField: 'constraints.y.z' },
    withOther('a', 'b'),
    UNDECIDABLE,
  ],
  [
    'notEqualsField holds for other values',
    { field, notEqualsField: 'constraints.y' },
    withOther('a', 'b'),
    YES,
  ],
  [
    'notEqualsField fails for equal values',
    { field, notEqualsField: 'constraints.y' },
    withOther('a', 'a'),
    NO,
  ],
  [
    'notEqualsField holds for an absent field',
    { field, notEqualsField: 'constraints.y' },
    withOther(ABSENT, 'a'),
    YES,
  ],
  [
    'notEqualsField fails without the other',
    { field, notEqualsField: 'constraints.y' },
    withOther('a', ABSENT),
    NO,
  ],
  [
    'notEqualsField fails without both',
    { field, notEqualsField: 'constraints.y' },
    withOther(ABSENT, ABSENT),
    NO,
  ],
  [
    'notEqualsField cannot decide types that differ',
    { field, notEqualsField: 'constraints.y' },
    withOther('1', 1),
    UNDECIDABLE,
  ],
  [
    'matchesField holds for a match',
    { field, matchesField: 'constraints.y' },
    withOther(['b/c'], ['a', 'b/**']),
    YES,
  ],
  [
    'matchesField takes a single glob',
    { field, matchesField: 'constraints.y' },
    withOther('b', 'b*'),
    YES,
  ],
  [
    'matchesField fails for no match',
    { field, matchesField: 'constraints.y' },
    withOther(['b'], ['a']),
    NO,
  ],
  [
    'matchesField fails for no globs',
    { field, matchesField: 'constraints.y' },
    withOther(['b'], []),
    NO,
  ],
  [
    'matchesField fails without the other',
    { field, matchesField: 'constraints.y' },
    withOther(['b'], ABSENT),
    NO,
  ],
  [
    'matchesField cannot decide a malformed glob',
    { field, matchesField: 'constraints.y' },
    withOther('b', ['b', '[a']),
    UNDECIDABLE,
  ],
  [
    'matchesField cannot decide a number',
    { field, matchesField: 'constraints.y' },
    withOther('b', [1]),
    UNDECIDABLE,
  ],
  [
    'matchesField does not try 257 globs',
    { field, matchesField: 'constraints.y' },
    withOther(
      'b',
      Array.from({ length: 257 }, () => 'b'),
    ),
    UNDECIDABLE,
  ],
  [
    'maxSizeField holds up to the bound',
    { field, maxSizeField: 'constraints.y' },
    withOther(['a'], 1),
    YES,
  ],
  [
    'maxSizeField fails over the bound',
    { field, maxSizeField: 'constraints.y' },
    withOther(['a', 'b'], 1),
    NO,
  ],
  [
    'maxSizeField cannot decide a text bound',
    { field, maxSizeField: 'constraints.y' },
    withOther(['a'], '1'),
    UNDECIDABLE,
  ],
  [
    'overSizeField holds over the bound',
    { field, overSizeField: 'constraints.y' },
    withOther(['a', 'b'], 1),
    YES,
  ],
  [
    'overSizeField fails at the bound',
    { field, overSizeField: 'constraints.y' },
    withOther(['a'], 1),
    NO,
  ],
  [
    'overSizeField fails without the other',
    { field, overSizeField: 'constraints.y' },
    withOther(['a'], ABSENT),
    NO,
  ],
  [
    'overSizeField cannot decide a list bound',
    { field, overSizeField: 'constraints.y' },
    withOther(['a'], []),
    UNDECIDABLE,
  ],
];

const FIELDS: readonly Case[] = [
  ['a field reaches into objects', { field: 'payload.x.y', equals: 1 }, withValue({ y: 1 }), YES],
  [
    'a field does not reach into lists',
    { field: 'payload.x.0', equals: 1 },
    withValue([1]),
    UNDECIDABLE,
  ],
  [
    'a field does not reach a length',
    { field: 'payload.x.length', equals: 1 },
    withValue([1]),
    UNDECIDABLE,
  ],
  [
    'a field does not reach through a text',
    { field: 'payload.x.length', equals: 1 },
    withValue('a'),
    UNDECIDABLE,
  ],
  [
    'a field does not reach through a number',
    { field: 'payload.x.y', present: false },
    withValue(5),
    UNDECIDABLE,
  ],
  ['the prototype is not a value', { field: 'payload.__proto__', present: true }, withValue(1), NO],
  [
    'the constructor is not a value',
    { field: 'payload.constructor', present: true },
    withValue(1),
    NO,
  ],
  [
    'inherited names are absent below',
    { field: 'payload.constructor.name', present: true },
    withValue(1),
    NO,
  ],
  [
    'an own constructor is a value',
    { field: 'payload.constructor', equals: 'x' },
    anAction({ payload: { constructor: 'x' } }),
    YES,
  ],
  ['the actor can be asked', { field: 'actor.runtime', equals: 'codex-cli' }, anAction(), YES],
  ['the intent can be asked', { field: 'intent.task', matches: 'AXT-*' }, anAction(), YES],
  ['the capability can be asked', { field: 'capability.payload.x', equals: 1 }, withValue(1), YES],
  ['the context can be asked', { field: 'context.source', in: ['demo'] }, anAction(), YES],
];

export const CASES: readonly Case[] = [...SCALARS, ...SIZES, ...GLOBS, ...OTHERS, ...FIELDS];
