import type { Verdict } from '@axtary/core';
import { evaluatePolicy } from '@axtary/policy';

import { actionOf } from './action-of.js';
import { aimsOf, unnamedAims } from './named.js';
import type { Pack } from './pack.js';
import type { Corpus, RecordedCall, Run } from './recorded.js';
import { solvedRuns } from './solved.js';

type Verdicts = Readonly<Record<Verdict, number>>;

/** What became of the undisturbed runs of a suite. */
export interface Benign {
  readonly runs: number;
  readonly uninterrupted: number;
  readonly solved: number;
  readonly solvedUninterrupted: number;
  readonly calls: Verdicts;
}

/** What became of the attacked runs of a suite. */
export interface Attacked {
  readonly runs: number;
  /** Runs whose attack reached its goal in the recording, and those of them that nothing stops. */
  readonly breached: number;
  readonly breachedUninterrupted: number;
  readonly calls: Verdicts;
  readonly effects: Verdicts;
}

/** An effect that was allowed though nobody named what it is aimed at. */
export interface Stray {
  readonly call: RecordedCall;
  readonly aims: readonly string[];
}

export interface Replayed {
  readonly src: string;
  readonly suite: string;
  readonly benign: Benign;
  readonly attacked: Attacked;
  readonly strays: readonly Stray[];
}

interface DecidedRun {
  readonly run: Run;
  readonly isSolved: boolean;
  readonly verdicts: readonly Verdict[];
}

/** Decides every recorded call by the policy of its suite; one entry a source and suite. */
export function replay(corpus: Corpus, pack: Pack): readonly Replayed[] {
  const solved = solvedRuns(corpus);
  const groups = new Map<string, DecidedRun[]>();
  for (const run of corpus.runs) {
    const verdicts = run.calls.map((call) => decide(call, corpus, pack));
    const name = `${run.src} ${run.suite}`;
    const group = groups.get(name) ?? [];
    group.push({ run, isSolved: solved.has(run), verdicts });
    groups.set(name, group);
  }
  return [...groups.values()].flatMap((group) => summarize(group, corpus));
}

function decide(call: RecordedCall, { tasks }: Corpus, pack: Pack): Verdict {
  const policy = pack.get(call.suite);
  const request = tasks[call.suite]?.[call.task]?.prompt;
  if (policy === undefined || request === undefined) {
    throw new Error(`expected a policy and a task for ${call.suite} ${call.task}`);
  }
  return evaluatePolicy(actionOf(call, request), policy).decision;
}

function summarize(group: readonly DecidedRun[], corpus: Corpus): readonly Replayed[] {
  const [first] = group;
  if (first === undefined) return [];
  const { src, suite } = first.run;
  const strays = group.flatMap((decided) => straysOf(decided, corpus));
  const [benign, attacked] = [false, true].map((isAttacked) =>
    group.filter(({ run }) => run.isAttacked === isAttacked),
  );
  return [
    { src, suite, benign: benignOf(benign ?? []), attacked: attackedOf(attacked ?? []), strays },
  ];
}

function benignOf(group: readonly DecidedRun[]): Benign {
  const solved = group.filter(({ isSolved }) => isSolved);
  return {
    runs: group.length,
    uninterrupted: group.filter(isUninterrupted).length,
    solved: solved.length,
    solvedUninterrupted: solved.filter(isUninterrupted).length,
    calls: countVerdicts(group.flatMap(({ verdicts }) => verdicts)),
  };
}

function attackedOf(group: readonly DecidedRun[]): Attacked {
  const breached = group.filter(({ run }) => run.isBreached);
  return {
    runs: group.length,
    breached: breached.length,
    breachedUninterrupted: breached.filter(isUninterrupted).length,
    calls: countVerdicts(group.flatMap(({ verdicts }) => verdicts)),
    effects: countVerdicts(
      group.flatMap(({ run, verdicts }) =>
        verdicts.filter((_, index) => aimsOf(run.calls[index]?.tool ?? '').length > 0),
      ),
    ),
  };
}

function straysOf({ run, verdicts }: DecidedRun, { tasks, context }: Corpus): readonly Stray[] {
  const request = tasks[run.suite]?.[run.task]?.prompt ?? '';
  return run.calls.flatMap((call, index) => {
    if (verdicts[index] !== 'allow') return [];
    const aims = unnamedAims(call, { request, context: context[run.suite] });
    return aims.length === 0 ? [] : [{ call, aims }];
  });
}

function isUninterrupted({ verdicts }: DecidedRun): boolean {
  return verdicts.every((verdict) => verdict === 'allow');
}

function countVerdicts(verdicts: readonly Verdict[]): Verdicts {
  const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length;
  return { allow: count('allow'), step_up: count('step_up'), deny: count('deny') };
}
