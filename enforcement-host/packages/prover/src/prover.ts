import { messageOf, type Action, type Facts } from '@axtary/core';
import {
  cedarProgram,
  evaluatePolicy,
  projectionNames,
  projectNames,
  type Policy,
  type Projection,
} from '@axtary/policy';

import { CedarEngine } from './cedar-engine.js';
import { answerOf, failed, proofOf, type EngineAnswer, type Proof } from './proof.js';
import { RegoEngine, regoProgram } from './rego-engine.js';
import { regoModule } from './rego-module.js';
import { keepWasmCallsApart } from './wasm-calls.js';

export interface ProverOptions {
  /** Where `axtary.wasm` lies, where it is not in this package: beside a bundle, for example. */
  readonly wasmFolder?: string | undefined;
}

/** Decides with three engines at once. */
export interface Prover {
  /**
   * What the policy says before anyone has approved anything: `facts.approvals` is left out. Never
   * throws: an engine that cannot be asked says why, and then the engines do not agree.
   */
  prove(action: Action, facts?: Partial<Facts>): Proof;
}

/**
 * Starts Cedar and Rego with a policy. Rules that are only tried out are not part of it.
 *
 * @throws ProverError when the Rego module cannot be read or is not the one published.
 */
export async function createProver(
  policy: Policy,
  { wasmFolder }: ProverOptions = {},
): Promise<Prover> {
  keepWasmCallsApart();
  const rules = policy.normalRules.filter(({ shadow }) => !shadow);
  const [cedar, module] = await Promise.all([
    import('@cedar-policy/cedar-wasm/nodejs'),
    regoModule(wasmFolder),
  ]);
  const cedarEngine = new CedarEngine(cedar, cedarProgram(rules));
  const regoEngine = await RegoEngine.start(module, regoProgram(rules));
  const names = projectionNames(rules);
  return {
    prove(action, facts = {}) {
      const asked = { ...facts, approvals: [] };
      const ask = (decide: (projection: Projection) => EngineAnswer): EngineAnswer =>
        answered(() => decide(wellFormed(projectNames(names, action, asked))));
      return proofOf({
        native: answered(() => decideNatively(action, policy, asked)),
        cedar: ask((projection) => cedarEngine.decide(action, projection)),
        rego: ask((projection) => regoEngine.decide(projection)),
      });
    },
  };
}

function decideNatively(action: Action, policy: Policy, facts: Partial<Facts>): EngineAnswer {
  const { decision, reasons } = evaluatePolicy(action, policy, facts);
  return answerOf(
    decision,
    reasons.map(({ rule }) => rule),
  );
}

function answered(decide: () => EngineAnswer): EngineAnswer {
  try {
    return decide();
  } catch (error) {
    return failed(messageOf(error));
  }
}

// WebAssembly takes texts as UTF-8, where a lone surrogate would silently become another character.
function wellFormed(projection: Projection): Projection {
  const texts = Object.values(projection.fields).flatMap((fact) => fact.texts);
  if (texts.every((text) => text.isWellFormed())) return projection;
  throw new Error('a text with a lone surrogate cannot be given to this engine');
}
