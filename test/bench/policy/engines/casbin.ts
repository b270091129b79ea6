import type { Action, Verdict } from '@axtary/core';
import type { PolicyRule } from '@axtary/policy';
import { newEnforcer, newModelFromString, StringAdapter, type Enforcer } from 'casbin';

import { at, type EngineMaker } from '../engine.js';
import { plain, predicateOf, regexOf } from '../translate.js';

const MODEL = `
[request_definition]
r = act
[policy_definition]
p = tool, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act.capability.tool == p.tool && holds(p.rule, r.act)
`;

/**
 * Resources and conditions as functions of this program, for casbin knows neither these globs nor
 * lists. It has no third effect either: so it is asked whether anything is permitted, and where
 * something is, whether without an approval.
 */
export const casbin: EngineMaker = async (rules, actions) => {
  const permits = await enforcerOf(rules, { allow: 'allow', step_up: 'allow', deny: 'deny' });
  const allows = await enforcerOf(rules, { allow: 'allow', step_up: 'deny', deny: 'deny' });
  return {
    decide(index): Verdict {
      const action = at(actions, index);
      if (!permits.enforceSync(action)) return 'deny';
      return allows.enforceSync(action) ? 'allow' : 'step_up';
    },
  };
};

async function enforcerOf(
  rules: readonly PolicyRule[],
  effects: Readonly<Record<Verdict, 'allow' | 'deny'>>,
): Promise<Enforcer> {
  const lines = rules.map(({ id, ...rule }) => {
    const { tool, effect } = plain({ id, ...rule });
    return `p, ${tool}, ${id}, ${effects[effect]}`;
  });
  const enforcer = await newEnforcer(
    newModelFromString(MODEL),
    new StringAdapter(lines.join('\n')),
  );
  const predicates = new Map(rules.map((rule) => [rule.id, holdsOf(rule)]));
  await enforcer.addFunction(
    'holds',
    (id: string, action: Action) => predicates.get(id)?.(action) === true,
  );
  return enforcer;
}

function holdsOf(rule: PolicyRule): (action: Action) => boolean {
  const { resources, conditions } = plain(rule);
  const exact = new Set(resources.filter((glob) => !glob.includes('*')));
  const regexes = resources
    .filter((glob) => glob.includes('*'))
    .map((glob) => new RegExp(regexOf(glob)));
  const predicates = conditions.map(predicateOf);
  return (action) => {
    const { resource } = action.capability;
    const isNamed = resources.length === 0 || exact.has(resource);
    if (!isNamed && !regexes.some((regex) => regex.test(resource))) return false;
    return predicates.every((predicate) => predicate(action));
  };
}
