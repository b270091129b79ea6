import type { Action, Verdict } from '@axtary/core';
import {
  cedarFact,
  cedarProgram,
  compileGlob,
  createPolicy,
  fold,
  projectAction,
  type CedarProgram,
  type MatchedPatterns,
  type NormalRule,
  type Pattern,
  type Projection,
} from '@axtary/policy';
import {
  preparsePolicySet,
  statefulIsAuthorized,
  type StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs';

import { at, type EngineMaker } from '../engine.js';

let sets = 0;

/** A preparsed policy set. Which globs a path matches is among the facts, and not timed. */
export const cedar: EngineMaker = (rules, actions) => {
  const { normalRules } = createPolicy({ version: 1, preset: 'none', policies: [...rules] });
  const program = cedarProgram(normalRules);
  const set = `bench-${sets++}`;
  const parsed = preparsePolicySet(set, { staticPolicies: { ...program.policies } });
  if (parsed.type === 'failure')
    throw new Error(parsed.errors.map(({ message }) => message).join());
  const calls = actions.map((action) => callOf({ program, normalRules, set }, action));
  return { decide: (index) => decide(at(calls, index), program) };
};

function decide(call: StatefulAuthorizationCall, { stepUp }: CedarProgram): Verdict {
  const answer = statefulIsAuthorized(call);
  if (answer.type === 'failure')
    throw new Error(answer.errors.map(({ message }) => message).join());
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0 || decision === 'deny') return 'deny';
  return diagnostics.reason.some((id) => stepUp.has(id)) ? 'step_up' : 'allow';
}

interface Prepared {
  readonly program: CedarProgram;
  readonly normalRules: readonly NormalRule[];
  readonly set: string;
}

function callOf(
  { program, normalRules, set }: Prepared,
  action: Action,
): StatefulAuthorizationCall {
  const projection = projectAction(normalRules, action, {});
  const { fields, patterns } = program.vocabulary;
  const facts = [...fields].map(([field, attributes]) => {
    const fact = projection.fields[field];
    if (fact === undefined) throw new Error(`the projection lacks the field ${field}`);
    const asked = patterns.filter((pattern) => pattern.fields.has(field));
    return [field, cedarFact(fact, attributes, matched(asked, field, projection))] as const;
  });
  return {
    principal: { type: 'Agent', id: action.actor.agent },
    action: { type: 'Action', id: 'call' },
    resource: { type: 'Resource', id: action.capability.resource },
    context: { fields: Object.fromEntries(facts), zones: {}, usage: {} },
    preparsedPolicySetId: set,
    entities: [],
  };
}

function matched(
  asked: readonly Pattern[],
  field: string,
  { fields }: Projection,
): MatchedPatterns {
  const texts = fields[field]?.texts ?? [];
  const matching = asked.map((pattern) => ({ id: pattern.id, matches: matcherOf(pattern) }));
  return {
    any: matching.filter(({ matches }) => texts.some(matches)).map(({ id }) => id),
    every: matching.filter(({ matches }) => texts.every(matches)).map(({ id }) => id),
  };
}

function matcherOf({ globs, folded }: Pattern): (text: string) => boolean {
  if ('other' in globs) throw new TypeError('expected globs of the policy');
  const compiled = globs.map((glob) => compileGlob(folded ? fold(glob) : glob));
  return (text) => compiled.some((matches) => matches(folded ? fold(text) : text));
}
