import type { Verdict } from '@axtary/core';

/** What one engine says of an action. */
export interface EngineAnswer {
  readonly decision: Verdict;
  /** Ids of the rules that determine it, sorted; `default-deny` where no rule does. */
  readonly rules: readonly string[];
  /** Why the engine could not answer; then its decision is `deny`. */
  readonly error?: string;
}

/** One decision by three engines, side by side. */
export interface Proof {
  readonly native: EngineAnswer;
  readonly cedar: EngineAnswer;
  readonly rego: EngineAnswer;
  /** No engine failed, and all have the same decision for the same rules. */
  readonly agree: boolean;
}

/** The answer of rules: each once, sorted by UTF-16 units. */
export function answerOf(decision: Verdict, rules: readonly string[]): EngineAnswer {
  const ids = [...new Set(rules)].sort();
  return { decision, rules: ids.length === 0 ? ['default-deny'] : ids };
}

/** The answer of an engine that failed. */
export function failed(error: string): EngineAnswer {
  return { decision: 'deny', rules: [], error };
}

/** Puts answers side by side. */
export function proofOf(answers: Omit<Proof, 'agree'>): Proof {
  const { native, cedar, rego } = answers;
  return { ...answers, agree: isSame(native, cedar) && isSame(native, rego) };
}

function isSame(a: EngineAnswer, b: EngineAnswer): boolean {
  if (a.error !== undefined || b.error !== undefined) return false;
  return a.decision === b.decision && a.rules.join(' ') === b.rules.join(' ');
}
