import type { Condition, PolicyDocumentInput } from '@axtary/policy';

import type { Dice } from './dice.js';

type RuleInput = NonNullable<PolicyDocumentInput['policies']>[number];
type Conditions = NonNullable<RuleInput['when']>;
type ConditionInput = Conditions[number];
type ObligationsInput = NonNullable<RuleInput['obligations']>;

/** Tools and resources that generated actions have. */
export const TOOLS = ['fs.read', 'fs.write', 'pay.send', 'mcp.tool.call'];
export const RESOURCES = ['repo:a/b', 'mcp:files/read', 'https://x.io/a', 'repo:a//b', 'x/../y'];
/** Fields that rules ask about; those that hold paths are asked about more often. */
export const FIELDS = [
  'payload.n',
  'payload.s',
  'payload.list',
  'payload.flag',
  'payload.deep.x',
  'payload.deep.x',
  'payload.to',
  'payload.amount',
  'payload.currency',
  'payload.filesChanged',
  'payload.filesChanged',
  'context.paths',
  'context.paths',
  'constraints.max',
  'constraints.list',
  'intent.task',
  'capability.resource',
];
export const OTHERS = [
  'constraints.max',
  'constraints.list',
  'constraints.globs',
  'payload.list',
  'context.paths',
  'payload.s',
];
export const TEXTS = ['a', 'b', 'main', 'Main', '', '1', 'ann@x.io', 'src/a.ts', '.env', 'straße'];
export const NUMBERS = [0, 1, 2, 3, -1, 100, 9_007_199_254_740_991];
export const GLOBS = [
  'a',
  '*',
  '**',
  'src/**',
  '**/*.ts',
  '**/.env*',
  '**/.git/**',
  'src/**/a*',
  'a*/**/*b',
  'SRC/*/x',
  '**/src/**/test',
  'a/**/b/**',
  '**/**',
  '*@x.io',
  'm*n',
  'STRASSE/*',
  'ΟΔΟΣ*',
  '**/b.d/c',
  'fs.*',
];
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'];
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const LISTS = {
  payees: ['ann@x.io', 'a', 1],
  globs: ['*@x.io', 'src/**', 'main'],
  empty: [],
};
const GLOB_LIST = 'lists.globs';

/** The rule whose budgets the conditions of others ask about; not in every policy. */
const PAYING = 'paying';

/** A policy of a few rules about the same few tools. */
export function generatePolicy(dice: Dice): PolicyDocumentInput {
  const paying: readonly RuleInput[] = dice.chance(40) ? [generatePaying(dice)] : [];
  const budgeted = paying.map(({ id }) => id);
  const opening: readonly RuleInput[] = dice.chance(60)
    ? [{ id: 'unnamed', effect: dice.pick(['allow', 'step_up']), match: { tool: '*' } }]
    : [];
  const rules = [...dice.some(() => generateRule(dice, budgeted), 1, 5), ...opening];
  return {
    version: 1,
    preset: 'none',
    roles: { ops: ['user:ann', 'user:b*'], none: [] },
    lists: LISTS,
    policies: [...rules.map((rule, at) => ({ ...rule, id: `rule-${at}` })), ...paying],
  };
}

function generatePaying(dice: Dice): RuleInput {
  return {
    id: PAYING,
    effect: dice.pick(['allow', 'step_up']),
    match: { tool: dice.pick(['pay.send', 'pay.send', '*']) },
    obligations: { budgets: dice.some(() => generateBudget(dice), 1, 3) },
  };
}

function generateBudget(dice: Dice): NonNullable<ObligationsInput['budgets']>[number] {
  const currency = dice.pick(['EUR', 'EUR', 'USD']);
  const currencyField = dice.chance(30) ? { currencyField: 'payload.deep.x' } : {};
  return {
    field: dice.pick(['payload.amount', 'payload.amount', 'payload.n']),
    max: dice.pick([0, 1, 4, 7, 50, 9_007_199_254_740_991]),
    windowSeconds: 60,
    ...(dice.chance(50) && { currency, ...currencyField }),
  };
}

function generateRule(dice: Dice, budgeted: readonly string[]): RuleInput {
  const effect = dice.pick(['allow', 'allow', 'deny', 'step_up'] as const);
  const hasWhen = dice.chance(80);
  const obligations = effect === 'deny' || dice.chance(50) ? undefined : generateObligations(dice);
  return {
    id: 'unnamed',
    effect,
    match: generateMatch(dice),
    ...(dice.chance(5) && { shadow: true }),
    ...(hasWhen && {
      when: dice.some(() => generateCondition(dice, { levels: 3, budgeted }), 1, 3),
    }),
    ...(obligations && { obligations }),
  };
}

function generateMatch(dice: Dice): RuleInput['match'] {
  const tool = dice.pick<string | string[]>(['fs.*', '*', TOOLS, 'fs.read', 'pay.send']);
  const rare = dice.int(12);
  return {
    tool,
    ...(rare === 0 && { resource: dice.pick(['repo:*/**', 'mcp:*/*', 'https://**']) }),
    ...(rare === 1 && { roles: dice.pick(['ops', 'none']) }),
    ...(rare === 2 && { agent: 'agent:*', tenant: 'org:example' }),
    ...(rare === 3 && { task: dice.pick(['T-*', 'T-1']), source: ['sdk', 'mcp'] }),
    ...(rare === 4 && { human: 'user:ann', runtime: '*' }),
  };
}

interface Around {
  /** Levels that conditions may still nest. */
  readonly levels: number;
  /** Ids of rules with budgets. */
  readonly budgeted: readonly string[];
}

function generateCondition(dice: Dice, { levels, budgeted }: Around): ConditionInput {
  const shape = levels === 0 ? 9 : dice.int(12);
  const inner = () => generateCondition(dice, { levels: levels - 1, budgeted });
  if (budgeted.length > 0 && dice.chance(25)) {
    return { budgetOf: dice.pick(budgeted), usedOver: dice.pick([1, 33, 50, 80, 99, 100]) };
  }
  if (shape === 0) return { any: dice.some(inner, 1, 3) };
  if (shape === 1) return { all: dice.some(inner, 1, 3) };
  if (shape === 2) return { not: inner() };
  if (shape === 3 || (levels > 0 && dice.chance(5))) return { window: generateWindow(dice) };
  return { field: dice.pick(FIELDS), ...generateOperator(dice) };
}

function generateWindow(dice: Dice) {
  const from = `${pad(dice.int(24))}:${pad(dice.pick([0, 1, 30, 59]))}`;
  const to = dice.chance(20) ? '24:00' : `${pad(dice.int(24))}:${pad(dice.pick([2, 15, 31, 58]))}`;
  const days = dice.chance(50) ? { days: dice.some(() => dice.pick(DAYS), 1, 4) } : {};
  return { from, to, timeZone: dice.pick(ZONES), ...days };
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

function generateOperator(dice: Dice): Partial<Condition> {
  const scalar = () => dice.pick<string | number | boolean>([...TEXTS, ...NUMBERS, true, false]);
  const scalars = () => dice.some(scalar, 1, 3);
  const texts = () => dice.some(() => dice.pick(TEXTS), 1, 3);
  const globs = () => dice.some(() => dice.pick(GLOBS), 1, 3);
  const number = () => dice.pick(NUMBERS);
  const size = () => dice.int(4);
  const other = () => dice.pick([...OTHERS, 'lists.payees', 'lists.empty', GLOB_LIST]);
  const globOther = () => dice.pick([...OTHERS, 'constraints.globs', GLOB_LIST, 'lists.empty']);
  const numberOther = () => dice.pick(['constraints.max', 'payload.n']);
  const make = dice.pick<() => Partial<Condition>>([
    () => ({ equals: scalar() }),
    () => ({ notEquals: scalar() }),
    () => ({ in: dice.chance(50) ? scalars() : texts() }),
    () => ({ notIn: texts() }),
    () => ({ allIn: dice.chance(50) ? scalars() : texts() }),
    () => ({ hasAll: scalars() }),
    () => ({ matches: globs() }),
    () => ({ matches: globs() }),
    () => ({ notMatches: globs() }),
    () => ({ allMatch: globs() }),
    () => ({ max: number() }),
    () => ({ min: number() }),
    () => ({ over: number() }),
    () => ({ under: number() }),
    () => ({ maxSize: size() }),
    () => ({ overSize: size() }),
    () => ({ present: dice.chance(50) }),
    () => ({ stated_by_human: dice.chance(50) }),
    () => ({ equalsField: other() }),
    () => ({ notEqualsField: other() }),
    () => ({ allInField: other() }),
    () => ({ matchesField: globOther() }),
    () => ({ allMatchField: globOther() }),
    () => ({ maxField: numberOther() }),
    () => ({ overField: numberOther() }),
    () => ({ maxSizeField: numberOther() }),
    () => ({ overSizeField: numberOther() }),
  ]);
  return make();
}

function generateObligations(dice: Dice): ObligationsInput {
  const globs = () => dice.some(() => dice.pick(GLOBS), 1, 2);
  const max = () => dice.int(4);
  const windowSeconds = 60;
  const make = dice.pick<() => ObligationsInput>([
    () => ({ blockedPaths: globs() }),
    () => ({ maxFilesChanged: max() }),
    () => ({ requiresTests: true }),
    () => ({ channels: ['a', 'b'] }),
    () => ({ recipients: ['*@x.io', 'a'] }),
    () => ({ maxRows: max() }),
    () => ({ fields: { 'payload.n': { max: max(), min: 0 }, 'payload.s': { matches: globs() } } }),
    () => ({ windows: dice.some(() => generateWindow(dice), 1, 2) }),
    () => ({ rates: [{ max: max(), windowSeconds }] }),
    () => ({ budgets: [{ field: 'payload.amount', max: 50, windowSeconds }] }),
    () => ({ budgets: [generateBudget(dice)] }),
    () => ({ passTtlSeconds: 60 }),
    () => ({ maxRows: 2, maxFilesChanged: 2, rates: [{ max: 3, windowSeconds, per: 'tool' }] }),
  ]);
  return make();
}
