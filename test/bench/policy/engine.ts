import type { Action, Verdict } from '@axtary/core';
import type { PolicyRule } from '@axtary/policy';

/** An engine with a policy, and with actions in the form that it takes. */
export interface Engine {
  /** Decides the action at this place. Only this is timed. */
  readonly decide: (at: number) => Verdict;
}

/** Makes an engine of rules. What it needs to know of the actions is prepared, not timed. */
export type EngineMaker = (
  rules: readonly PolicyRule[],
  actions: readonly Action[],
) => Engine | Promise<Engine>;

/** The actions for which two engines decide differently. */
export function disagreements(one: Engine, other: Engine, actions: readonly Action[]): number {
  return actions.filter((_, at) => one.decide(at) !== other.decide(at)).length;
}

export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new TypeError(`expected something at ${index}`);
  return item;
}
