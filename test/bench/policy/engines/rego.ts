import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { verdictSchema, type Verdict } from '@axtary/core';
import { createPolicy, exportRego, globFieldsOf, projectAction, regoInput } from '@axtary/policy';
import { loadPolicy } from '@open-policy-agent/opa-wasm';

import { at, type EngineMaker } from '../engine.js';

const GENERIC = new URL(
  '../../../../enforcement-host/packages/prover/rego/axtary.wasm',
  import.meta.url,
);

/** The generic module that the prover uses, with the policy as its data. */
export const regoGeneric: EngineMaker = async (rules, actions) =>
  regoEngine(await readFile(GENERIC), rules, actions);

/** The module that `axtary policy export --to rego` writes for these rules, compiled by an OPA. */
export function regoSpecialised(opa: string): EngineMaker {
  return async (rules, actions) => {
    const { module } = exportRego(
      createPolicy({ version: 1, preset: 'none', policies: [...rules] }),
    );
    return regoEngine(await compile(opa, module), rules, actions);
  };
}

async function regoEngine(wasm: Buffer, ...[rules, actions]: Parameters<EngineMaker>) {
  const { normalRules } = createPolicy({ version: 1, preset: 'none', policies: [...rules] });
  const inputs = actions.map((action) => {
    const projection = projectAction(normalRules, action, {});
    return regoInput(projection, globFieldsOf(normalRules));
  });
  const policy = await loadPolicy(wasm);
  policy.setData(exportRego({ normalRules }).data);
  return { decide: (index: number): Verdict => verdictOf(policy.evaluate(at(inputs, index))) };
}

function verdictOf(answers: unknown): Verdict {
  const [answer] = answers as readonly { readonly result: { readonly decision: unknown } }[];
  return verdictSchema.parse(answer?.result.decision);
}

async function compile(opa: string, module: string): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-rego-'));
  try {
    const file = path.join(folder, 'policy.rego');
    const wasm = path.join(folder, 'policy.wasm');
    await writeFile(file, module);
    execFileSync(opa, ['compile', '-e', 'axtary/policy/result', '-o', wasm, file]);
    return await readFile(wasm);
  } finally {
    await rm(folder, { recursive: true });
  }
}
