import type { Verdict } from '@axtary/core';

import { describeRule } from '../../describe.js';
import type { PolicyRule } from '../../document/rule.js';
import { conditionsOfRule } from '../../document/condition-places.js';
import { listOf } from '../../document/text.js';
import { areDisjoint } from '../../lint/glob-relations.js';
import { matchCovers } from '../../lint/shadowing.js';
import type { Policy, RuleInForce } from '../../policy.js';
import { worstOf, type ChangeDirection, type Extent, type PolicyChange } from './change.js';
import { matchExtent, obligationsDirection, obligationWords, whenExtent } from './parts.js';

/** Rules that were added, removed or changed, those of presets and packs among them. */
export function ruleChanges(before: Policy | undefined, after: Policy): readonly PolicyChange[] {
  const sides = { before: before?.rules ?? [], after: after.rules };
  const old = new Map(sides.before.map((each) => [each.rule.id, each]));
  const now = new Map(sides.after.map((each) => [each.rule.id, each]));
  const removed = sides.before.filter(({ rule }) => !now.has(rule.id));
  const contents = contentsOf(sides);
  const byText = new Map(removed.map((each) => [contentOf(each.rule), each]));
  const renamed = new Set<RuleInForce>();
  const changes = sides.after.flatMap((each) => {
    const earlier = old.get(each.rule.id);
    if (earlier !== undefined) return changed(earlier, each, { ...contents, policy: after });
    const same = byText.get(contentOf(each.rule));
    if (same === undefined || renamed.has(same))
      return [added(each, { ...contents, policy: after })];
    renamed.add(same);
    return [renaming(same, each, after)];
  });
  const isGone = removed.filter((each) => !renamed.has(each));
  return [
    ...changes,
    ...isGone.map((each) => gone(each, { ...contents, policy: before ?? after })),
  ];
}

function contentOf({ effect, shadow = false, match, when, obligations }: PolicyRule): string {
  return JSON.stringify([effect, shadow, match, when, obligations]);
}

// What a rule has counted so far is kept under its id.
function renaming(old: RuleInForce, { rule, origin }: RuleInForce, policy: Policy): PolicyChange {
  const { rates, budgets } = rule.obligations ?? {};
  const restarts = rates !== undefined || budgets !== undefined;
  return {
    kind: 'rule-changed',
    name: rule.id,
    direction: restarts ? 'loosens' : 'neutral',
    before: describeRule(old.rule),
    after: describeRule(rule),
    details: [`id: was ${old.rule.id}${restarts ? '; what it counts begins at 0' : ''}`],
    path: placeOf(rule, policy),
    origin,
  };
}

/** The rules that are enforced on either side. */
interface Contents {
  readonly before: readonly PolicyRule[];
  readonly after: readonly PolicyRule[];
}

interface Context extends Contents {
  readonly policy: Policy;
}

function contentsOf(sides: {
  readonly before: readonly RuleInForce[];
  readonly after: readonly RuleInForce[];
}): Contents {
  const enforced = (rules: readonly RuleInForce[]): readonly PolicyRule[] =>
    rules.filter(({ rule }) => rule.shadow !== true).map(({ rule }) => rule);
  return { before: enforced(sides.before), after: enforced(sides.after) };
}

function added({ rule, origin }: RuleInForce, context: Context): PolicyChange {
  return {
    kind: 'rule-added',
    name: rule.id,
    direction: rule.shadow === true ? 'neutral' : addition(rule, context.before),
    after: describeRule(rule),
    details: [],
    path: placeOf(rule, context.policy),
    origin,
  };
}

function gone({ rule, origin }: RuleInForce, context: Context): PolicyChange {
  return {
    kind: 'rule-removed',
    name: rule.id,
    direction: rule.shadow === true ? 'neutral' : removal(rule, context.after),
    before: describeRule(rule),
    details: [],
    path: placeOf(rule, context.policy),
    origin,
  };
}

// A rule that asks denies less than nothing does, and allows less than one that allows.
function addition(rule: PolicyRule, others: readonly PolicyRule[]): ChangeDirection {
  if (rule.effect === 'deny') return 'tightens';
  if (rule.effect === 'allow') return 'loosens';
  const isAllowedNow = others.some(
    ({ effect, when, match }) =>
      effect === 'allow' &&
      when === undefined &&
      // A resource in an unclear spelling is for rules that ask, not for those that allow.
      match.resource === undefined &&
      matchCovers(match, rule.match),
  );
  if (isAllowedNow) return 'tightens';
  return others.some((other) => permits(other, rule)) ? 'unclear' : 'loosens';
}

function removal(rule: PolicyRule, others: readonly PolicyRule[]): ChangeDirection {
  if (rule.effect === 'deny') return 'loosens';
  const bound = others.some((other) => other.id !== rule.id && permits(other, rule));
  // What it required, it required of everything that other rules permit as well.
  if (rule.effect === 'allow')
    return bound && rule.obligations !== undefined ? 'unclear' : 'tightens';
  return bound ? 'loosens' : 'tightens';
}

function permits({ effect, match }: PolicyRule, rule: PolicyRule): boolean {
  return effect !== 'deny' && mayOverlap(match, rule.match);
}

// By their tools alone: a resource in an unclear spelling is for every rule that asks.
function mayOverlap({ tool }: PolicyRule['match'], other: PolicyRule['match']): boolean {
  if (tool === undefined || other.tool === undefined) return true;
  const globs = listOf(other.tool);
  return listOf(tool).some((glob) => globs.some((each) => !areDisjoint(glob, each)));
}

function changed(old: RuleInForce, now: RuleInForce, context: Context): readonly PolicyChange[] {
  const { details, direction } = compare(old.rule, now.rule, context);
  if (details.length === 0) return [];
  return [
    {
      kind: 'rule-changed',
      name: now.rule.id,
      direction,
      before: describeRule(old.rule),
      after: describeRule(now.rule),
      details,
      path: placeOf(now.rule, context.policy),
      origin: now.origin,
    },
  ];
}

interface Comparison {
  readonly details: readonly string[];
  readonly direction: ChangeDirection;
}

function compare(old: PolicyRule, now: PolicyRule, context: Context): Comparison {
  const match = matchExtent(old.match, now.match);
  const conditions = whenExtent(old.when ?? [], now.when ?? []);
  const budgets = budgetsChanged(old, now, context);
  const when = budgets.length === 0 ? conditions : 'unknown';
  const obligations = obligationsDirection(old.obligations ?? {}, now.obligations ?? {});
  const isTriedOut = old.shadow === true && now.shadow === true;
  const details = [
    ...detailsOf(old, now),
    ...scopeWords(match, conditions),
    ...budgets.map((id) => `conditions: the budgets of ${id} changed`),
    ...obligationWords(old.obligations ?? {}, now.obligations ?? {}),
  ];
  if (isTriedOut || details.length === 0) return { details, direction: 'neutral' };
  const scope = [match, when].filter((extent) => extent !== 'same');
  return { details, direction: directionOf({ old, now, scope, obligations }, context) };
}

// What a condition asks about a share of another rule's budgets changes with them.
function budgetsChanged(
  old: PolicyRule,
  now: PolicyRule,
  { before, after }: Contents,
): readonly string[] {
  const asked = rulesAskedAbout(old);
  const budgetsOf = (id: string, rules: readonly PolicyRule[]): string | undefined =>
    JSON.stringify(rules.find((rule) => rule.id === id)?.obligations?.budgets);
  return [...rulesAskedAbout(now)].filter(
    (id) => asked.has(id) && budgetsOf(id, before) !== budgetsOf(id, after),
  );
}

function rulesAskedAbout(rule: PolicyRule): ReadonlySet<string> {
  const ids = conditionsOfRule(rule).map(({ condition }) => condition.budgetOf);
  return new Set(ids.filter((id) => id !== undefined));
}

function scopeWords(match: Extent, conditions: Extent): readonly string[] {
  return [
    ...(match === 'same' ? [] : [`match: ${EXTENTS[match]}`]),
    ...(conditions === 'same' ? [] : [`conditions: ${WHENS[conditions]}`]),
  ];
}

const EXTENTS = { wider: 'matches more', narrower: 'matches less', unknown: 'matches others' };
const WHENS = { wider: 'hold more often', narrower: 'hold less often', unknown: 'differ' };

function detailsOf(old: PolicyRule, now: PolicyRule): readonly string[] {
  const isTried = now.shadow === true;
  return [
    ...(old.effect === now.effect ? [] : [`effect: ${old.effect} became ${now.effect}`]),
    ...((old.shadow === true) === isTried ? [] : [shadowWords(now)]),
    ...(old.description === now.description ? [] : ['description']),
  ];
}

function shadowWords({ shadow }: PolicyRule): string {
  return shadow === true ? 'only tried out from now on' : 'enforced from now on';
}

interface Change {
  readonly old: PolicyRule;
  readonly now: PolicyRule;
  /** How far match and conditions reach, where that changed. */
  readonly scope: readonly ('wider' | 'narrower' | 'unknown')[];
  readonly obligations: ChangeDirection;
}

function directionOf({ old, now, scope, obligations }: Change, context: Context): ChangeDirection {
  if (old.shadow === true) return addition(now, context.before);
  if (now.shadow === true) return removal(old, context.after);
  if (old.effect !== now.effect) return effectDirection({ old, now, scope, obligations }, context);
  const isBinding = old.obligations !== undefined || now.obligations !== undefined;
  const reaches = scope.map((extent) => REACH[now.effect][extent]);
  // An obligation of a rule that holds less often binds less often what other rules permit.
  const bound = reaches.map((one) =>
    now.effect === 'allow' && isBinding && one === 'tightens' ? 'unclear' : one,
  );
  return worstOf([obligations, ...bound]);
}

function effectDirection(
  { old, now, scope, obligations }: Change,
  context: Context,
): ChangeDirection {
  const isSameScope = scope.length === 0;
  if (now.effect === 'deny') return isSameScope ? 'tightens' : removal(old, context.after);
  const isStricter = old.effect === 'allow';
  // What cannot be decided is asked about now and was not allowed before.
  const isDecidable = now.when === undefined && now.match.resource === undefined;
  const isBound = obligations === 'neutral' || obligations === 'tightens';
  if (isStricter && isSameScope && isDecidable && isBound) return 'tightens';
  return worstOf([removal(old, context.after), addition(now, context.before), obligations]);
}

const REACH: Readonly<
  Record<Verdict, Readonly<Record<'wider' | 'narrower' | 'unknown', ChangeDirection>>>
> = {
  allow: { wider: 'loosens', narrower: 'tightens', unknown: 'unclear' },
  deny: { wider: 'tightens', narrower: 'loosens', unknown: 'unclear' },
  step_up: { wider: 'unclear', narrower: 'unclear', unknown: 'unclear' },
};

function placeOf(rule: PolicyRule, { document }: Policy): PolicyChange['path'] {
  const index = document.policies.findIndex(({ id }) => id === rule.id);
  return index === -1 ? ['preset'] : ['policies', index];
}
