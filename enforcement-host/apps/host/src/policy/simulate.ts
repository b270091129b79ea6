import { canonicalize, type Action, type Clock, type Facts } from '@axtary/core';
import {
  describeRule,
  explainDecision,
  factsFor,
  parsePolicy,
  type Policy,
  type RuleInForce,
  type RuleTrace as Trace,
} from '@axtary/policy';
import type { RuleTrace, Simulation, SimulationSubject } from '@axtary/protocol';

import type { Workspace } from '../workspace/workspace.js';
import type { AskEngines } from './engines.js';
import { issuesOf } from './issues.js';
import { factsOfNow, subjectOf, type Subject } from './subject.js';

export interface SimulateOptions {
  /** The draft. */
  readonly text: string;
  readonly subject: SimulationSubject;
  /** They replace those that come with the action, member by member. */
  readonly facts?: { readonly [Name in keyof Facts]?: Facts[Name] | undefined } | undefined;
}

export interface SimulateTools {
  readonly clock: Clock;
  readonly ask: AskEngines;
}

/** Decides one action by a draft, and says why, rule by rule and engine by engine. */
export async function simulate(
  workspace: Workspace,
  { text, subject, facts }: SimulateOptions,
  tools: SimulateTools,
): Promise<Simulation> {
  const parsed = parsePolicy(text);
  const nothing = { issues: issuesOf(parsed.issues), rules: [], engines: [], agree: false };
  const found = await subjectOf(workspace, subject);
  if ('problem' in found) return { ...nothing, problem: found.problem };
  const shown = { ...nothing, ...shownSubject(found) };
  if (!parsed.policy) return { ...shown, problem: 'the draft is not a valid policy' };
  const { policy } = parsed;
  const { action } = found;
  const now = tools.clock.now();
  const known = found.facts ?? factsOfNow(workspace, { policy, action, now });
  const used = factsFor(policy, action, { ...known, ...facts });
  const explanation = explainDecision(action, policy, used);
  return {
    ...shown,
    facts: used,
    decision: explanation.decision,
    rules: tracesOf(policy, explanation.rules),
    ...(await tools.ask(policy, action, used)),
  };
}

function shownSubject({ action, recorded }: Subject): Pick<Simulation, 'actionText' | 'recorded'> {
  return { actionText: actionText(action), ...(recorded && { recorded }) };
}

/** In canonical order, indented. */
function actionText(action: Action): string {
  return JSON.stringify(JSON.parse(canonicalize(action)), undefined, 2);
}

/** Rules that did not hold are many, and interest less: so many are told. */
const MAX_TRACES = 2000;

function tracesOf(policy: Policy, traces: readonly Trace[]): RuleTrace[] {
  const rules = new Map(policy.rules.map((one) => [one.rule.id, one]));
  const held = traces.filter(({ outcome }) => outcome !== 'not-held');
  const others = traces.filter(({ outcome }) => outcome === 'not-held');
  return [...held, ...others]
    .slice(0, MAX_TRACES)
    .map((trace) => traceOf(trace, rules.get(trace.rule)));
}

function traceOf({ failed, ...trace }: Trace, inForce: RuleInForce | undefined): RuleTrace {
  return {
    ...trace,
    words: inForce ? describeRule(inForce.rule) : '',
    ...(failed && { failed: { ...failed, path: [...failed.path] } }),
  };
}
