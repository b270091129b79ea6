import { isJsonObject, type Verdict } from '@axtary/core';

import { cautionOf, type NormalRule, type NormalTest } from '../../normal/normal-form.js';
import { enforcedRules, leavesOf, ruleTest } from '../leaves.js';
import { projectionNames } from '../project-action.js';
import { REGO_HELPERS } from './helpers.js';
import { leafCall, PARAMETERS, type LeafCall } from './leaf-call.js';
import { nestTest, type NestedTest } from './nested-lists.js';

/** A rule as the generic module reads it. */
export interface RegoRule {
  readonly id: string;
  readonly effect: Verdict;
  readonly test: NestedTest<LeafCall>;
  readonly requirements: readonly {
    readonly obligation: string;
    readonly test: NestedTest<LeafCall>;
  }[];
}

/** A policy as data: what the generic module has as `data.policy`. */
export interface RegoData {
  readonly fields: readonly string[];
  readonly rules: readonly RegoRule[];
}

/** What a policy is in Rego. */
export interface RegoExport {
  /** A module of its own, to read and to evaluate with any OPA: `data.axtary.policy.result`. */
  readonly module: string;
  /** The rules for the generic module, which is the same for every policy. */
  readonly data: { readonly policy: RegoData };
}

/** Writes a policy out for Rego. Its input is what `regoInput` makes of a projection. */
export function exportRego(policy: { readonly normalRules: readonly NormalRule[] }): RegoExport {
  const rules = enforcedRules(policy.normalRules);
  const { fields } = projectionNames(rules);
  const data = { policy: { fields, rules: rules.map(regoRule) } };
  return { module: writeModule(rules, fields), data };
}

/** The fields that enforced rules take globs from. */
export function globFieldsOf(rules: readonly NormalRule[]): ReadonlySet<string> {
  return new Set(
    leavesOf(enforcedRules(rules)).flatMap(({ leaf }) =>
      leaf.op === 'matchesOther' ? [leaf.other] : [],
    ),
  );
}

function regoRule(rule: NormalRule): RegoRule {
  const { id, effect } = rule;
  return {
    id,
    effect,
    test: nestTest(ruleTest(rule), cautionOf(effect), leafCall),
    requirements: rule.requirements.map(({ obligation, test }) => ({
      obligation,
      test: nestTest(test, false, leafCall),
    })),
  };
}

const SETS = { deny: 'denying', step_up: 'asking', allow: 'allowing' } as const;

function writeModule(rules: readonly NormalRule[], fields: readonly string[]): string {
  const list = fields.map((field) => `\t${JSON.stringify(field)},\n`).join('');
  return `# The rules of a policy of Axtary, written out. \`input\` is the projection of an action.
package axtary.policy

import rego.v1

fields := [
${list}]

${emptySets(rules)}${rules.map(writeRule).join('\n')}
${REGO_HELPERS}`;
}

// A set without any rule would not exist.
function emptySets(rules: readonly NormalRule[]): string {
  const used = new Set(
    rules.flatMap(({ effect, requirements }) =>
      requirements.length > 0 ? [effect, 'deny'] : [effect],
    ),
  );
  const empty = Object.entries(SETS).filter(([effect]) => !used.has(effect));
  return empty.map(([, set]) => `${set} := set()\n\n`).join('');
}

function writeRule(rule: NormalRule): string {
  const { id, effect, message, requirements } = rule;
  const caution = cautionOf(effect);
  const lines = ruleTest(rule).tests.map((test) => `\t${expression(test, caution)}\n`);
  const name = JSON.stringify(id);
  if (requirements.length === 0) {
    return `${comment(message)}\n${SETS[effect]} contains ${name} if {\n${lines.join('')}}\n`;
  }
  const unmet = requirements.map(
    ({ words, test }) =>
      `${comment(`requires ${words}`)}\ndenying contains ${name} if {\n\theld[${name}]\n\tnegate(${expression(test, false)})\n}\n`,
  );
  const held = `held[${name}] if {\n${lines.join('')}}\n`;
  const own = `${SETS[effect]} contains ${name} if held[${name}]\n`;
  return [`${comment(message)}\n${held}`, own, ...unmet].join('\n');
}

function expression(test: NormalTest, caution: boolean): string {
  switch (test.op) {
    case 'not':
      return `negate(${expression(test.test, !caution)})`;
    case 'all':
    case 'any': {
      const parts = test.tests.map((each) => expression(each, caution));
      return `${test.op === 'all' ? 'every_of' : 'some_of'}([${parts.join(', ')}])`;
    }
    default: {
      const call = leafCall({ leaf: test, negated: false, caution });
      const given = PARAMETERS[call.op].map((parameter) => call[parameter]);
      return `${call.op}(${[...given, caution].map(literal).join(', ')})`;
    }
  }
}

// JSON is Rego but for texts, which are easier to read raw.
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value).map(
      ([key, member]) => `${literal(key)}: ${literal(member)}`,
    );
    return `{${members.join(', ')}}`;
  }
  const isRaw = typeof value === 'string' && value.includes('\\') && /^[^`\p{C}]*$/u.test(value);
  return isRaw ? `\`${value}\`` : JSON.stringify(value);
}

function comment(words: string): string {
  return words
    .split(/[\r\n\u0085\u2028\u2029]+/)
    .map((line) => `# ${line}`)
    .join('\n');
}
