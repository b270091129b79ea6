import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { createApprovalArtifact, demoAction } from '@axtary/actionpass';
import type { ApprovalResolver } from '@axtary/approvals';
import type { Action, HandlerCall, JsonValue } from '@axtary/core';
import {
  LocalJsonlLedger,
  verifyLedger,
  type Ledger,
  type LedgerEntry,
  type LedgerRecord,
} from '@axtary/ledger';
import { createPolicy } from '@axtary/policy';

import {
  createProxyRuntime,
  type BlockedResult,
  type HandleResult,
  type ProxyRuntime,
  type ProxyRuntimeOptions,
} from '../src/index.js';

export const TOOL = demoAction.capability.tool;
export const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const denyAll = createPolicy({ version: 1, preset: 'none', policies: [] });

let count = 0;

/** A fresh action that needs an approval. */
export function stepUpAction(): Action {
  return { ...structuredClone(demoAction), id: `act_${count++}` };
}

/** A fresh action that the preset allows. */
export function allowedAction(changes: Partial<Action> = {}): Action {
  const action = stepUpAction();
  const payload = { ...action.capability.payload, testsPassed: true };
  return { ...action, capability: { ...action.capability, payload }, ...changes };
}

/** What happened, in order: `ledger:<types>`, `handler`, and what a test adds. */
export type Trace = string[];

/** A real ledger that says what it was given, once that is durable. */
class TracedLedger implements Ledger {
  readonly #inner: LocalJsonlLedger;
  readonly #trace: Trace;
  /** Types whose append fails. */
  readonly failing = new Set<LedgerEntry['type']>();

  constructor(inner: LocalJsonlLedger, trace: Trace) {
    this.#inner = inner;
    this.#trace = trace;
  }

  async append(entries: readonly LedgerEntry[]): Promise<readonly LedgerRecord[]> {
    if (entries.some(({ type }) => this.failing.has(type))) throw new Error('disk full');
    const records = await this.#inner.append(entries);
    this.#trace.push(`ledger:${entries.map(({ type }) => type).join('+')}`);
    return records;
  }
}

export interface Scene {
  readonly trace: Trace;
  readonly ledger: TracedLedger;
  readonly calls: HandlerCall[];
  /** A runtime with a handler for the demo tool that answers `{ ok: true }`. */
  runtime(options?: Partial<ProxyRuntimeOptions>): ProxyRuntime;
  records(): Promise<readonly LedgerRecord[]>;
}

/** Runs with a real ledger in a folder of its own; afterwards the ledger must verify. */
export async function onStage(use: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-proxy-'));
  const file = path.join(folder, 'ledger.jsonl');
  const inner = new LocalJsonlLedger(file);
  const trace: Trace = [];
  const calls: HandlerCall[] = [];
  const ledger = new TracedLedger(inner, trace);
  const handler = (call: HandlerCall): Promise<JsonValue> => {
    trace.push('handler');
    calls.push(call);
    return Promise.resolve({ ok: true });
  };
  try {
    await inner.open();
    await use({
      trace,
      ledger,
      calls,
      runtime: (options = {}) =>
        createProxyRuntime({
          issuer: 'https://axtary.test',
          tenant: 'org:example',
          ledger,
          handlers: { [TOOL]: handler },
          signingKey: privateKey,
          ...options,
        }),
      async records() {
        const records: LedgerRecord[] = [];
        for await (const record of inner.read()) records.push(record);
        return records;
      },
    });
    await inner.close();
    const { verdict, message } = await verifyLedger(file);
    assert.equal(verdict, 'VALID_UNANCHORED', message);
  } finally {
    await inner.close();
    await rm(folder, { recursive: true, force: true });
  }
}

export function assertBlocked(
  result: HandleResult,
  code: BlockedResult['code'],
): asserts result is BlockedResult {
  assert.equal(result.status, 'blocked', JSON.stringify(result));
  assert.equal(result.code, code, result.message);
}

export const approving = (({ parsed }) =>
  Promise.resolve(
    createApprovalArtifact({
      action: parsed.action,
      mode: 'human',
      approvedBy: 'user:r@example.com',
      reason: 'fine',
    }).artifact,
  )) satisfies ApprovalResolver;

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
