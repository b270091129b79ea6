import type { Operator } from '../document/condition.js';
import type { PolicyRule } from '../document/rule.js';
import { conjunctionsOf } from './conjuncts.js';
import type { Finding } from './finding.js';

/** The operator that asks of every element what another asks of any. */
export const EVERY: Readonly<Partial<Record<Operator, Operator>>> = {
  matches: 'allMatch',
  matchesField: 'allMatchField',
  in: 'allIn',
  equals: 'allIn',
  equalsField: 'allInField',
};

const LIST_FIELDS: ReadonlySet<string> = new Set([
  'context.paths',
  'payload.filesChanged',
  'payload.recipients',
  'payload.participants',
  'payload.cc',
  'payload.bcc',
]);

/**
 * Rules that allow a whole list for the sake of one element. Paths are below the rule. Nothing is
 * said where another condition of the rule looks at every element of the same field.
 */
export function anyElementTraps(rule: PolicyRule): readonly Finding[] {
  if (rule.effect !== 'allow') return [];
  return conjunctionsOf(rule).flatMap(({ fields }) =>
    fields.flatMap(({ field, operator, path }) => {
      const every = EVERY[operator];
      if (every === undefined || !LIST_FIELDS.has(field)) return [];
      const isSafe = fields.some(
        (other) => other.field === field && LOOKS_AT_ALL.has(other.operator),
      );
      if (isSafe) return [];
      const message = `allows a list of which one element passes: expected "${every}", which asks it of every element`;
      const place = { path: [...path, operator], isAboutKey: true };
      return [{ code: 'any-element', severity: 'warning', message, ...place, nearest: every }];
    }),
  );
}

const LOOKS_AT_ALL: ReadonlySet<Operator> = new Set([
  'allIn',
  'allInField',
  'allMatch',
  'allMatchField',
  'notMatches',
  'notIn',
  'stated_by_human',
]);
