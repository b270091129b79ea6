import type { PolicyDocument } from '../document/document.js';
import type { Match, PolicyRule } from '../document/rule.js';
import { listOf } from '../document/text.js';
import { normalizeCondition, type ConditionScope } from './normalize-condition.js';
import { normalizeObligations } from './normalize-obligations.js';
import type { NormalRule, NormalTest } from './normal-form.js';

/** What the rules of a document refer to. */
export interface RuleScope extends ConditionScope {
  readonly roles: PolicyDocument['roles'];
}

/** Writes out one rule that its schema has accepted. */
export function normalizeRule(rule: PolicyRule, scope: RuleScope): NormalRule {
  const { id, effect, description, shadow = false, obligations } = rule;
  return {
    id,
    effect,
    message: description ?? MESSAGES[effect](id),
    shadow,
    match: normalizeMatch(rule.match, scope),
    when: (rule.when ?? []).map((condition) => normalizeCondition(condition, scope)),
    requirements: normalizeObligations(rule, scope.lists),
    approvals: approvalsOf(rule),
    passTtlSeconds: obligations?.passTtlSeconds,
  };
}

const MESSAGES = {
  allow: (id: string) => `allowed by rule ${id}`,
  deny: (id: string) => `denied by rule ${id}`,
  step_up: (id: string) => `rule ${id} asks for an approval`,
} as const;

export const MATCH_FIELDS = {
  tool: 'capability.tool',
  resource: 'capability.resource',
  agent: 'actor.agent',
  human: 'actor.human',
  tenant: 'actor.tenant',
  runtime: 'actor.runtime',
  task: 'intent.task',
  source: 'context.source',
} as const satisfies Record<Exclude<keyof Match, 'roles'>, string>;

function normalizeMatch(match: Match, { roles }: RuleScope): readonly NormalTest[] {
  const tests: NormalTest[] = [];
  for (const [name, field] of Object.entries(MATCH_FIELDS)) {
    const globs = match[name as keyof typeof MATCH_FIELDS];
    if (globs !== undefined) tests.push({ op: 'matches', of: 'any', field, globs: listOf(globs) });
  }
  if (match.roles !== undefined) {
    const members = new Set(listOf(match.roles).flatMap((role) => roles[role] ?? []));
    tests.push({ op: 'matches', of: 'any', field: 'actor.human', globs: [...members] });
  }
  return tests;
}

function approvalsOf({ effect, obligations = {} }: PolicyRule): NormalRule['approvals'] {
  if (effect !== 'step_up') return undefined;
  const { approverRoles, approvals = 1 } = obligations;
  if (approverRoles === undefined && approvals === 1) return undefined;
  return {
    count: approvals,
    ...(approverRoles && { roles: [...new Set(approverRoles)].toSorted() }),
  };
}
