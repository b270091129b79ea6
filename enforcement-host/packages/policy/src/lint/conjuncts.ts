import { OPERATORS, type Condition, type Operator } from '../document/condition.js';
import type { PolicyRule } from '../document/rule.js';
import type { PolicyWindow } from '../document/window.js';
import { MATCH_FIELDS } from '../normal/normalize-rule.js';
import type { Path } from './finding.js';

/** One operator on a field, with its place in the rule. */
export interface FieldConjunct {
  readonly field: string;
  readonly operator: Operator;
  readonly condition: Condition;
  readonly path: Path;
}

/** Conditions that must hold together. */
export interface Conjunction {
  readonly fields: FieldConjunct[];
  readonly windows: { readonly window: PolicyWindow; readonly path: Path }[];
}

/** What must hold together for a rule to hold and, apart, in each branch of an `any`. */
export function conjunctionsOf(rule: PolicyRule): readonly Conjunction[] {
  const top: Conjunction = { fields: matchConjuncts(rule), windows: [] };
  const branches: Conjunction[] = [];
  for (const [index, condition] of (rule.when ?? []).entries()) {
    collect({ condition, path: ['when', index] }, top, branches);
  }
  return [top, ...branches];
}

function matchConjuncts({ match }: PolicyRule): FieldConjunct[] {
  const keys = Object.keys(MATCH_FIELDS) as (keyof typeof MATCH_FIELDS)[];
  return keys.flatMap((key) => {
    const field = MATCH_FIELDS[key];
    const matches = match[key];
    return matches === undefined
      ? []
      : [{ field, operator: 'matches', condition: { field, matches }, path: ['match', key] }];
  });
}

const NAMES: ReadonlySet<string> = new Set(OPERATORS);

/** The operator of a condition on a field. */
export function operatorOf(condition: Condition): Operator | undefined {
  return Object.keys(condition).find(isOperator);
}

function isOperator(key: string): key is Operator {
  return NAMES.has(key);
}

interface Placed {
  readonly condition: Condition;
  readonly path: Path;
}

function collect({ condition, path }: Placed, into: Conjunction, branches: Conjunction[]): void {
  const { field, all = [], any = [], window } = condition;
  const operator = field === undefined ? undefined : operatorOf(condition);
  if (field !== undefined && operator !== undefined) {
    into.fields.push({ field, operator, condition, path });
  }
  if (window !== undefined) into.windows.push({ window, path: [...path, 'window'] });
  for (const [index, inner] of all.entries()) {
    collect({ condition: inner, path: [...path, 'all', index] }, into, branches);
  }
  for (const [index, inner] of any.entries()) {
    const branch: Conjunction = { fields: [], windows: [] };
    collect({ condition: inner, path: [...path, 'any', index] }, branch, branches);
    branches.push(branch);
  }
}
