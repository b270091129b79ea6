import { parentPort, workerData } from 'node:worker_threads';

import { messageOf } from '@axtary/core';
import { parsePolicy } from '@axtary/policy';
import { createProver, type Prover } from '@axtary/prover';

import type { ProveAnswer, ProveQuestion } from './engines.js';

/**
 * Entry of the worker thread that asks Cedar and Rego: they take memory and time, which neither an
 * idle enforcement host nor a waiting agent should spend.
 */
function main(): void {
  const { wasmFolder } = workerData as { readonly wasmFolder: string | undefined };
  let known: { readonly text: string; readonly prover: Promise<Prover> } | undefined;
  parentPort?.on('message', (question: ProveQuestion) => {
    if (known?.text !== question.text) {
      known = { text: question.text, prover: start(question.text, wasmFolder) };
    }
    void answer(question, known.prover).then((said) => parentPort?.postMessage(said));
  });
}

async function start(text: string, wasmFolder: string | undefined): Promise<Prover> {
  const { policy } = parsePolicy(text);
  if (!policy) throw new TypeError('the draft is not a valid policy');
  return createProver(policy, { wasmFolder });
}

async function answer(
  { id, action, facts }: ProveQuestion,
  prover: Promise<Prover>,
): Promise<ProveAnswer> {
  try {
    return { id, proof: (await prover).prove(action, facts) };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

main();
