import type { z } from 'zod';

import { OPERATORS } from './document/condition.js';
import { policyKeys } from './document/document.js';
import type { PolicyIssueCode } from './issue.js';
import { nearest } from './nearest.js';

/** What a schema has to say of a document, in our words. */
export interface SchemaIssue {
  readonly code: PolicyIssueCode;
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** True where the issue is about the key at `path`, not about its value. */
  readonly isAboutKey?: boolean;
}

type ZodIssue = z.core.$ZodIssue;
type Path = SchemaIssue['path'];

const MAX_ISSUES = 100;

/** The keys that a mapping at a path may have. */
export type KnownKeys = (path: Path) => readonly string[];

/**
 * Rewrites the issues of a document's schema. Messages never repeat a value. A misspelt operator
 * is reported as such, not as a missing one.
 */
export function describeIssues(
  issues: readonly ZodIssue[],
  knownKeys: KnownKeys = policyKeys,
): readonly SchemaIssue[] {
  const place = { path: [], knownKeys };
  const described = issues.slice(0, MAX_ISSUES).flatMap((issue) => describeIssue(issue, place));
  const misspelt = described.filter(({ code }) => code === 'unknown-key');
  const parents = new Set(misspelt.map(({ path }) => path.slice(0, -1).join('.')));
  return described.filter(
    ({ code, path }) => code !== 'operator-count' || !parents.has(path.join('.')),
  );
}

interface Place {
  readonly path: Path;
  readonly knownKeys: KnownKeys;
}

function describeIssue(issue: ZodIssue, base: Place): readonly SchemaIssue[] {
  const path = [...base.path, ...issue.path.map((key) => (typeof key === 'symbol' ? '' : key))];
  const place = { ...base, path };
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MAX_ISSUES).map((key) => unknownKey(key, place));
    case 'invalid_union':
      return describeUnion(issue, place);
    case 'invalid_key':
      return [{ code: 'unknown-key', message: keyMessage(issue), path, isAboutKey: true }];
    case 'custom':
      return [{ code: customCode(issue), message: lowerFirst(issue.message), path }];
    default:
      return [{ code: 'invalid-value', message: messageFor(issue), path }];
  }
}

function unknownKey(key: string, { path: parent, knownKeys }: Place): SchemaIssue {
  const known = knownKeys(parent);
  const isCondition = parent.at(-2) === 'when';
  const near = nearest(key, known);
  const options = isCondition ? OPERATORS : known;
  const hint = near === undefined ? `one of ${options.join(', ')}` : `"${near}"`;
  const what = isCondition ? 'operator' : 'key';
  const message = `unknown ${what} ${JSON.stringify(key.slice(0, 64))}: expected ${hint}`;
  return { code: 'unknown-key', message, path: [...parent, key], isAboutKey: true };
}

// The branch that a value was meant for is the one whose outermost type fits.
function describeUnion(
  issue: Extract<ZodIssue, { code: 'invalid_union' }>,
  place: Place,
): readonly SchemaIssue[] {
  const meant = issue.errors.find((errors) => errors.every((error) => !isTypeOfWhole(error)));
  if (meant !== undefined) return meant.flatMap((inner) => describeIssue(inner, place));
  const expected = issue.errors.flatMap((errors) =>
    errors.flatMap((error) => (error.code === 'invalid_type' ? [typeName(error.expected)] : [])),
  );
  return [
    { code: 'invalid-value', message: `expected ${expected.join(' or ')}`, path: place.path },
  ];
}

function isTypeOfWhole(issue: ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function keyMessage(issue: Extract<ZodIssue, { code: 'invalid_key' }>): string {
  const message = issue.issues[0]?.message ?? '';
  return message.startsWith('expected') ? message : 'expected another key: this one is malformed';
}

function customCode({ params }: Extract<ZodIssue, { code: 'custom' }>): PolicyIssueCode {
  switch (params?.['issue']) {
    case 'bad-glob':
      return 'bad-glob';
    case 'bad-field':
      return 'bad-field';
    case 'operator-count':
      return 'operator-count';
    case 'missing-key':
      return 'missing-key';
    case 'no-budget':
      return 'no-budget';
    case 'unknown-role':
      return 'unknown-role';
    case 'unknown-rule':
      return 'unknown-rule';
    default:
      return 'invalid-value';
  }
}

function messageFor(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeName(issue.expected)}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `expected ${lowest(issue)}${unit(issue.origin)}`;
    case 'too_big':
      return `expected at most ${String(issue.maximum)}${unit(issue.origin)}`;
    default:
      return issue.message.startsWith('expected') ? issue.message : lowerFirst(issue.message);
  }
}

function lowest({ minimum, inclusive }: Extract<ZodIssue, { code: 'too_small' }>): string {
  return inclusive === false ? `more than ${String(minimum)}` : `at least ${String(minimum)}`;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
  ['never', 'at most 8 levels of "any", "all" and "not" in each other'],
]);

function typeName(expected: string): string {
  return TYPE_NAMES.get(expected) ?? expected;
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' elements' : '';
}

function lowerFirst(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}
