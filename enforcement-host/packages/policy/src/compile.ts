import type { Obligations, Reason, Verdict } from '@axtary/core';

import { compileCondition, compileGlobs, type Test } from './condition.js';
import type { Match, PolicyRule } from './document.js';
import type { Glob } from './glob.js';

/** A rule ready to be asked. It determines the decision when every condition holds. */
export interface CompiledRule {
  readonly reason: Reason;
  readonly obligations: Obligations;
  readonly conditions: readonly Test[];
}

/** Rules of one effect with the same `match`, which is asked once for all of them. */
export interface RuleGroup {
  readonly match: readonly Test[];
  readonly rules: readonly CompiledRule[];
}

export type RuleGroups = Readonly<Record<Verdict, readonly RuleGroup[]>>;

/** The rules of a policy, found by what they could match. */
export interface RuleIndex {
  /** Rules that name their tools exactly. */
  readonly byTool: ReadonlyMap<string, RuleGroups>;
  /** Rules that name tools by a glob, or none. */
  readonly anyTool: RuleGroups;
}

/** Compiles rules that their schema has accepted. Their order does not matter. */
export function compileRules(rules: readonly PolicyRule[]): RuleIndex {
  const byTool = new Map<string, GroupBuilder>();
  const anyTool = new GroupBuilder();
  for (const rule of rules) {
    const names = exactTools(rule.match);
    const builders = names?.map((tool) => builderFor(tool, byTool)) ?? [anyTool];
    const compiled = compileRule(rule);
    for (const builder of builders) builder.add(rule, compiled);
  }
  const groups = [...byTool].map(([tool, builder]) => [tool, builder.groups] as const);
  return { byTool: new Map(groups), anyTool: anyTool.groups };
}

class GroupBuilder {
  readonly groups: Record<Verdict, RuleGroup[]> = { deny: [], step_up: [], allow: [] };
  readonly #rules = new Map<string, CompiledRule[]>();

  add({ effect, match }: PolicyRule, compiled: CompiledRule): void {
    const key = JSON.stringify([effect, ...MATCHED.map((name) => match[name] ?? null)]);
    const known = this.#rules.get(key);
    if (known !== undefined) {
      known.push(compiled);
      return;
    }
    const rules = [compiled];
    this.#rules.set(key, rules);
    this.groups[effect].push({ match: compileMatch(match), rules });
  }
}

const ACTOR = ['agent', 'human', 'tenant', 'runtime'] as const;
const MATCHED = ['tool', 'resource', ...ACTOR] as const;

function builderFor(tool: string, builders: Map<string, GroupBuilder>): GroupBuilder {
  const builder = builders.get(tool) ?? new GroupBuilder();
  builders.set(tool, builder);
  return builder;
}

/** Orders texts by UTF-16 units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function exactTools({ tool }: Match): readonly string[] | undefined {
  if (tool === undefined) return undefined;
  const names = typeof tool === 'string' ? [tool] : tool;
  return names.some((name) => name.includes('*')) ? undefined : [...new Set(names)];
}

function compileRule(rule: PolicyRule): CompiledRule {
  const caution = rule.effect !== 'allow';
  return {
    reason: Object.freeze({
      rule: rule.id,
      effect: rule.effect,
      message: rule.description ?? MESSAGES[rule.effect](rule.id),
    }),
    obligations: obligationsOf(rule),
    conditions: (rule.when ?? []).map((condition) => compileCondition(condition, caution)),
  };
}

const MESSAGES = {
  allow: (id) => `allowed by rule ${id}`,
  deny: (id) => `denied by rule ${id}`,
  step_up: (id) => `rule ${id} asks for an approval`,
} as const satisfies Record<Verdict, (id: string) => string>;

function obligationsOf({ obligations }: PolicyRule): Obligations {
  const { approverRoles, passTtlSeconds } = obligations ?? {};
  return {
    ...(approverRoles && { approverRoles: [...new Set(approverRoles)] }),
    ...(passTtlSeconds !== undefined && { passTtlSeconds }),
  };
}

// The tool is not tested again where the index has found the rule by it.
function compileMatch(match: Match): readonly Test[] {
  const tests: Test[] = [];
  if (match.tool !== undefined && exactTools(match) === undefined) {
    const glob = anyOf(match.tool);
    tests.push((action) => glob(action.capability.tool));
  }
  if (match.resource !== undefined) {
    const glob = anyOf(match.resource);
    tests.push((action) => glob(action.capability.resource));
  }
  for (const name of ACTOR) {
    const globs = match[name];
    if (globs === undefined) continue;
    const glob = anyOf(globs);
    tests.push((action) => glob(action.actor[name]));
  }
  return tests;
}

function anyOf(globs: string | readonly string[]): Glob {
  const all = compileGlobs(globs);
  const [first, second] = all;
  if (first !== undefined && second === undefined) return first;
  return (subject) => all.some((glob) => glob(subject));
}
