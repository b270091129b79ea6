import type { PolicyDocumentInput } from '@axtary/policy';

import { GLOBS } from './generate-policy.js';

type RuleInput = NonNullable<PolicyDocumentInput['policies']>[number];
type ConditionInput = NonNullable<RuleInput['when']>[number];
type ObligationsInput = NonNullable<RuleInput['obligations']>;

const X = 'payload.deep.x';
const OTHER = 'constraints.list';
const UTC = 'UTC';
const windowSeconds = 60;

/** Every operator, on its own. */
const CONDITIONS: readonly ConditionInput[] = [
  { field: X, equals: 'main' },
  { field: X, equals: 3 },
  { field: X, equals: true },
  { field: X, notEquals: 'main' },
  { field: X, in: ['a', 1] },
  { field: X, in: ['a', 'b'] },
  { field: X, notIn: [1, 2, true] },
  { field: X, allIn: ['a', 'b'] },
  { field: X, allIn: ['a', 1] },
  { field: X, hasAll: ['a', 'b'] },
  { field: X, hasAll: [1, 'a', true] },
  { field: X, matches: ['a', 'm*n'] },
  { field: X, notMatches: ['a', 'm*n'] },
  { field: X, allMatch: ['a', 'b'] },
  { field: X, allMatch: ['a*', '**/b'] },
  { field: X, max: 3 },
  { field: X, min: 3 },
  { field: X, over: 3 },
  { field: X, under: 3 },
  { field: X, maxSize: 2 },
  { field: X, overSize: 2 },
  { field: X, maxSize: 5 },
  { field: X, overSize: 4 },
  { field: X, present: true },
  { field: X, present: false },
  { field: X, stated_by_human: true },
  { field: X, stated_by_human: false },
  { field: X, equalsField: OTHER },
  { field: X, notEqualsField: OTHER },
  { field: X, allInField: OTHER },
  { field: X, matchesField: 'constraints.globs' },
  { field: X, allMatchField: 'constraints.globs' },
  { field: X, maxField: 'constraints.max' },
  { field: X, overField: 'constraints.max' },
  { field: X, maxSizeField: 'constraints.max' },
  { field: X, overSizeField: 'constraints.max' },
  { field: X, equalsField: 'lists.payees' },
  { field: X, notEqualsField: 'lists.payees' },
  { field: X, allMatchField: 'lists.globs' },
  { field: X, equalsField: 'lists.empty' },
  { field: X, equalsField: 'payload.filesChanged' },
  { field: 'payload.filesChanged', equals: 'src/a' },
  { field: 'payload.filesChanged', allIn: ['src/a', 'b'] },
  { field: 'payload.filesChanged', matchesField: 'constraints.globs' },
  { field: 'payload.filesChanged', allMatchField: 'constraints.globs' },
  { field: 'capability.resource', equals: 'repo:a/b' },
  { window: { from: '09:00', to: '17:30', timeZone: 'Europe/Berlin', days: ['mon', 'fri'] } },
  { window: { from: '22:00', to: '06:00', timeZone: 'Asia/Kolkata', days: ['sun', 'wed'] } },
  { window: { to: '24:00', timeZone: UTC, days: ['sat'] } },
  { not: { window: { from: '12:00', to: '12:01', timeZone: 'America/New_York' } } },
  { not: { field: X, equals: 'main' } },
  { not: { not: { field: X, max: 3 } } },
  { not: { not: { not: { not: { not: { not: { not: { field: X, present: false } } } } } } } },
  { not: { not: { not: { not: { not: { not: { field: X, notMatches: 'a*' } } } } } } },
  {
    not: {
      all: [
        { field: X, min: 1 },
        {
          any: [
            { field: X, max: 3 },
            { field: X, min: 9 },
          ],
        },
      ],
    },
  },
  { any: [{ field: X, equals: 'a' }, { not: { field: X, matches: 'b*' } }] },
  { all: [{ field: X, present: true }, { not: { any: [{ field: X, equals: 'a' }] } }] },
];

/** Every obligation, on its own. */
const OBLIGATIONS: readonly ObligationsInput[] = [
  { blockedPaths: ['.env*', '**/b'] },
  { maxFilesChanged: 2 },
  { requiresTests: true },
  { channels: ['a', 'b'] },
  { recipients: ['*@x.io', 'a'] },
  { maxRows: 2 },
  { fields: { 'payload.n': { min: 0, max: 2 }, 'payload.s': { matches: 'a*' } } },
  { windows: [{ from: '09:00', to: '17:00', timeZone: UTC }] },
  { rates: [{ max: 2, windowSeconds }] },
  {
    rates: [
      { max: 2, windowSeconds },
      { max: 9, windowSeconds: 3600, per: ['agent', 'tool'] },
    ],
  },
  { budgets: [{ field: 'payload.amount', max: 50, windowSeconds }] },
  { budgets: [{ field: 'payload.amount', max: 50, windowSeconds, currency: 'EUR' }] },
  {
    budgets: [
      { field: 'payload.n', max: 7, windowSeconds, currency: 'EUR', currencyField: 'payload.s' },
    ],
  },
];

/** Rules whose budgets the conditions below ask about. */
const PAYING: readonly RuleInput[] = [
  paying('plain', { max: 50 }),
  paying('odd', { max: 7 }),
  paying('huge', { max: 9_007_199_254_740_991 }),
  paying('euros', { max: 50, currency: 'EUR' }),
  paying('two', { max: 50 }, { max: 9, field: 'payload.n' }),
];

/** Shares of budgets, on their own and combined. */
const SHARES: readonly ConditionInput[] = [
  { budgetOf: 'plain', usedOver: 80 },
  { budgetOf: 'plain', usedOver: 100 },
  { budgetOf: 'odd', usedOver: 50 },
  { budgetOf: 'odd', usedOver: 1 },
  { budgetOf: 'huge', usedOver: 33 },
  { budgetOf: 'euros', usedOver: 80 },
  { budgetOf: 'two', usedOver: 80 },
  { not: { budgetOf: 'plain', usedOver: 80 } },
  { not: { budgetOf: 'euros', usedOver: 80 } },
  { not: { not: { budgetOf: 'two', usedOver: 99 } } },
  {
    all: [
      { field: X, present: true },
      { budgetOf: 'odd', usedOver: 30 },
    ],
  },
  deep(8, { budgetOf: 'euros', usedOver: 50 }),
  { any: [{ budgetOf: 'odd', usedOver: 90 }, { not: { budgetOf: 'two', usedOver: 10 } }] },
];

const PER_POLICY = 32;

/** Policies that have every operator, every glob and every obligation in rules of their own. */
export function cataloguePolicies(): readonly PolicyDocumentInput[] {
  const globs = GLOBS.flatMap((glob): readonly ConditionInput[] => [
    { field: X, matches: glob },
    { field: 'payload.filesChanged', matches: glob },
  ]);
  const conditions = [...CONDITIONS, ...globs].flatMap((condition): readonly RuleInput[] => [
    alone({ effect: 'allow', when: [condition] }),
    alone({ effect: 'deny', when: [condition] }),
  ]);
  const obligations = OBLIGATIONS.flatMap((each): readonly RuleInput[] => [
    alone({ effect: 'allow', obligations: each }),
    alone({ effect: 'step_up', obligations: each }),
  ]);
  const rules = [...conditions, ...obligations].map((rule, at) => named(rule, at));
  const shares = SHARES.flatMap((condition): readonly RuleInput[] => [
    alone({ effect: 'allow', when: [condition] }),
    alone({ effect: 'deny', when: [condition] }),
    alone({ effect: 'step_up', when: [condition] }),
  ]);
  const starts = rules.flatMap((_, at) => (at % PER_POLICY === 0 ? [at] : []));
  return [
    ...starts.map((start) => policyOf(rules.slice(start, start + PER_POLICY))),
    policyOf([...shares.map((rule, at) => named(rule, at)), ...PAYING]),
    policyOf(TOGETHER.map((rule, at) => ({ ...rule, id: `rule-${at}` }))),
  ];
}

/** Rules that are about the same actions. */
const TOGETHER: readonly RuleInput[] = [
  alone({ effect: 'allow' }),
  alone({ effect: 'allow', when: [{ field: 'payload.n', max: 5 }] }),
  alone({ effect: 'step_up', when: [{ field: 'payload.n', min: 3 }] }),
  alone({ effect: 'deny', when: [{ field: 'payload.n', min: 5 }] }),
  alone({ effect: 'deny', shadow: true, when: [{ field: 'payload.n', min: 1 }] }),
  alone({ effect: 'allow', shadow: true, obligations: { maxRows: 1 } }),
  { ...alone({ effect: 'step_up' }), match: { tool: '*', roles: 'ops', resource: 'mcp:*/read' } },
  { ...alone({ effect: 'deny' }), match: { tool: '*', roles: 'none' } },
];

function paying(
  id: string,
  ...budgets: readonly {
    readonly max: number;
    readonly field?: string;
    readonly currency?: string;
  }[]
): RuleInput {
  const written = budgets.map((budget) => ({ field: 'payload.amount', windowSeconds, ...budget }));
  return { id, effect: 'allow', match: { tool: 'pay.send' }, obligations: { budgets: written } };
}

/** A condition below so many levels, none of which is like the one above it. */
function deep(levels: number, condition: ConditionInput): ConditionInput {
  if (levels === 0) return condition;
  const inner = deep(levels - 1, condition);
  const beside = { field: X, present: levels % 2 === 0 };
  return levels % 2 === 0 ? { all: [inner, beside] } : { any: [inner, beside] };
}

function alone(rule: Omit<RuleInput, 'id' | 'match'>): RuleInput {
  return { id: 'unnamed', match: { tool: '*' }, ...rule };
}

// Each rule has a tool of its own, and where it denies, something that it denies.
function named(rule: RuleInput, at: number): RuleInput {
  return { ...rule, id: `rule-${at}`, match: { tool: `tool.${at}` } };
}

function policyOf(rules: readonly RuleInput[]): PolicyDocumentInput {
  const denying = rules.filter(({ effect }) => effect === 'deny');
  const permitting = denying.map(({ id, match }): RuleInput => ({
    id: `${id}-open`,
    effect: 'allow',
    match,
  }));
  return {
    version: 1,
    preset: 'none',
    roles: { ops: ['user:ann', 'user:b*'], none: [] },
    lists: { payees: ['ann@x.io', 'a', 1], globs: ['*@x.io', 'src/**', 'main'], empty: [] },
    policies: [...rules, ...permitting],
  };
}
