import { verdictSchema, isJsonObject } from '@axtary/core';
import {
  exportRego,
  globFieldsOf,
  regoInput,
  type NormalRule,
  type RegoExport,
  type Projection,
} from '@axtary/policy';
import { loadPolicy } from '@open-policy-agent/opa-wasm';

import { answerOf, failed, type EngineAnswer } from './proof.js';

/** A policy as the generic module has it. */
export interface RegoProgram {
  readonly data: RegoExport['data'];
  /** Fields whose texts are used as globs. */
  readonly globFields: ReadonlySet<string>;
}

/** The Rego data of the rules that are enforced. */
export function regoProgram(rules: readonly NormalRule[]): RegoProgram {
  return { data: exportRego({ normalRules: rules }).data, globFields: globFieldsOf(rules) };
}

/** Decides with the generic Rego module, which has the rules as its data. */
export class RegoEngine {
  readonly #evaluate: (input: unknown) => unknown;
  readonly #globFields: ReadonlySet<string>;

  private constructor(evaluate: (input: unknown) => unknown, globFields: ReadonlySet<string>) {
    this.#evaluate = evaluate;
    this.#globFields = globFields;
  }

  /** Starts the module with the rules. */
  static async start(
    module: WebAssembly.Module,
    { data, globFields }: RegoProgram,
  ): Promise<RegoEngine> {
    const loaded = await loadPolicy(module);
    loaded.setData(data);
    return new RegoEngine((input) => loaded.evaluate(input), globFields);
  }

  decide(projection: Projection): EngineAnswer {
    const answers = this.#evaluate(regoInput(projection, this.#globFields));
    const answer: unknown = Array.isArray(answers) ? answers[0] : undefined;
    const result = isRecord(answer) ? answer['result'] : undefined;
    if (!isRecord(result)) return failed('the module has no answer');
    const { decision, rules } = result;
    const verdict = verdictSchema.safeParse(decision);
    if (!verdict.success || !isTexts(rules)) return failed('the answer of the module is none');
    return answerOf(verdict.data, rules);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isJsonObject(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
