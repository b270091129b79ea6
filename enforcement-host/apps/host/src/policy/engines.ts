import { Worker } from 'node:worker_threads';

import { messageOf, type Action, type Facts } from '@axtary/core';
import { determiningRules, evaluatePolicy, type Policy } from '@axtary/policy';
import type { Proof } from '@axtary/prover';
import type { EngineAnswer } from '@axtary/protocol';

/** The answers of three engines, and whether they are the same. */
export interface Engines {
  readonly engines: EngineAnswer[];
  readonly agree: boolean;
}

/** How to decide with three engines: what the policy says before anyone has approved anything. */
export type AskEngines = (
  policy: Policy,
  action: Action,
  facts: Partial<Facts>,
) => Promise<Engines>;

export interface ProveQuestion {
  readonly id: number;
  /** Of the policy. */
  readonly text: string;
  readonly action: Action;
  readonly facts: Partial<Facts>;
}
export type ProveAnswer = { readonly id: number } & (
  { readonly proof: Proof; readonly error?: undefined } | { readonly error: string }
);

/** What the worker thread needs. */
export interface EnginesOptions {
  /** File of `prove-worker`, compiled or bundled. */
  readonly worker: string;
  /** Where the engines' modules lie beside a bundle; otherwise each in its package. */
  readonly wasmFolder: string | undefined;
  /** Milliseconds after which a thread that does not answer is ended. Default: 20,000. */
  readonly answerWithin?: number;
}

/** The thread ends after so many milliseconds without a question. */
const IDLE_MS = 60_000;

/** Asks in a thread of its own, which is started with the first question. */
export function createAskEngines(options: EnginesOptions): AskEngines {
  let thread: ProveThread | undefined;
  return async (policy, action, facts) => {
    try {
      if (thread?.hasEnded !== false) thread = new ProveThread(options);
      return enginesOf(await thread.prove({ text: policy.text, action, facts }));
    } catch (error) {
      const why = `it could not be asked: ${messageOf(error)}`;
      const absent = (['cedar', 'rego'] as const).map((engine) => ({
        engine,
        rules: [],
        error: why,
      }));
      return { engines: [natively(policy, action, facts), ...absent], agree: false };
    }
  };
}

function enginesOf({ native, cedar, rego, agree }: Proof): Engines {
  const engines = Object.entries({ native, cedar, rego }).map(([engine, { error, ...said }]) => ({
    engine: engine as EngineAnswer['engine'],
    rules: [...said.rules],
    ...(error === undefined ? { decision: said.decision } : { error }),
  }));
  return { engines, agree };
}

function natively(policy: Policy, action: Action, facts: Partial<Facts>): EngineAnswer {
  const decision = evaluatePolicy(action, policy, { ...facts, approvals: [] });
  return {
    engine: 'native',
    decision: decision.decision,
    rules: [...determiningRules(decision)],
  };
}

interface Waiting {
  readonly resolve: (proof: Proof) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** One life of the worker thread. */
class ProveThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #answerWithin: number;
  #asked = 0;
  #idle: NodeJS.Timeout | undefined;
  hasEnded = false;

  constructor({ worker, wasmFolder, answerWithin = 20_000 }: EnginesOptions) {
    this.#answerWithin = answerWithin;
    this.#worker = new Worker(worker, { workerData: { wasmFolder } });
    this.#worker.unref();
    this.#worker.on('message', (answer: ProveAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread ended')));
  }

  prove(question: Omit<ProveQuestion, 'id'>): Promise<Proof> {
    clearTimeout(this.#idle);
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => this.#end(new Error('no answer in time'));
      const timer = setTimeout(giveUp, this.#answerWithin).unref();
      this.#waiting.set(id, { resolve, reject, timer });
      this.#worker.postMessage({ id, ...question });
    });
  }

  #take(answer: ProveAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    clearTimeout(waiting?.timer);
    if (answer.error === undefined) waiting?.resolve(answer.proof);
    else waiting?.reject(new Error(answer.error));
    if (this.#waiting.size > 0) return;
    this.#idle = setTimeout(() => this.#end(new Error('idle')), IDLE_MS).unref();
  }

  #end(error: Error): void {
    this.hasEnded = true;
    clearTimeout(this.#idle);
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
    void this.#worker.terminate();
  }
}
