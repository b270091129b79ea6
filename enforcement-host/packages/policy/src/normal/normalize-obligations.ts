import type { PolicyRule } from '../document/rule.js';
import { listOf } from '../document/text.js';
import { currencyFieldOf } from '../document/obligations.js';
import { budgetTest, currencyTest, type PlacedBudget } from './normalize-budgets.js';
import {
  normalizeOperators,
  normalizeWindow,
  not,
  present,
  type Lists,
} from './normalize-condition.js';
import type { Meter, NormalTest, Requirement } from './normal-form.js';

/** Where an action names the files it touches. */
const FILES = ['context.paths', 'payload.filesChanged'] as const;
/** Where payloads name who receives something. */
const RECIPIENTS = [
  'payload.recipients',
  'payload.recipient',
  'payload.to',
  'payload.cc',
  'payload.bcc',
  'payload.participants',
] as const;
/** What the enforcement host found out itself, and what the agent says. */
export const TESTS_VERIFIED = 'context.evidence.tests.passed';
export const TESTS_CLAIMED = 'payload.testsPassed';

type Obligations = NonNullable<PolicyRule['obligations']>;
type Writer<Key extends keyof Obligations> = (
  operand: NonNullable<Obligations[Key]>,
  rule: { readonly id: string; readonly lists: Lists },
) => readonly Omit<Requirement, 'obligation'>[];

const WRITERS: { readonly [Key in keyof Obligations]?: Writer<Key> } = {
  blockedPaths: (globs) => [
    {
      words: `no file on ${listOf(globs).join(', ')}`,
      test: forEach(FILES, (field) =>
        not({ op: 'matches', of: 'any', field, globs: listOf(globs) }),
      ),
    },
  ],
  maxFilesChanged: (number) => [
    {
      words: `at most ${number} files`,
      test: forEach(FILES, (field) => ({ op: 'sizeAtMost', field, number })),
    },
  ],
  requiresTests: () => [{ words: 'passed tests', test: testsPassed() }],
  channels: (names) => [
    {
      words: `a channel out of ${names.join(', ')}`,
      test: { op: 'is', of: 'every', field: 'payload.channel', scalars: names },
    },
  ],
  recipients: (globs) => [
    {
      words: `only recipients on ${listOf(globs).join(', ')}`,
      test: forEach(RECIPIENTS, (field) => ({
        op: 'matches',
        of: 'every',
        field,
        globs: listOf(globs),
      })),
    },
  ],
  maxRows: (number) => [
    {
      words: `a limit of at most ${number} rows`,
      test: {
        op: 'all',
        tests: [
          { op: 'atMost', field: 'payload.limit', number },
          { op: 'atLeast', field: 'payload.limit', number: 0 },
        ],
      },
    },
  ],
  fields: (limits, { lists }) =>
    Object.entries(limits).map(([field, operators]) => ({
      words: `${field} within its limits`,
      test: {
        op: 'all',
        tests: [present(field), ...normalizeOperators(field, operators, lists)],
      },
    })),
  windows: (windows) => [
    {
      words: 'a time inside its windows',
      test: { op: 'any', tests: windows.map(normalizeWindow) },
    },
  ],
  rates: (rates, { id }) =>
    rates.map(({ max, windowSeconds, per }, at) => ({
      words: `at most ${max} in ${windowSeconds} s${perWords(per)}`,
      test: { op: 'usage', max, meter: { id: `${id}.rate.${at}`, per, windowSeconds } },
    })),
  budgets: (budgets, { id }) =>
    budgets.flatMap((budget, at) => budgetRequirements({ budget, rule: id, at })),
};

function budgetRequirements(placed: PlacedBudget): readonly Omit<Requirement, 'obligation'>[] {
  const { max, field, currency, windowSeconds, per } = placed.budget;
  const unit = currency === undefined ? '' : ` minor units of ${currency}`;
  const sum = {
    words: `at most ${max}${unit} of ${field} in ${windowSeconds} s${perWords(per)}`,
    test: budgetTest(placed),
  };
  const test = currencyTest(placed);
  if (test === undefined || currency === undefined) return [sum];
  const words = `${currency} in ${currencyFieldOf(placed.budget)} (not a foreign currency)`;
  return [{ words, test }, sum];
}

/** Writes out the obligations that the decision itself can check. */
export function normalizeObligations(
  { id, obligations = {} }: PolicyRule,
  lists: Lists,
): readonly Requirement[] {
  const keys = Object.keys(WRITERS) as (keyof Obligations)[];
  return keys.flatMap((obligation) =>
    write(obligation, obligations, { id, lists }).map((one) => ({ obligation, ...one })),
  );
}

function write<Key extends keyof Obligations>(
  key: Key,
  obligations: Pick<Obligations, Key>,
  rule: { readonly id: string; readonly lists: Lists },
): readonly Omit<Requirement, 'obligation'>[] {
  const operand: Obligations[Key] = obligations[key];
  const writer: Writer<Key> | undefined = WRITERS[key];
  return operand === undefined ? [] : (writer?.(operand, rule) ?? []);
}

// One of the fields must be there, and each that is there must pass.
function forEach(fields: readonly string[], test: (field: string) => NormalTest): NormalTest {
  const passes = fields.map((field): NormalTest => ({
    op: 'any',
    tests: [not(present(field)), test(field)],
  }));
  return { op: 'all', tests: [{ op: 'any', tests: fields.map(present) }, ...passes] };
}

/** Verified evidence decides where there is any; only without it, what the agent claims. */
function testsPassed(): NormalTest {
  return {
    op: 'any',
    tests: [
      { op: 'is', of: 'any', field: TESTS_VERIFIED, scalars: [true] },
      {
        op: 'all',
        tests: [
          not(present(TESTS_VERIFIED)),
          { op: 'is', of: 'any', field: TESTS_CLAIMED, scalars: [true] },
        ],
      },
    ],
  };
}

function perWords(per: Meter['per']): string {
  return per.length === 0 ? '' : ` for each ${per.join(' and ')}`;
}
