import type { Decision, Verdict } from '@axtary/core';
import { insertRule, parsePolicy, ruleFromDecision, rulePlaces } from '@axtary/policy';
import type { ControlProtocol, Result, SimulationSubject } from '@axtary/protocol';

import { HostError } from '../errors.js';
import type { Workspace } from '../workspace/workspace.js';
import { subjectOf, type Subject } from './subject.js';

export interface RuleFromOptions {
  readonly from: { readonly decisionSeq: number } | { readonly approvalId: string };
  readonly effect: Verdict;
  /** Of the file that gets the rule. */
  readonly text: string;
}

/**
 * A rule for one action of the past or of the queue, and how a text gets it.
 *
 * @throws HostError `SUBJECT_UNKNOWN`.
 */
export async function ruleFrom(
  workspace: Workspace,
  { from, effect, text }: RuleFromOptions,
): Promise<Result<ControlProtocol, 'policy/ruleFrom'>> {
  const subject = await subjectOf(workspace, asSubject(from));
  if ('problem' in subject) throw new HostError('SUBJECT_UNKNOWN', subject.problem);
  const decided = { action: subject.action, decision: decisionOf(subject) };
  const { snippet, explanation } = ruleFromDecision(decided, effect, { taken: takenIds(text) });
  const edits = insertRule(text, snippet).map(({ range, newText }) => ({ range, newText }));
  return { snippet, explanation, edits };
}

function asSubject(from: RuleFromOptions['from']): SimulationSubject {
  return 'approvalId' in from
    ? { kind: 'approval', id: from.approvalId }
    : { kind: 'ledger', seq: from.decisionSeq };
}

// What waits for approval was decided: a person was to be asked.
function decisionOf({ recorded }: Subject): Decision {
  const { decision = 'step_up', rules = [] } = recorded ?? {};
  const reasons = rules.map((rule) => ({ rule, effect: decision, message: '' }));
  return { decision, reasons, obligations: {} };
}

function takenIds(text: string): readonly string[] {
  const { policy } = parsePolicy(text);
  return policy ? policy.rules.map(({ rule }) => rule.id) : rulePlaces(text).map(({ id }) => id);
}
