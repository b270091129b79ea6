import { measuredRules, type RuleCoverage } from '@axtary/policy';

/** The rules of one policy file, and how many decisions of its tests each took part in. */
export interface PolicyCoverage {
  readonly policy: string;
  readonly rules: readonly RuleCoverage[];
}

/** Adds the counts of another run over the same policy. */
export function addCoverage(
  counts: readonly RuleCoverage[],
  more: readonly RuleCoverage[],
): readonly RuleCoverage[] {
  const before = new Map(counts.map((count) => [count.rule, count]));
  return more.map((count) => {
    const { held = 0, fired = 0 } = before.get(count.rule) ?? {};
    return { ...count, held: count.held + held, fired: count.fired + fired };
  });
}

/** Rules by which no test was decided, of those that are to be covered. */
export function uncoveredOf({ rules }: PolicyCoverage): readonly string[] {
  return measuredRules(rules).flatMap(({ rule, fired }) => (fired === 0 ? [rule] : []));
}

/** Percent, rounded down, of the rules to be covered by which a test was decided; 100 without any. */
export function percentOf(coverage: PolicyCoverage): number {
  const count = measuredRules(coverage.rules).length;
  if (count === 0) return 100;
  return Math.floor((100 * (count - uncoveredOf(coverage).length)) / count);
}
