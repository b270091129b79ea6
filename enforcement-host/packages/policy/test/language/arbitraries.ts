import type { Action } from '@axtary/core';
import type { Condition, PolicyRule, RuleObligations } from '@axtary/policy';
import fc from 'fast-check';

import { anAction } from '../support.js';

const text = fc.constantFrom('a', 'b', 'ab', 'a/b');
const glob = fc.constantFrom('a', 'b', '*', 'a*', '*b', 'a/*', '**', 'a/**', '**/b');
export const globs = fc.oneof(glob, fc.uniqueArray(glob, { minLength: 1, maxLength: 3 }));
const field = fc.constantFrom('payload.p', 'payload.q', 'context.paths');
const scalar = fc.oneof(text, fc.integer({ min: 0, max: 3 }), fc.boolean());
const scalars = fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 });
const number = fc.integer({ min: 0, max: 3 });
export const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field, equals: scalar }),
  fc.record({ field, notEquals: scalar }),
  fc.record({ field, in: scalars }),
  fc.record({ field, notIn: scalars }),
  fc.record({ field, allIn: scalars }),
  fc.record({ field, hasAll: scalars }),
  fc.record({ field, matches: globs }),
  fc.record({ field, notMatches: globs }),
  fc.record({ field, allMatch: globs }),
  fc.record({ field, max: number }),
  fc.record({ field, min: number }),
  fc.record({ field, over: number }),
  fc.record({ field, maxSize: number }),
  fc.record({ field, overSize: number }),
  fc.record({ field, present: fc.boolean() }),
  fc.record({ field, equalsField: fc.constantFrom('lists.l', 'payload.q') }),
  fc.record({ field, notEqualsField: fc.constantFrom('lists.l', 'payload.q') }),
  fc.record({ field, allMatchField: fc.constant('lists.g') }),
);
export const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 1, arbitrary: fc.record({ not: leaf }) },
  { weight: 1, arbitrary: fc.record({ any: fc.array(leaf, { minLength: 1, maxLength: 2 }) }) },
);
const permitting: fc.Arbitrary<RuleObligations | undefined> = fc.option(
  fc.record(
    { maxRows: number, maxFilesChanged: number, blockedPaths: globs, recipients: globs },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
export const rule: fc.Arbitrary<PolicyRule> = fc
  .record({
    id: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
    effect: fc.constantFrom('allow', 'deny', 'step_up'),
    tool: globs,
    resource: fc.option(globs, { nil: undefined }),
    when: fc.option(fc.array(condition, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    obligations: permitting,
    shadow: fc.constantFrom(undefined, undefined, undefined, true),
  })
  .map(({ id, effect, tool, resource, when, obligations, shadow }) => ({
    id,
    effect,
    match: { tool, ...(resource !== undefined && { resource }) },
    ...(when && { when }),
    ...(obligations && effect !== 'deny' && { obligations }),
    ...(shadow && { shadow }),
  }));
export const rules = fc.uniqueArray(rule, { selector: ({ id }) => id, minLength: 1, maxLength: 4 });
export const lists = fc.record({
  l: fc.uniqueArray(scalar, { maxLength: 3 }),
  g: fc.uniqueArray(glob, { maxLength: 2 }),
});
const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constantFrom(null, 1.5, {}));
export const action: fc.Arbitrary<Action> = fc
  .record({
    tool: text,
    resource: fc.constantFrom('a', 'b', 'a/b', 'a//b', 'x/'),
    payload: fc.dictionary(fc.constantFrom('p', 'q', 'limit', 'recipients'), value, { maxKeys: 4 }),
    paths: fc.option(fc.array(fc.constantFrom('a', 'A', 'a/b', 'a//b'), { maxLength: 2 }), {
      nil: undefined,
    }),
  })
  .map(({ paths, ...parts }) => anAction({ ...parts, ...(paths && { context: { paths } }) }));
