import type { FieldTest, Meter, NormalRule, NormalTest } from '@axtary/policy';

import type { Dice } from './dice.js';
import { generateCase, withField, type Case } from './generate-action.js';
import { wallClock } from './wall-clock.js';

type Leaf = Exclude<NormalTest, { readonly op: 'all' | 'any' | 'not' }>;
type Change = (from: Case) => Case;

/** The meters that rules count with. */
export function metersOf(rules: readonly NormalRule[]): readonly Meter[] {
  return rules.flatMap(leavesOf).flatMap((leaf) => (leaf.op === 'usage' ? [leaf.meter] : []));
}

/** Cases around the values where each rule changes its mind, one field moved at a time. */
export function boundaryCases(rules: readonly NormalRule[], dice: Dice): readonly Case[] {
  const meters = metersOf(rules).map(({ id }) => id);
  return rules.flatMap((rule) => {
    const base = witness(rule, generateCase(dice, meters), dice);
    const changes = leavesOf(rule).flatMap((leaf) => changesFor(leaf, dice));
    return [base, ...changes.map((change) => change(base))];
  });
}

function leavesOf(rule: NormalRule): readonly Leaf[] {
  const tests = [...rule.match, ...rule.when, ...rule.requirements.map(({ test }) => test)];
  return tests.flatMap(leavesOfTest);
}

function leavesOfTest(test: NormalTest): readonly Leaf[] {
  switch (test.op) {
    case 'all':
    case 'any':
      return test.tests.flatMap(leavesOfTest);
    case 'not':
      return leavesOfTest(test.test);
    default:
      return [test];
  }
}

/** A case changed towards one for which the rule holds and its requirements are met. */
function witness(rule: NormalRule, from: Case, dice: Dice): Case {
  const tests = [...rule.match, ...rule.when, ...rule.requirements.map(({ test }) => test)];
  return tests.reduce((so, test) => steered(test, so, { holds: true, dice }), from);
}

interface Aim {
  readonly holds: boolean;
  readonly dice: Dice;
}

function steered(test: NormalTest, from: Case, { holds, dice }: Aim): Case {
  switch (test.op) {
    case 'not':
      return steered(test.test, from, { holds: !holds, dice });
    case 'all':
    case 'any': {
      const isEach = (test.op === 'all') === holds;
      const tests = isEach || test.tests.length === 0 ? test.tests : [dice.pick(test.tests)];
      return tests.reduce((so, each) => steered(each, so, { holds, dice }), from);
    }
    default: {
      if (!holds) return broken(test, from);
      const [towards] = changesFor(test, dice);
      return towards === undefined ? from : towards(from);
    }
  }
}

function broken(leaf: Leaf, from: Case): Case {
  if (leaf.op === 'usage') return counting(leaf.meter, leaf.max + 1)(from);
  return 'field' in leaf ? set(leaf.field, undefined)(from) : from;
}

/** Changes on both sides of the edges of a leaf; the first makes it hold. */
function changesFor(leaf: Leaf, dice: Dice): readonly Change[] {
  if (leaf.op === 'window') return windowChanges(leaf);
  if (leaf.op === 'usage') return usageChanges(leaf);
  return [...edges(leaf, dice), ...strange(leaf.field)];
}

function set(field: string, value: unknown): Change {
  return ({ action, facts }) => ({ action: withField(action, field, value), facts });
}

function strange(field: string): readonly Change[] {
  const values = [undefined, null, { x: 1 }, [], [null], [['a']], 1.5, true, 7, 'zzz', ['a', 7]];
  const names = field.split('.');
  const isDeep = names.length > 2;
  const blocked = isDeep ? [set(names.slice(0, -1).join('.'), 'in the way')] : [];
  return [...values.map((value) => set(field, value)), ...blocked];
}

function edges(test: FieldTest, dice: Dice): readonly Change[] {
  const { field } = test;
  switch (test.op) {
    case 'present':
      return [set(field, 'x')];
    case 'is':
    case 'has':
      return scalarValues(test.scalars).map((value) => set(field, value));
    case 'matches':
      return globValues(test.globs, dice).map((value) => set(field, value));
    case 'atMost':
    case 'atLeast':
      return numberValues(test.number).map((value) => set(field, value));
    case 'sizeAtMost':
      return sizedValues(test.number).map((value) => set(field, value));
    case 'stated':
      return statedChanges(field);
    default:
      return otherChanges(test, dice);
  }
}

function scalarValues(scalars: readonly (string | number | boolean)[]): readonly unknown[] {
  const nears = scalars.flatMap(nearMisses);
  const singles = scalars.flatMap((each) => [
    each,
    [each],
    [each, 'zzz'],
    [each, 99],
    [each, null],
  ]);
  return [[...scalars], ...singles, scalars.slice(1), [...scalars, ...nears], ...nears, []];
}

function nearMisses(scalar: string | number | boolean): readonly unknown[] {
  if (typeof scalar === 'boolean') return [!scalar, String(scalar)];
  if (typeof scalar === 'number') return [scalar - 1, scalar + 1, scalar + 0.5, String(scalar)];
  return [`${scalar}x`, scalar.slice(0, -1), otherCase(scalar)];
}

function numberValues(number: number): readonly unknown[] {
  return [number, number - 1, number + 1, number + 0.5, number - 0.5, String(number), [number]];
}

function sizedValues(size: number): readonly unknown[] {
  const list = (length: number) => Array.from({ length: Math.max(0, length) }, (_, at) => `f${at}`);
  const text = (length: number) => 'x'.repeat(Math.max(0, length));
  const lengths = [size, size - 1, size + 1];
  const wide = [size - 1, size - 2].map((length) => `${text(length)}😀`);
  return [...lengths.map(list), ...lengths.map(text), ...wide, size];
}

function statedChanges(field: string): readonly Change[] {
  const requests = [
    'pay x.io now',
    'pay x.io.uk',
    'ax.io',
    '(x.io)',
    '$1,100',
    '1100.5',
    '',
    undefined,
  ];
  const values = ['x.io', 1100, ['x.io', 1100], ['x.io', 'y'], [], ' ', [true]];
  return requests.flatMap((request) =>
    values.map((value): Change => (from) => {
      const withValue = set(field, value)(from);
      return set('intent.request', request)(withValue);
    }),
  );
}

type OtherTest = Extract<FieldTest, { readonly other: string }>;

function otherChanges(test: OtherTest, dice: Dice): readonly Change[] {
  const pairs = pairsFor(test, dice);
  const both = pairs.map(
    ([value, other]): Change =>
      (from) =>
        set(test.other, other)(set(test.field, value)(from)),
  );
  return [...both, ...strange(test.other)];
}

function pairsFor(test: OtherTest, dice: Dice): readonly (readonly [unknown, unknown])[] {
  switch (test.op) {
    case 'isOther': {
      const other = ['a', 'b'];
      return [
        ...scalarValues(other).map((value) => [value, other] as const),
        [1, [1, 'a']],
        [
          [1, true],
          [1, 'a'],
        ],
        ['a', 'a'],
        ['a', []],
        [[], []],
        ['a', [null]],
        ['a', 'a/'],
      ];
    }
    case 'matchesOther': {
      const globs = ['src/**', '**/.env*', 'a*b'];
      const values = globValues(globs, dice).map((value) => [value, globs] as const);
      return [
        ...values,
        ['src/a', 'src/**'],
        ['a', []],
        ['a', ['**', 'a?']],
        ['a', [1]],
        [[], ['*']],
      ];
    }
    case 'atMostOther':
      return numberValues(5).map((value) => [value, 5] as const);
    case 'sizeAtMostOther':
      return sizedValues(2).map((value) => [value, 2] as const);
  }
}

function globValues(globs: readonly string[], dice: Dice): readonly unknown[] {
  const matching = globs.flatMap((glob) => [instance(glob, dice), instance(glob, dice)]);
  const missing = matching.flatMap((text) => [
    `${text}x`,
    `x${text}`,
    `${text}/z`,
    `z/${text}`,
    text.slice(0, -1),
    text.replace('/', '/q/'),
    otherCase(text),
    `${text}/`,
  ]);
  const touching = globs.map((glob) => glob.replaceAll(/\/?\*\*\/?|\*/g, ''));
  const [first = 'x'] = matching;
  const lists = missing.slice(0, 8).map((text) => [first, text]);
  return [...matching, ...missing, ...touching, [first], [...matching], ...lists, [first, 1], []];
}

/** A text that a glob matches. */
function instance(glob: string, dice: Dice): string {
  const segments = glob.split('/');
  const texts = segments.flatMap((segment, at) => {
    if (segment !== '**') return [segment.replaceAll('*', () => dice.pick(['', 'x', 'x.y']))];
    const some = [['q'], ['q', 'r'], ['.q']];
    return dice.pick(at === segments.length - 1 ? some : [...some, []]);
  });
  return texts.join('/');
}

function otherCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}

function windowChanges({ timeZone, days, from, to }: Extract<Leaf, { op: 'window' }>) {
  const day = days[0] ?? 1;
  const places = [
    [day, from],
    [day, from - 1],
    [day, to - 1],
    [day, to],
    [day + 1, from],
    [day - 1, to - 1],
    [day + 1, 0],
  ] as const;
  const changes = places.map(([weekday, minute]): Change => ({ action, facts }) => ({
    action,
    facts: { ...facts, now: instant(timeZone, weekday, minute) },
  }));
  const noTime: Change = ({ action, facts: { usage } }) => ({
    action,
    facts: usage === undefined ? {} : { usage },
  });
  const badTime: Change = ({ action, facts }) => ({ action, facts: { ...facts, now: 'soon' } });
  return [...changes, noTime, badTime];
}

const MINUTE = 60_000;
// A Monday in UTC.
const MONDAY = Date.UTC(2026, 10, 16);

function instant(timeZone: string, weekday: number, minute: number): string {
  const guess = MONDAY + ((weekday - 1) * 24 * 60 + minute) * MINUTE;
  const offset = wallClock(guess, timeZone) - guess;
  return new Date(guess - offset).toISOString();
}

function usageChanges({ meter, max }: Extract<Leaf, { op: 'usage' }>): readonly Change[] {
  const counts = [0, max - 1, max, max + 1, undefined].map((count) => counting(meter, count));
  const { field } = meter;
  if (field === undefined) return counts;
  const payable =
    (count: number): Change =>
    (from) =>
      set(field, 1)(counting(meter, count)(from));
  const last = [max - 1, max].map(payable);
  const amounts = [max, max + 1, 0, -0, -1, 1.5, 1e21, 2 ** 53, '1', [1]].map(
    (amount): Change =>
      (from) =>
        set(field, amount)(counting(meter, 0)(from)),
  );
  return [payable(0), ...last, ...counts, ...amounts, ...strange(field)];
}

function counting(meter: Meter, count: number | undefined): Change {
  return ({ action, facts }) => {
    const others = Object.entries(facts.usage ?? {}).filter(([id]) => id !== meter.id);
    const own = count === undefined ? [] : [[meter.id, count] as const];
    return { action, facts: { ...facts, usage: Object.fromEntries([...others, ...own]) } };
  };
}
