import type { Action } from '@axtary/core';
import type { PolicyRule } from '@axtary/policy';

import { median, percentile, timeInputs } from '../measure.js';
import { ratio, row, us, type Row } from '../table.js';
import { flatActions, freshAction, seededActions } from './actions.js';
import { disagreements, type Engine, type EngineMaker } from './engine.js';
import { casbin } from './engines/casbin.js';
import { cedar } from './engines/cedar.js';
import { cel } from './engines/cel.js';
import { microsoftExpressions, microsoftNames } from './engines/microsoft.js';
import { native } from './engines/native.js';
import { regoGeneric, regoSpecialised } from './engines/rego.js';
import { flatRules, nameRules, rulesOf, TWENTY } from './rules.js';

const ACTIONS = 2000;
const SEED = 418;
const MS_PER_READING = 400;

interface Options {
  readonly rounds: number;
  /** An `opa` or `opalite` that compiles to WebAssembly; without it, the specialised module is left out. */
  readonly opa: string | undefined;
}

interface Contender {
  readonly name: string;
  readonly make: EngineMaker;
  /** As a share of this engine's p50, what the native one may take. */
  readonly share?: number;
}

interface Contest {
  readonly title: string;
  readonly rules: readonly PolicyRule[];
  readonly actions: readonly Action[];
  readonly goal?: { readonly p50: number; readonly p99?: number };
  readonly peers: readonly Contender[];
}

/**
 * Decides the same actions by the same rules with each engine, and compares what it costs.
 *
 * @throws Error where an engine decides an action differently: then its figures would say nothing.
 */
export async function comparePolicies(options: Options): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const contest of contests(options)) rows.push(...(await hold(contest, options.rounds)));
  return [...rows, ...(await newResources(options.rounds))];
}

function contests({ opa }: Options): readonly Contest[] {
  const actions = seededActions(ACTIONS, SEED);
  const specialised =
    opa === undefined
      ? []
      : [{ name: 'opa-wasm, specialised', make: regoSpecialised(opa), share: 1 / 90 }];
  const peers: readonly Contender[] = [
    { name: 'cel-js 8', make: cel, share: 1 / 20 },
    { name: 'casbin 5', make: casbin },
    ...specialised,
    { name: 'opa-wasm, generic', make: regoGeneric, share: 1 / 90 },
    { name: 'cedar-wasm, preparsed', make: cedar, share: 1 / 400 },
  ];
  const names = { name: 'Microsoft SDK, names', make: microsoftNames };
  const expressions = { name: 'Microsoft SDK, expressions', make: microsoftExpressions };
  return [
    { title: '20 rules', rules: TWENTY, actions, goal: { p50: 500, p99: 2000 }, peers },
    {
      title: '100 rules',
      rules: rulesOf(100),
      actions,
      goal: { p50: 1300 },
      peers: peers.slice(0, 2),
    },
    {
      title: '100 names',
      rules: nameRules(100),
      actions: flatActions(ACTIONS, 100),
      goal: { p50: 1300 },
      peers: [names],
    },
    {
      title: '100 expressions',
      rules: flatRules(100),
      actions: flatActions(ACTIONS, 50),
      goal: { p50: 1300 },
      peers: [expressions],
    },
    { title: '10,000 rules', rules: rulesOf(10_000), actions, goal: { p50: 10_000 }, peers: [] },
  ];
}

async function hold(contest: Contest, rounds: number): Promise<readonly Row[]> {
  const { title, rules, actions, goal, peers } = contest;
  const own = await native(rules, actions);
  const engines: { readonly contender: Contender; readonly engine: Engine }[] = [];
  for (const contender of peers) {
    const engine = await contender.make(rules, actions);
    const different = disagreements(own, engine, actions);
    if (different > 0)
      throw new Error(`${contender.name} decides ${different} actions differently`);
    engines.push({ contender, engine });
  }
  const figures = measure([own, ...engines.map(({ engine }) => engine)], actions.length, rounds);
  const [mine, ...theirs] = figures;
  if (mine === undefined) throw new TypeError('expected the figures of the native engine');
  return [
    row(`${title}: decision, p50`, us(mine.p50), {
      beside: shares(own, actions),
      ...(goal && { goal: `<= ${us(goal.p50)}`, reached: mine.p50 <= goal.p50 }),
    }),
    row(`${title}: decision, p99`, us(mine.p99), {
      beside: 'means of ten in a row',
      ...(goal?.p99 && { goal: `<= ${us(goal.p99)}`, reached: mine.p99 <= goal.p99 }),
    }),
    ...engines.map(({ contender: { name, share } }, index) => {
      const { p50 = Number.NaN, p99 = Number.NaN } = theirs[index] ?? {};
      return row(`${title}: ${name}, p50`, us(p50), {
        beside: `p99 ${us(p99)}; native takes 1/${ratio(p50 / mine.p50)}`,
        ...(share !== undefined && {
          goal: `native <= 1/${Math.round(1 / share)}`,
          reached: mine.p50 <= p50 * share,
        }),
      });
    }),
  ];
}

interface Figures {
  readonly p50: number;
  readonly p99: number;
}

function measure(engines: readonly Engine[], inputs: number, rounds: number): readonly Figures[] {
  const readings = engines.map((): Figures[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { decide }] of engines.entries()) {
      const samples = timeInputs(inputs, MS_PER_READING, decide);
      readings[index]?.push({ p50: percentile(samples, 50), p99: percentile(samples, 99) });
    }
  }
  return readings.map((each) => ({
    p50: median(each.map(({ p50 }) => p50)),
    p99: median(each.map(({ p99 }) => p99)),
  }));
}

function shares({ decide }: Engine, actions: readonly Action[]): string {
  const verdicts = actions.map((_, index) => decide(index));
  const share = (verdict: string) =>
    `${Math.round((verdicts.filter((each) => each === verdict).length * 100) / actions.length)} %`;
  return `allow ${share('allow')}, step_up ${share('step_up')}, deny ${share('deny')}`;
}

// What the index remembers of a resource helps only from its second action on.
async function newResources(rounds: number): Promise<readonly Row[]> {
  const actions = Array.from({ length: 20_000 }, (_, at) => freshAction(at));
  const rules = rulesOf(10_000);
  const readings: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { decide } = await native(rules, actions);
    const samples = timeInputs(actions.length, 0, (at) => decide(at));
    readings.push(percentile(samples, 50));
  }
  const p50 = median(readings);
  return [
    row('10,000 rules: a new resource each time, p50', us(p50), {
      beside: 'nothing is remembered of it',
      goal: '<= 10.00 us',
      reached: p50 <= 10_000,
    }),
  ];
}
