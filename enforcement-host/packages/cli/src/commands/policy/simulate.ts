import type { Verdict } from '@axtary/core';
import { explainDecision, type Explanation } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { EXIT_CODES } from '../../exit-codes.js';
import { printable, type Terminal } from '../../terminal.js';
import {
  decideEach,
  printCounts,
  type DecideEachOptions,
  type SubjectCounts,
} from './decide-each.js';
import { loadPolicy } from './load-policy.js';
import type { Subject } from './subjects.js';
import { printTrace, VERDICT_COLOURS } from './trace.js';

export interface SimulateOptions extends DecideEachOptions {
  readonly policy: string;
  /** Shows also the rules that are about something else. */
  readonly all: boolean;
}

type Verdicts = Record<Verdict, number>;

/** Decides actions by a policy, without executing anything, and says why. */
export async function simulate(options: SimulateOptions, context: CliContext): Promise<void> {
  const { terminal, setExitCode } = context;
  const policy = await loadPolicy(options.policy, context);
  const verdicts: Verdicts = { allow: 0, step_up: 0, deny: 0 };
  const counts = await decideEach({ ...options, policy }, context, (subject, facts) => {
    const explanation = explainDecision(subject.action, policy, facts);
    verdicts[explanation.decision.decision]++;
    if (options.json) terminal.printJsonLine(toJson(subject, explanation));
    else printSubject({ subject, explanation }, options, terminal);
  });
  if (!options.json) {
    const { allow, step_up: asked, deny } = verdicts;
    const total = `${counts.decided} actions: ${allow} allow, ${asked} step_up, ${deny} deny`;
    if (counts.decided > 1) terminal.print(total);
    printCounts(counts, terminal);
  }
  setExitCode(exitCodeOf(counts, verdicts));
}

/** Nothing decided is a failure: a pipeline that lost its actions must not pass. */
function exitCodeOf({ decided, unread }: SubjectCounts, verdicts: Verdicts): number {
  if (unread > 0 || decided === 0) return EXIT_CODES.failed;
  if (verdicts.deny > 0) return EXIT_CODES.denied;
  return verdicts.step_up > 0 ? EXIT_CODES.approvalNeeded : EXIT_CODES.ok;
}

function toJson({ at, action, recorded }: Subject, { decision, rules }: Explanation): unknown {
  const { id, actor, capability } = action;
  const { tool, resource } = capability;
  const past = recorded && { recorded };
  return { ...at, id, tool, resource, agent: actor.agent, ...decision, rules, ...past };
}

interface Simulated {
  readonly subject: Subject;
  readonly explanation: Explanation;
}

function printSubject(
  { subject: { at, action, recorded }, explanation }: Simulated,
  { all }: SimulateOptions,
  terminal: Terminal,
): void {
  const { tool, resource } = action.capability;
  const verdict = explanation.decision.decision;
  const painted = terminal.paint(VERDICT_COLOURS[verdict], verdict);
  const what = [tool, resource].map(printable).join(' ');
  terminal.print(`${painted}  ${what}  (${printable(at.place)})`);
  if (recorded !== undefined && recorded.verdict !== verdict) {
    const rules = recorded.rules.map(printable).join(', ');
    terminal.print(`  recorded at ${recorded.ts}: ${recorded.verdict} (${rules})`);
  }
  printTrace(explanation, { all, hint: ' (--all)' }, terminal);
  terminal.print('');
}
