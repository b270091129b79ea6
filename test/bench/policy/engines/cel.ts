import type { Verdict } from '@axtary/core';
import type { Condition } from '@axtary/policy';
import { Environment } from '@marcbachmann/cel-js';

import { at, type EngineMaker } from '../engine.js';
import { placeOf, plain, regexOf, type PlainRule } from '../translate.js';

/**
 * Parsed expressions, one for each rule. Those that deny are asked first, and all of one effect, as
 * the rules that determine a decision belong to the answer.
 */
export const cel: EngineMaker = (rules, actions) => {
  const environment = new Environment().registerVariable('action', 'dyn');
  const parsed = rules.map((rule) => ({
    id: rule.id,
    effect: rule.effect,
    holds: environment.parse(expressionOf(plain(rule))),
  }));
  const byEffect = (['deny', 'step_up', 'allow'] as const).map((effect) => ({
    effect,
    rules: parsed.filter((rule) => rule.effect === effect),
  }));
  return {
    decide(index): Verdict {
      const context = { action: at(actions, index) };
      for (const { effect, rules: asked } of byEffect) {
        const determining = asked.filter(({ holds }) => holds(context) === true);
        if (determining.length > 0) return effect;
      }
      return 'deny';
    },
  };
};

function expressionOf({ tool, resources, conditions }: PlainRule): string {
  const named = resources.map((glob) =>
    glob.includes('*')
      ? `action.capability.resource.matches(${JSON.stringify(regexOf(glob))})`
      : `action.capability.resource == ${JSON.stringify(glob)}`,
  );
  return [
    `action.capability.tool == ${JSON.stringify(tool)}`,
    ...(named.length > 0 ? [`(${named.join(' || ')})`] : []),
    ...conditions.map(testOf),
  ].join(' && ');
}

function testOf(condition: Condition): string {
  const field = ['action', ...placeOf(condition)].join('.');
  const { notEquals, notIn, present } = condition;
  if (notEquals !== undefined)
    return `(!has(${field}) || ${field} != ${JSON.stringify(notEquals)})`;
  if (notIn !== undefined) return `(!has(${field}) || !(${field} in ${JSON.stringify(notIn)}))`;
  if (present !== undefined) return `has(${field})`;
  return `(has(${field}) && ${comparisonOf(field, condition)})`;
}

function comparisonOf(field: string, condition: Condition): string {
  const { equals, in: within, over, max, overSize, matches = [] } = condition;
  if (equals !== undefined) return `${field} == ${JSON.stringify(equals)}`;
  if (within !== undefined) return `${field} in ${JSON.stringify(within)}`;
  if (over !== undefined) return `${field} > ${over}.0`;
  if (max !== undefined) return `${field} <= ${max}.0`;
  if (overSize !== undefined) return `size(${field}) > ${overSize}`;
  const globs = typeof matches === 'string' ? [matches] : matches;
  const any = globs.map((glob) => `path.matches(${JSON.stringify(regexOf(glob))})`);
  return `${field}.exists(path, ${any.join(' || ')})`;
}
