import type { Match, PolicyRule } from './document/rule.js';
import { listOf } from './document/text.js';
import { DAYS } from './document/window.js';
import { code, codes, counted, duration, joined } from './language/words.js';
import type {
  FieldTest,
  NormalTest,
  ShareTest,
  UsageTest,
  WindowTest,
} from './normal/normal-form.js';
import { normalizeRule, type RuleScope } from './normal/normalize-rule.js';

/**
 * A test in English words, as they follow "when": "payload.base is not `main`". Values stand in
 * backquotes; long lists are cut short.
 */
export function describeTest(test: NormalTest): string {
  return words(test, false);
}

/**
 * A rule in English, as one sentence and, where it binds what it permits, a second one.
 *
 * @param scope Lists are named by themselves without it, and counted with it.
 */
export function describeRule(rule: PolicyRule, scope?: Pick<RuleScope, 'lists'>): string {
  // Without lists and budgets, conditions keep their names.
  const normal = normalizeRule(rule, { roles: {}, lists: {}, budgets: new Map() });
  const conditions = normal.when.map((test) => inParts(test, 'all'));
  const when = conditions.length === 0 ? '' : ` when ${joinAll(conditions, 'and')}`;
  const needs = requirementsOf(normal);
  const sentences = [
    `${VERBS[rule.effect]} ${subjectOf(rule.match)}${when}.`,
    ...(needs.length === 0 ? [] : [`Requires ${joinAll(needs, 'and')}.`]),
    ...(rule.shadow === true ? ['It is only tried out, not enforced.'] : []),
  ];
  const text = sentences.join(' ');
  return scope === undefined ? text : countLists(text, scope.lists);
}

const VERBS = {
  allow: 'Allows',
  deny: 'Denies',
  step_up: 'Asks an approver about',
} as const;

function subjectOf(match: Match): string {
  const { tool, resource, roles } = match;
  const what = tool === undefined ? 'any call' : `calls of ${codes(listOf(tool), 'or')}`;
  const where = resource === undefined ? '' : ` on ${codes(listOf(resource), 'or')}`;
  const others = MATCHED.flatMap(([key, word]) => {
    const globs = match[key];
    return globs === undefined ? [] : [` ${word} ${codes(listOf(globs), 'or')}`];
  });
  const role = roles === undefined ? '' : ` for humans with the role ${codes(listOf(roles), 'or')}`;
  return `${what}${where}${others.join('')}${role}`;
}

const MATCHED = [
  ['agent', 'by'],
  ['human', 'for'],
  ['tenant', 'in'],
  ['runtime', 'from'],
  ['task', 'for the task'],
  ['source', 'coming by'],
] as const satisfies readonly (readonly [keyof Match, string])[];

function requirementsOf(rule: ReturnType<typeof normalizeRule>): readonly string[] {
  const { approvals, passTtlSeconds, requirements } = rule;
  const roles = approvals?.roles;
  return [
    ...requirements.map((requirement) => requirement.words),
    ...(approvals === undefined
      ? []
      : [
          `${counted(approvals.count, 'approver')}${roles ? ` with the role ${codes(roles, 'or')}` : ''}`,
        ]),
    ...(passTtlSeconds === undefined ? [] : [`a pass of at most ${duration(passTtlSeconds)}`]),
  ];
}

function countLists(text: string, lists: RuleScope['lists']): string {
  return text.replaceAll(/\blists\.([A-Za-z][A-Za-z0-9_-]*)/g, (name, key: string) => {
    const list = Object.hasOwn(lists, key) ? lists[key] : undefined;
    if (list === undefined) return name;
    return list.length === 0 ? `${name} (empty)` : `${name} (${codes(list, 'or')})`;
  });
}

function joinAll(parts: readonly string[], word: 'and' | 'or'): string {
  return parts.length < 2 ? (parts[0] ?? '') : joined(parts, word);
}

function words(test: NormalTest, negated: boolean): string {
  switch (test.op) {
    case 'all':
    case 'any':
      return 'share' in test ? shareWords(test, negated) : combination(test, negated);
    case 'not':
      return words(test.test, !negated);
    case 'window':
      return windowWords(test, negated);
    case 'usage':
      return usageWords(test, negated);
    default:
      return fieldWords(test, negated);
  }
}

function shareWords({ share: { rule, percent } }: ShareTest, negated: boolean): string {
  return negated
    ? `at most ${percent} % of each budget of ${code(rule)} would be used`
    : `more than ${percent} % of a budget of ${code(rule)} would be used`;
}

type Combination = Extract<NormalTest, { readonly op: 'all' | 'any' }>;

function combination({ op, tests }: Combination, negated: boolean): string {
  const isAll = (op === 'all') !== negated;
  const only = negated ? tests : withoutBounds({ op, tests });
  const inner = only.map((test) => inParts(test, isAll ? 'all' : 'any', negated));
  if (inner.length < 2) return inner[0] ?? (isAll ? 'always' : 'never');
  return inner.join(isAll ? ' and ' : ' or ');
}

// Brackets only where an "and" and an "or" would meet.
function inParts(test: NormalTest, outer: 'all' | 'any', negated = false): string {
  const text = words(test, negated);
  return isMixed(test, outer, negated) ? `(${text})` : text;
}

function isMixed(test: NormalTest, outer: 'all' | 'any', negated: boolean): boolean {
  if (test.op === 'not') return isMixed(test.test, outer, !negated);
  if ((test.op !== 'all' && test.op !== 'any') || 'share' in test) return false;
  const isAll = (test.op === 'all') !== negated;
  const tests = negated ? test.tests : withoutBounds(test);
  return isAll !== (outer === 'all') && tests.length > 1;
}

// `over`, `notEqualsField` and the like are written out with a test that the field or the other
// field is there. Being over something says that by itself.
function withoutBounds({ op, tests }: Combination): readonly NormalTest[] {
  const [bound, test] = tests;
  const isBound = op === 'all' && tests.length === 2 && bound?.op === 'present';
  return isBound && test !== undefined && isAbout(test, bound.field) ? [test] : tests;
}

function isAbout(test: NormalTest, field: string): boolean {
  if (test.op === 'not') return mentions(test.test, field);
  return test.op === 'all' && test.tests.some((each) => isAbout(each, field));
}

function mentions(test: NormalTest, field: string): boolean {
  return (
    test.op !== 'present' &&
    (('field' in test && test.field === field) || ('other' in test && test.other === field))
  );
}

function windowWords({ timeZone, days, from, to }: WindowTest, negated: boolean): string {
  const when = days.length === DAYS.length ? 'any day' : daysWords(days);
  const isWhole = from === 0 && to === 24 * 60;
  const times = isWhole ? '' : ` from ${clock(from)} to ${clock(to)}`;
  return `it is ${negated ? 'not ' : ''}${when}${times} in ${timeZone}`;
}

function daysWords(days: readonly number[]): string {
  const names = [...days].sort((a, b) => a - b).map((day) => DAYS[day - 1] ?? '');
  const isRun = names.length > 2 && DAYS.join().includes(names.join());
  return isRun ? `${names[0] ?? ''} to ${names.at(-1) ?? ''}` : joined(names, 'or');
}

function clock(minute: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function usageWords({ meter, max }: UsageTest, negated: boolean): string {
  const { field, currency, per, windowSeconds } = meter;
  const unit = currency === undefined ? '' : ` minor units of ${currency}`;
  const what = field === undefined ? counted(max, 'execution') : `${max}${unit} in sum of ${field}`;
  const whose = per.length === 0 ? '' : ` for each ${per.join(' and ')}`;
  return `${negated ? 'over' : 'at most'} ${what} in ${duration(windowSeconds)}${whose}`;
}

/** Fields that hold a list wherever they are given. */
const LISTS: ReadonlySet<string> = new Set([
  'context.paths',
  'payload.filesChanged',
  'payload.recipients',
  'payload.participants',
]);

function fieldWords(test: FieldTest, negated: boolean): string {
  const { field } = test;
  switch (test.op) {
    case 'present':
      return `${field} is ${negated ? 'absent' : 'there'}`;
    case 'is':
      return equality(test, negated);
    case 'has':
      return `${field} ${negated ? 'lacks one of' : 'has all of'} ${codes(test.scalars, 'and')}`;
    case 'matches':
      return matching({ ...test, what: codes(test.globs, 'or') }, negated);
    case 'matchesOther':
      return matching({ ...test, what: `a glob of ${test.other}` }, negated);
    case 'isOther':
      return comparison(test, negated);
    case 'stated':
      return `${field} ${negated ? 'does not stand' : 'stands'} in the human's own request`;
    default:
      return bound(test, negated);
  }
}

type Bound = Extract<
  FieldTest,
  { readonly op: 'atMost' | 'atMostOther' | 'atLeast' | 'sizeAtMost' | 'sizeAtMostOther' }
>;

function bound(test: Bound, negated: boolean): string {
  const { field } = test;
  if (test.op === 'atLeast') return `${field} is ${negated ? 'under' : 'at least'} ${test.number}`;
  const isSize = test.op === 'sizeAtMost' || test.op === 'sizeAtMostOther';
  return isSize
    ? `${field} has ${negated ? 'more than' : 'at most'} ${boundOf(test)} elements`
    : `${field} is ${negated ? 'over' : 'at most'} ${boundOf(test)}`;
}

function boundOf(test: { readonly number: number } | { readonly other: string }): string {
  return 'number' in test ? String(test.number) : test.other;
}

type Equality = Extract<FieldTest, { readonly op: 'is' }>;

function equality({ field, of, scalars }: Equality, negated: boolean): string {
  const what = codes(scalars, 'or');
  if (of === 'every') return `${negated ? 'not every' : 'every'} one of ${field} is ${what}`;
  if (!negated) return `${elementOf(field)} is ${what}`;
  return scalars.length === 1 ? `${noneOf(field)} ${what}` : `${field} is none of ${what}`;
}

interface Comparison {
  readonly field: string;
  readonly of: 'any' | 'every';
  readonly other: string;
}

function comparison({ field, of, other }: Comparison, negated: boolean): string {
  const isIn = other.startsWith('lists.') ? `in ${other}` : `that of ${other}`;
  if (of === 'every') return `${negated ? 'not every' : 'every'} one of ${field} is ${isIn}`;
  return negated ? `${noneOf(field)} ${isIn}` : `${elementOf(field)} is ${isIn}`;
}

interface Matching {
  readonly field: string;
  readonly of: 'any' | 'every';
  readonly what: string;
}

function matching({ field, of, what }: Matching, negated: boolean): string {
  if (of === 'every') return `${negated ? 'not every' : 'every'} one of ${field} matches ${what}`;
  if (!negated) return `${elementOf(field)} matches ${what}`;
  return LISTS.has(field) ? `none of ${field} matches ${what}` : `${field} does not match ${what}`;
}

function elementOf(field: string): string {
  return LISTS.has(field) ? `any of ${field}` : field;
}

function noneOf(field: string): string {
  return LISTS.has(field) ? `none of ${field} is` : `${field} is not`;
}
