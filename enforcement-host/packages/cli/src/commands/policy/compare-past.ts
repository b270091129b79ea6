import type { Reason, Verdict } from '@axtary/core';
import { determiningRules, evaluatePolicy, factsFor, type Policy } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { readSubjects, type Subject, type SubjectPlace, type SubjectSource } from './subjects.js';

/** How one policy decides an action. */
export interface SideOfChange {
  readonly decision: Verdict;
  readonly rules: readonly string[];
  readonly reasons: readonly Reason[];
}

/** An action that two policies decide differently. */
export interface PastChange extends SubjectPlace {
  readonly ts?: string;
  readonly tool: string;
  readonly resource: string;
  readonly agent: string;
  readonly before: SideOfChange;
  readonly after: SideOfChange;
}

/** Two policies over the same actions. */
export interface Comparison {
  readonly considered: number;
  /** Decisions whose payload is no longer kept. */
  readonly missingPayloads: number;
  readonly problems: readonly (SubjectPlace & { readonly error: string })[];
  readonly changes: readonly PastChange[];
}

/**
 * Decides each action by both policies, with the facts that were recorded with it. Meters that the
 * records do not have, because no policy then asked for them, have counted nothing.
 */
export async function comparePast(
  [before, after]: readonly [Policy, Policy],
  source: SubjectSource,
  context: CliContext,
): Promise<Comparison> {
  const changes: PastChange[] = [];
  const problems: (SubjectPlace & { readonly error: string })[] = [];
  let considered = 0;
  let missingPayloads = 0;
  for await (const subject of readSubjects(source, context)) {
    if ('problem' in subject) {
      if (subject.isPayloadGone === true) missingPayloads++;
      else problems.push({ ...subject.at, error: subject.problem });
      continue;
    }
    considered++;
    const sides = [decide(before, subject, context), decide(after, subject, context)] as const;
    if (sides[0].decision !== sides[1].decision) changes.push(changeOf(subject, ...sides));
  }
  return { considered, missingPayloads, problems, changes };
}

function decide(policy: Policy, { action, facts }: Subject, { clock }: CliContext): SideOfChange {
  const now = { now: clock.now().toISOString() };
  const decision = evaluatePolicy(action, policy, factsFor(policy, action, { ...now, ...facts }));
  const { reasons } = decision;
  return { decision: decision.decision, rules: determiningRules(decision), reasons };
}

function changeOf(
  { at, action, recorded }: Subject,
  before: SideOfChange,
  after: SideOfChange,
): PastChange {
  const { tool, resource } = action.capability;
  const { agent } = action.actor;
  return { ...at, ...(recorded && { ts: recorded.ts }), tool, resource, agent, before, after };
}
