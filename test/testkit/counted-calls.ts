import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { canonicalize } from '@axtary/core';
import { readLedger, type LedgerRecord } from '@axtary/ledger';

import { COUNTED, COUNTING } from './workspace.js';

type Outcome = Extract<LedgerRecord, { type: 'outcome' }>['body'];

/** What a ledger says of counted calls. */
export interface Counted {
  /** Calls that the ledger knows. */
  readonly intents: number;
  /** Calls whose end nobody knows, as the ledger says itself. */
  readonly interrupted: number;
}

/** Calls of the counting server: what agents were told, beside what has happened and what is recorded. */
export class CountedCalls {
  readonly #folder: string;
  readonly #acknowledged = new Set<string>();
  #made = 0;

  /** @param folder the workspace, whose policy is `countingPolicyText` */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** How many calls were answered as executed. */
  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** Makes one call with a mark of its own. Returns whether it was answered as executed. */
  async make(call: (mark: string) => Promise<string>): Promise<boolean> {
    const mark = `mark-${String(this.#made++)}`;
    const isExecuted = (await call(mark)) === mark;
    if (isExecuted) this.#acknowledged.add(mark);
    return isExecuted;
  }

  /**
   * Holds what was acknowledged and what was counted against the ledger of calls that are all over.
   *
   * @throws AssertionError where a call ran twice or without an intent, where an acknowledged one
   * was lost, or where an intent has no outcome
   */
  async check(ledger: string): Promise<Counted> {
    const { intents, outcomes } = await recordedIn(ledger);
    const outcomeOf = (mark: string): Outcome | undefined =>
      outcomes.get(intents.get(payloadHashOf(mark)) ?? '');
    const lines = this.#counted();
    const counted = new Set(lines);
    assert.equal(counted.size, lines.length, 'a call ran twice');
    for (const mark of counted) assert.ok(outcomeOf(mark), `${mark} ran and has no record`);
    for (const mark of this.#acknowledged) {
      assert.ok(counted.has(mark), `${mark} was acknowledged and did not run`);
      assert.equal(outcomeOf(mark)?.status, 'executed', `${mark} was acknowledged`);
    }
    for (const intent of intents.values()) assert.ok(outcomes.has(intent), `${intent} is open`);
    const interrupted = interruptedAmong(outcomes);
    for (const { error } of interrupted) assert.equal(error?.code, 'INTERRUPTED');
    return { intents: intents.size, interrupted: interrupted.length };
  }

  #counted(): string[] {
    const file = path.join(this.#folder, COUNTED);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }
}

/** How many calls were interrupted, as a ledger that may be written meanwhile says so far. */
export async function interruptedIn(ledger: string): Promise<number> {
  return interruptedAmong((await recordedIn(ledger)).outcomes).length;
}

function interruptedAmong(outcomes: Recorded['outcomes']): Outcome[] {
  return [...outcomes.values()].filter(({ status }) => status === 'unknown');
}

interface Recorded {
  /** Ids of intents by the hash of what is called. */
  readonly intents: ReadonlyMap<string, string>;
  /** By the id of the intent. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

async function recordedIn(ledger: string): Promise<Recorded> {
  const intents = new Map<string, string>();
  const outcomes = new Map<string, Outcome>();
  for await (const { type, body } of readLedger(ledger)) {
    if (type === 'intent') {
      assert.ok(!intents.has(body.payloadHash), `intent ${body.intentId} repeats another`);
      intents.set(body.payloadHash, body.intentId);
    } else if (type === 'outcome') {
      outcomes.set(body.intentId, body);
    }
  }
  return { intents, outcomes };
}

function payloadHashOf(mark: string): string {
  const payload = canonicalize({ server: COUNTING, name: 'count', arguments: { mark } });
  return `sha256:${hash('sha256', payload, 'hex')}`;
}
