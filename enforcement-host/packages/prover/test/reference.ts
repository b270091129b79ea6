import type { Action, Facts, Verdict } from '@axtary/core';
import {
  globProblem,
  type Condition,
  type PolicyDocument,
  type PolicyRule,
  type RuleObligations,
} from '@axtary/policy';

import { standsIn } from './reference-texts.js';
import {
  and,
  bounded,
  compared,
  elementsOf,
  isPresent,
  isUsable,
  knownElements,
  matched,
  not,
  or,
  read,
  type Maybe,
} from './reference-values.js';
import { wallClock } from './wall-clock.js';

// A second evaluator, read off the description of the language and off nothing else: it works on the
// document as written, knows no normal form and no caution, but a third value for what cannot be
// decided. Where a path matches only without difference of case, that too is not decided.

type Scalar = string | number | boolean;

interface Context {
  readonly action: Action;
  readonly facts: Partial<Facts>;
  readonly document: PolicyDocument;
}

export interface ReferenceAnswer {
  readonly decision: Verdict;
  readonly rules: readonly string[];
}

export function referenceAnswer(
  document: PolicyDocument,
  action: Action,
  facts: Partial<Facts>,
): ReferenceAnswer {
  const context = { document, action, facts };
  const held = document.policies.filter((rule) => rule.shadow !== true && holds(rule, context));
  const ids = (effect: Verdict) =>
    held.filter((rule) => rule.effect === effect).map(({ id }) => id);
  const unmet = held.filter((rule) => !requirementsOf(rule, context).every((met) => met === true));
  const denying = [...new Set([...ids('deny'), ...unmet.map(({ id }) => id)])].sort();
  if (denying.length > 0) return { decision: 'deny', rules: denying };
  for (const decision of ['step_up', 'allow'] as const) {
    const rules = ids(decision).sort();
    if (rules.length > 0) return { decision, rules };
  }
  return { decision: 'deny', rules: ['default-deny'] };
}

function holds(rule: PolicyRule, context: Context): boolean {
  const parts = [
    ...matchParts(rule, context),
    ...(rule.when ?? []).map((each) => condition(each, context)),
  ];
  const all = and(parts);
  return all ?? rule.effect !== 'allow';
}

const PLACES: Readonly<Record<string, string>> = {
  tool: 'capability.tool',
  resource: 'capability.resource',
  agent: 'actor.agent',
  human: 'actor.human',
  tenant: 'actor.tenant',
  runtime: 'actor.runtime',
  task: 'intent.task',
  source: 'context.source',
};

function matchParts({ match }: PolicyRule, context: Context): readonly Maybe[] {
  return Object.entries(match).map(([name, given]) => {
    const texts = typeof given === 'string' ? [given] : (given ?? []);
    const place = PLACES[name];
    if (place !== undefined) return field(place, { matches: texts }, context);
    const members = texts.flatMap((role) => context.document.roles[role] ?? []);
    return field('actor.human', { matches: members }, context);
  });
}

function condition(given: Condition, context: Context): Maybe {
  const { field: name, any, all, not: negated, window, budgetOf, usedOver, ...operators } = given;
  if (any !== undefined) return or(any.map((each) => condition(each, context)));
  if (all !== undefined) return and(all.map((each) => condition(each, context)));
  if (negated !== undefined) return not(condition(negated, context));
  if (window !== undefined) return isOpen(window, context.facts.now);
  if (budgetOf !== undefined) return isUsedOver(budgetOf, usedOver, context);
  return name === undefined ? undefined : field(name, operators, context);
}

/** All of the operators that are given. */
function field(name: string, operators: Condition, context: Context): Maybe {
  const parts = Object.entries(operators).flatMap(([operator, operand]) =>
    operand === undefined ? [] : [operation(operator, { name, operand, context })],
  );
  return and(parts);
}

interface Operation {
  readonly name: string;
  readonly operand: unknown;
  readonly context: Context;
}

const NEGATIVE: Readonly<Record<string, string>> = {
  notEquals: 'equals',
  notIn: 'in',
  notMatches: 'matches',
};
const EXCEEDING: Readonly<Record<string, string>> = {
  over: 'max',
  under: 'min',
  overSize: 'maxSize',
};
const EXCEEDING_OTHER: Readonly<Record<string, string>> = {
  overField: 'maxField',
  overSizeField: 'maxSizeField',
};

function operation(operator: string, given: Operation): Maybe {
  const { name, operand, context } = given;
  const there = isPresent(read(context.action, name));
  const negative = NEGATIVE[operator];
  if (negative !== undefined) return not(operation(negative, given));
  const exceeding = EXCEEDING[operator];
  if (exceeding !== undefined) return and([there, not(operation(exceeding, given))]);
  if (operator === 'present') return operand === true ? there : not(there);
  if (operator === 'stated_by_human') {
    return operand === true ? stated(given) : and([there, not(stated(given))]);
  }
  if (!operator.endsWith('Field')) return leaf(operator, given);
  const list = listOf(operand, context);
  const otherThere = list === undefined ? isPresent(read(context.action, String(operand))) : true;
  if (operator === 'notEqualsField') {
    return and([otherThere, not(withOther('equalsField', given, list))]);
  }
  const exceedingOther = EXCEEDING_OTHER[operator];
  if (exceedingOther === undefined) return withOther(operator, given, list);
  return and([otherThere, there, not(withOther(exceedingOther, given, list))]);
}

function listOf(operand: unknown, { document }: Context): readonly Scalar[] | undefined {
  const name = String(operand);
  return name.startsWith('lists.') ? (document.lists[name.slice(6)] ?? []) : undefined;
}

function stated({ name, context }: Operation): Maybe {
  const found = read(context.action, name);
  const known = knownElements(
    found,
    (each) => typeof each === 'string' || typeof each === 'number',
  );
  if (known === undefined || typeof known === 'boolean') return known;
  const { request } = context.action.intent;
  if (known.length === 0 || request === undefined) return false;
  return known.every(
    (each) => (typeof each === 'string' || typeof each === 'number') && standsIn(request, each),
  );
}

/** Operators that compare with what the policy itself says. */
function leaf(operator: string, { name, operand, context }: Operation): Maybe {
  const found = read(context.action, name);
  if (found.state !== 'value') return found.state === 'absent' ? false : undefined;
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  switch (operator) {
    case 'equals':
    case 'in':
    case 'allIn':
    case 'hasAll':
      return compared(name, found.value, { list, how: HOW[operator] });
    case 'matches':
    case 'allMatch':
      return matched(name, found.value, {
        globs: list.map(String),
        every: operator === 'allMatch',
      });
    default:
      return bounded(operator, found.value, Number(operand));
  }
}

const HOW = { equals: 'any', in: 'any', allIn: 'every', hasAll: 'has' } as const;

function withOther(
  operator: string,
  { name, operand, context }: Operation,
  list: readonly Scalar[] | undefined,
): Maybe {
  const found = read(context.action, name);
  if (found.state !== 'value') return found.state === 'absent' ? false : undefined;
  if (list !== undefined) {
    const globs = list.map(String);
    if (operator === 'equalsField') return compared(name, found.value, { list, how: 'any' });
    if (operator === 'allInField') return compared(name, found.value, { list, how: 'every' });
    return matched(name, found.value, { globs, every: operator === 'allMatchField' });
  }
  return withOtherField(operator, found.value, { name: String(operand), own: name, context });
}

interface OtherField {
  readonly name: string;
  /** The field that is compared. */
  readonly own: string;
  readonly context: Context;
}

function withOtherField(
  operator: string,
  value: unknown,
  { name, own, context }: OtherField,
): Maybe {
  const other = read(context.action, name);
  if (other.state !== 'value') return other.state === 'absent' ? false : undefined;
  const given = elementsOf(other.value);
  if (operator === 'equalsField' || operator === 'allInField') {
    if (!given.every((each) => isUsable(name, each))) return undefined;
    return compared(own, value, { list: given, how: operator === 'equalsField' ? 'any' : 'every' });
  }
  if (operator === 'matchesField' || operator === 'allMatchField') {
    if (!given.every(isGlob) || given.length > 256) return undefined;
    const every = operator === 'allMatchField';
    return matched(own, value, { globs: given.map(String), every });
  }
  if (!Number.isSafeInteger(other.value)) return undefined;
  return bounded(operator.replace('Field', ''), value, Number(other.value));
}

function isGlob(value: unknown): boolean {
  return typeof value === 'string' && globProblem(value) === undefined;
}

// Obligations: what must hold where the rule does. Undecided is not met.
function requirementsOf(rule: PolicyRule, context: Context): readonly Maybe[] {
  const { obligations: given = {} } = rule;
  const files = ['context.paths', 'payload.filesChanged'];
  const recipients = ['recipients', 'recipient', 'to', 'cc', 'bcc', 'participants'].map(
    (name) => `payload.${name}`,
  );
  const when = <Value>(value: Value | undefined, met: (value: Value) => Maybe): Maybe =>
    value === undefined ? true : met(value);
  return [
    when(given.blockedPaths, (notMatches) => eachOf(files, { notMatches }, context)),
    when(given.maxFilesChanged, (maxSize) => eachOf(files, { maxSize }, context)),
    when(given.recipients, (allMatch) => eachOf(recipients, { allMatch }, context)),
    when(given.channels, (allIn) => field('payload.channel', { allIn }, context)),
    when(given.maxRows, (max) => field('payload.limit', { max, min: 0 }, context)),
    when(given.requiresTests, () => testsPassed(context)),
    when(given.windows, (all) => or(all.map((window) => isOpen(window, context.facts.now)))),
    when(given.fields, (limits) => fieldLimits(limits, context)),
    ...(given.rates ?? []).map(({ max }, at) =>
      hasRoom(`${rule.id}.rate.${at}`, 1, { max, percent: 100, context }),
    ),
    ...budgetsMet(rule, 100, context),
  ];
}

type Budget = NonNullable<RuleObligations['budgets']>[number];

/** For each budget of a rule, whether it would be met if only so much of it were there. */
function budgetsMet(rule: PolicyRule, percent: number, context: Context): readonly Maybe[] {
  return (rule.obligations?.budgets ?? []).map((budget, at) => {
    const found = read(context.action, budget.field);
    const { max } = budget;
    const room =
      found.state === 'value'
        ? hasRoom(`${rule.id}.budget.${at}`, found.value, { max, percent, context })
        : not(found.state === 'absent' ? true : undefined);
    return and([isInCurrency(budget, context), room]);
  });
}

function isInCurrency({ field: amount, currency, currencyField }: Budget, context: Context): Maybe {
  if (currency === undefined) return true;
  const beside = [...amount.split('.').slice(0, -1), 'currency'].join('.');
  return field(currencyField ?? beside, { allIn: [currency] }, context);
}

function isUsedOver(id: string, percent: number | undefined, context: Context): Maybe {
  const rules = context.document.policies.filter((rule) => rule.id === id);
  return not(and(rules.flatMap((rule) => budgetsMet(rule, percent ?? 100, context))));
}

function eachOf(names: readonly string[], operators: Condition, context: Context): Maybe {
  const there = names.map((name) => isPresent(read(context.action, name)));
  const passes = names.map((name, at) => or([not(there[at]), field(name, operators, context)]));
  return and([or(there), ...passes]);
}

function testsPassed(context: Context): Maybe {
  const verified = 'context.evidence.tests.passed';
  return or([
    field(verified, { equals: true }, context),
    and([
      not(isPresent(read(context.action, verified))),
      field('payload.testsPassed', { equals: true }, context),
    ]),
  ]);
}

function fieldLimits(limits: Readonly<Record<string, Condition>>, context: Context): Maybe {
  return and(
    Object.entries(limits).map(([name, operators]) =>
      and([isPresent(read(context.action, name)), field(name, operators, context)]),
    ),
  );
}

interface Room {
  readonly max: number;
  readonly percent: number;
  readonly context: Context;
}

function hasRoom(meter: string, amount: unknown, { max, percent, context }: Room): Maybe {
  const used = context.facts.usage?.[meter];
  const isCount = Number.isSafeInteger(amount) && Number(amount) >= 0;
  if (used === undefined || !Number.isSafeInteger(used) || used < 0 || !isCount) return undefined;
  const sum = BigInt(used) + BigInt(Number(amount));
  return sum * 100n <= BigInt(max) * BigInt(percent);
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function isOpen(window: NonNullable<Condition['window']>, now: string | undefined): Maybe {
  const time = Date.parse(now ?? '');
  if (Number.isNaN(time)) return undefined;
  const local = new Date(wallClock(time, window.timeZone));
  const clock = `${pad(local.getUTCHours())}:${pad(local.getUTCMinutes())}`;
  const isDay = (day: number) =>
    window.days === undefined || window.days.some((each) => each === DAYS[(day + 7) % 7]);
  const { from, to } = window;
  if (from < to) return isDay(local.getUTCDay()) && from <= clock && clock < to;
  return (
    (isDay(local.getUTCDay()) && from <= clock) || (isDay(local.getUTCDay() - 1) && clock < to)
  );
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
