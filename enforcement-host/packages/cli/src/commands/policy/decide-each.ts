import type { Facts } from '@axtary/core';
import { factsFor, type Policy } from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { printable, type Terminal } from '../../terminal.js';
import { givenFacts, type FactsOptions } from './facts.js';
import { readSubjects, type NoSubject, type Subject, type SubjectSource } from './subjects.js';

export interface DecideEachOptions extends FactsOptions {
  readonly source: SubjectSource;
  readonly json: boolean;
}

/** What came of the actions of a source. */
export interface SubjectCounts {
  readonly decided: number;
  /** What should have been an action and is none. */
  readonly unread: number;
  /** Decisions of the ledger whose payload is no longer kept. */
  readonly gone: number;
}

/**
 * Has each action of a source decided, one after the other; what is none is reported. Facts of the
 * command line win over those that come with an action; without any, the time is now. Stops where
 * nobody reads the results any more.
 */
export async function decideEach(
  options: DecideEachOptions & { readonly policy: Policy },
  context: CliContext,
  decide: (subject: Subject, facts: Partial<Facts>) => void,
): Promise<SubjectCounts> {
  const { policy, source, json } = options;
  const { terminal, clock } = context;
  const given = await givenFacts(options, context);
  const counts = { decided: 0, unread: 0, gone: 0 };
  for await (const subject of readSubjects(source, context)) {
    if ('problem' in subject) {
      counts[subject.isPayloadGone === true ? 'gone' : 'unread']++;
      printProblem(subject, terminal, { json });
    } else {
      const { action, facts } = subject;
      const now = clock.now().toISOString();
      counts.decided++;
      decide(subject, factsFor(policy, action, { now, ...facts, ...given }));
    }
    await terminal.drained();
    if (terminal.isClosed) break;
  }
  return counts;
}

/** Says what was not decided, and why. */
export function printCounts({ decided, unread, gone }: SubjectCounts, terminal: Terminal): void {
  if (decided === 0) terminal.warn('no action was decided');
  if (unread > 0) terminal.warn(`not understood, so not decided: ${unread}`);
  if (gone > 0) terminal.warn(`payload no longer kept, so not decided: ${gone}`);
}

function printProblem(
  { at, problem }: NoSubject,
  terminal: Terminal,
  { json }: Pick<DecideEachOptions, 'json'>,
): void {
  if (json) terminal.printJsonLine({ ...at, error: problem });
  else terminal.warn(`${printable(at.place)}: ${printable(problem)}`);
}
