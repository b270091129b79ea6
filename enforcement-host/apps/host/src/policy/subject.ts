import { scopesOf } from '@axtary/budgets';
import { messageOf, parseStrictJson, type Action, type Facts } from '@axtary/core';
import { pastActions } from '@axtary/ledger';
import {
  determiningRules,
  parsePolicyTests,
  readShortAction,
  type Policy,
  type TestFacts,
} from '@axtary/policy';
import type { Simulation, SimulationSubject } from '@axtary/protocol';

import type { Workspace } from '../workspace/workspace.js';

/** An action that is to be decided, with the facts that come with it. */
export interface Subject {
  readonly action: Action;
  /** Recorded or written down with it; without them, those of now are taken. */
  readonly facts?: TestFacts;
  readonly recorded?: NonNullable<Simulation['recorded']>;
}

/** Why there is nothing to decide. */
export interface NoSubject {
  readonly problem: string;
}

/** Finds what is to be decided. */
export function subjectOf(
  workspace: Workspace,
  subject: SimulationSubject,
): Promise<Subject | NoSubject> {
  switch (subject.kind) {
    case 'ledger':
      return recorded(workspace, subject.seq);
    case 'approval':
      return waiting(workspace, subject.id);
    case 'action':
      return Promise.resolve(written(subject.text));
    case 'test':
      return Promise.resolve(ofTest(subject));
  }
}

function ofTest({
  file,
  text,
  name,
}: Extract<SimulationSubject, { kind: 'test' }>): Subject | NoSubject {
  const test = parsePolicyTests(text, file).tests.find((one) => one.name === name);
  return test
    ? { action: test.action, facts: test.facts }
    : { problem: `${file} has no valid test of this name` };
}

async function recorded(workspace: Workspace, seq: number): Promise<Subject | NoSubject> {
  const range = { from: seq, to: seq };
  for await (const past of pastActions(
    workspace.evidence.file,
    workspace.evidence.payloads,
    range,
  )) {
    if ('missing' in past) return { problem: `the payload of record ${seq} is not kept any more` };
    const { action, facts, verdict, reasons } = past;
    const rules = [...determiningRules({ reasons: [...reasons] })];
    return { action, facts, recorded: { decision: verdict, rules } };
  }
  return { problem: `record ${seq} is no decision about an action` };
}

async function waiting(workspace: Workspace, id: string): Promise<Subject | NoSubject> {
  const item = await workspace.approvals.get(id);
  return item ? { action: item.action } : { problem: `there is no approval request ${id}` };
}

function written(text: string): Subject | NoSubject {
  try {
    return { action: readShortAction(parseStrictJson(text)) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** The facts of now for an action, as a call that came now would have them. */
export function factsOfNow(
  { evidence: { budgets } }: Workspace,
  { policy, action, now }: { readonly policy: Policy; readonly action: Action; readonly now: Date },
): Facts {
  const usage = budgets.read(scopesOf(action), policy.metersFor(action), now);
  return { now: now.toISOString(), approvals: [], usage };
}
