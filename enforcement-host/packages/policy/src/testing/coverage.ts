import type { Explanation, RuleTrace } from '../explain.js';
import type { Policy, RuleInForce } from '../policy.js';

/** How many decisions a rule took part in. */
export interface RuleCoverage {
  readonly rule: string;
  readonly origin: RuleInForce['origin'];
  /** Its conditions held. */
  readonly held: number;
  /** It determined the decision, also by an obligation that was not met; on trial, it held. */
  readonly fired: number;
}

/** Counts, for each rule of a policy, the decisions in which it counted. */
export function coverageOf(
  policy: Policy,
  explanations: readonly Explanation[],
): readonly RuleCoverage[] {
  const held = new Map<string, number>();
  const fired = new Map<string, number>();
  for (const trace of explanations.flatMap(({ rules }) => rules)) {
    if (trace.outcome === 'not-held') continue;
    add(held, trace.rule);
    if (isDecisive(trace)) add(fired, trace.rule);
  }
  return policy.rules.map(({ rule: { id }, origin }) => ({
    rule: id,
    origin,
    held: held.get(id) ?? 0,
    fired: fired.get(id) ?? 0,
  }));
}

/**
 * The rules that tests of a policy are to cover: its own, for those of presets and packs have tests
 * of their own; all, where it brings nothing else.
 */
export function measuredRules(rules: readonly RuleCoverage[]): readonly RuleCoverage[] {
  const own = rules.filter(({ origin }) => origin === 'file');
  return own.length > 0 ? own : rules;
}

function isDecisive({ outcome, shadow }: RuleTrace): boolean {
  return outcome === 'determined' || outcome === 'unmet' || shadow;
}

function add(counts: Map<string, number>, rule: string): void {
  counts.set(rule, (counts.get(rule) ?? 0) + 1);
}
