import { actionSchema, type Action, type Facts } from '@axtary/core';
import {
  cedarProgram,
  createPolicy,
  evaluatePolicy,
  projectionNames,
  projectNames,
  type CedarProgram,
  type NormalRule,
  type Policy,
  type PolicyDocumentInput,
  type Projection,
} from '@axtary/policy';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';

import { CedarEngine } from '../src/cedar-engine.js';
import { answerOf } from '../src/proof.js';
import { RegoEngine, regoProgram, type RegoProgram } from '../src/rego-engine.js';
import { regoModule } from '../src/rego-module.js';
import { keepWasmCallsApart } from '../src/wasm-calls.js';
import { boundaryCases, metersOf } from './boundary.js';
import { cataloguePolicies } from './catalogue.js';
import { Dice } from './dice.js';
import { generateCase, type Case } from './generate-action.js';
import { generatePolicy } from './generate-policy.js';
import { referenceAnswer } from './reference.js';

/** A fault to seed into an engine: each part may change what the engine is given. */
export interface Fault {
  readonly rules?: (rules: readonly NormalRule[]) => readonly NormalRule[];
  readonly projection?: (projection: Projection, action: Action) => Projection;
  readonly cedar?: (program: CedarProgram) => CedarProgram;
  readonly rego?: (program: RegoProgram) => RegoProgram;
}

/** Which engines are asked beside the native evaluator, and with which fault. */
export interface Asked {
  readonly cedar?: Fault | undefined;
  readonly rego?: Fault | undefined;
  readonly reference?: true;
}

export const ALL: Asked = { cedar: {}, rego: {}, reference: true };

export interface Disagreement {
  readonly document: PolicyDocumentInput;
  readonly action: Action;
  readonly facts: Partial<Facts>;
  readonly answers: Readonly<Record<string, string>>;
}

export interface Run {
  readonly cases: number;
  readonly byDecision: Readonly<Record<string, number>>;
  readonly disagreements: readonly Disagreement[];
}

export interface RunOptions {
  readonly asked: Asked;
  /** Stop at this many disagreements. */
  readonly most: number;
}

export interface Batch {
  readonly document: PolicyDocumentInput;
  readonly policy: Policy;
  readonly cases: readonly Case[];
}

/** Asks all engines about the cases of each batch. */
export async function run(batches: Iterable<Batch>, { asked, most }: RunOptions): Promise<Run> {
  keepWasmCallsApart();
  const byDecision: Record<string, number> = {};
  const disagreements: Disagreement[] = [];
  let asks = 0;
  for (const { document, policy, cases } of batches) {
    const ask = await engines(policy, asked);
    for (const { action, facts } of cases) {
      const answers = ask(action, facts);
      const decision = answers['native']?.replace(/ rule.*/, '') ?? '';
      byDecision[decision] = (byDecision[decision] ?? 0) + 1;
      asks++;
      if (new Set(Object.values(answers)).size === 1) continue;
      disagreements.push({ document, action, facts, answers });
      if (disagreements.length === most) return { cases: asks, byDecision, disagreements };
    }
  }
  return { cases: asks, byDecision, disagreements };
}

/** Every operator in rules of its own, with the cases next to its edges, in a mixed order. */
export function catalogue(seed: number): readonly Batch[] {
  const dice = new Dice(seed);
  return cataloguePolicies().map((document) => {
    const policy = createPolicy(document);
    const cases = dice.shuffled(boundaryCases(policy.normalRules, dice).filter(isPossible));
    return { document, policy, cases };
  });
}

/** The same batches with a part of their cases each, then with the rest of them. */
export function inParts(batches: readonly Batch[], part: number): readonly Batch[] {
  return [
    ...batches.map((batch) => ({ ...batch, cases: batch.cases.slice(0, part) })),
    ...batches.map((batch) => ({ ...batch, cases: batch.cases.slice(part) })),
  ];
}

const PER_POLICY = 100;

/** Random policies; half of their cases are random, half are next to an edge of a rule. */
export function* random(seed: number, cases: number): Iterable<Batch> {
  const dice = new Dice(seed);
  for (let left = cases; left > 0;) {
    const document = generatePolicy(dice);
    const policy = createPolicy(document);
    const batch = casesFor(policy, dice).slice(0, left);
    left -= batch.length;
    yield { document, policy, cases: batch };
  }
}

function casesFor({ normalRules }: Policy, dice: Dice): readonly Case[] {
  const meters = metersOf(normalRules).map(({ id }) => id);
  const chance = dice.some(() => generateCase(dice, meters), PER_POLICY / 2, PER_POLICY / 2);
  const edges = boundaryCases(normalRules, dice).filter(isPossible);
  const chosen = dice.shuffled(edges).slice(0, PER_POLICY / 2);
  return [...chosen, ...chance.filter(isPossible)];
}

/** What is no action never reaches a policy. */
function isPossible({ action }: Case): boolean {
  return actionSchema.safeParse(action).success;
}

type Ask = (action: Action, facts: Partial<Facts>) => Readonly<Record<string, string>>;

async function engines(policy: Policy, asked: Asked): Promise<Ask> {
  const cedarAsk = asked.cedar && askCedar(policy.normalRules, asked.cedar);
  const regoAsk = asked.rego && (await askRego(policy.normalRules, asked.rego));
  return (action, facts) => ({
    native: askNatively(policy, action, facts),
    ...(cedarAsk && { cedar: cedarAsk(action, facts) }),
    ...(regoAsk && { rego: regoAsk(action, facts) }),
    ...(asked.reference && { reference: words(referenceAnswer(policy.document, action, facts)) }),
  });
}

function askNatively(policy: Policy, action: Action, facts: Partial<Facts>): string {
  const { decision, reasons } = evaluatePolicy(action, policy, facts);
  return words(
    answerOf(
      decision,
      reasons.map(({ rule }) => rule),
    ),
  );
}

function askCedar(all: readonly NormalRule[], fault: Fault) {
  const rules = (fault.rules ?? same)(all);
  const program = cedarProgram(rules);
  const engine = new CedarEngine(cedar, (fault.cedar ?? same)(program));
  const project = projector(rules, fault);
  return (action: Action, facts: Partial<Facts>) =>
    words(engine.decide(action, project(action, facts)));
}

async function askRego(all: readonly NormalRule[], fault: Fault) {
  const rules = (fault.rules ?? same)(all);
  const program = (fault.rego ?? same)(regoProgram(rules));
  const engine = await RegoEngine.start(await regoModule(), program);
  const project = projector(rules, fault);
  return (action: Action, facts: Partial<Facts>) => words(engine.decide(project(action, facts)));
}

function projector(rules: readonly NormalRule[], { projection: change }: Fault) {
  const names = projectionNames(rules);
  return (action: Action, facts: Partial<Facts>): Projection => {
    const projection = projectNames(names, action, facts);
    return change?.(projection, action) ?? projection;
  };
}

function same<Value>(value: Value): Value {
  return value;
}

interface Answer {
  readonly decision: string;
  readonly rules: readonly string[];
  readonly error?: string;
}

function words({ decision, rules, error }: Answer): string {
  return [decision, ...rules, ...(error === undefined ? [] : [`error: ${error}`])].join(' ');
}
