import { join } from 'node:path';

import { systemClock } from '@axtary/core';

import {
  attestLedger,
  LocalJsonlLedger,
  type AttestOptions,
  type LedgerEntry,
  type LedgerSigner,
} from '../../src/index.js';
import { call, HASH } from '../support.js';

export type ExportOptions = Partial<AttestOptions>;

/** Signs exports with this key. */
export function by(signer: LedgerSigner): AttestOptions {
  const sign = (text: string) => signer.sign('export', text);
  return { sign, software: 'test 1.0', clock: systemClock };
}

export const ACTION = {
  id: 'act_1',
  actor: { agent: 'agent:codex', human: 'user:ada', tenant: 'org:example', runtime: 'cli' },
  intent: { task: 'AXT-1', summary: 'say hello' },
  capability: { tool: 'slack.post', resource: 'slack:channel/C1', constraints: { max: 1 } },
  context: { source: 'sdk' },
} as const;

/** One call with everything that can be sealed. */
export function fullCall(n: number): readonly LedgerEntry[] {
  const [decided, passed, intended] = call(n);
  if (decided?.type !== 'decision' || !passed || intended?.type !== 'intent') {
    throw new TypeError('expected a decision, a pass and an intent');
  }
  const { decisionId } = decided.body;
  const { intentId } = intended.body;
  const usage = [{ meter: 'posts', scope: { tool: 'slack.post' }, amount: 1 }];
  return [
    { type: 'decision', body: { ...decided.body, action: { ...ACTION, id: `act_${n}` } } },
    { type: 'approval', body: { decisionId, denied: { by: 'user:bob', reason: 'no' } } },
    passed,
    { type: 'intent', body: { ...intended.body, usage } },
    {
      type: 'outcome',
      body: {
        intentId,
        status: 'failed',
        resultHash: HASH,
        result: { text: '{}' },
        error: { code: 'E', message: 'it broke' },
      },
    },
    {
      type: 'reconciliation',
      body: { intentId, outcome: 'executed', by: 'user:ada', reason: 'seen' },
    },
  ];
}

/** The records that are not of a call. */
export function otherRecords(signer: LedgerSigner, n: number): readonly LedgerEntry[] {
  const { kid, publicJwk: jwk } = signer;
  return [
    { type: 'policy_change', body: { workspace: '/w', policyHash: HASH, trustedBy: 'user:ada' } },
    { type: 'key', body: { purpose: 'pass', kid, jwk, name: 'passes', enrolledBy: 'host' } },
    {
      type: 'revocation',
      body: {
        id: `rev_${n}`,
        kind: 'pass',
        value: `pass_${n}`,
        by: 'user:ada',
        reason: 'lost',
        at: '2026-01-02T03:04:05.678Z',
      },
    },
  ];
}

/** Writes a ledger with every type that callers append, several segments and a checkpoint at its end. */
export async function writeFullLedger(
  folder: string,
  signer: LedgerSigner,
  calls = 3,
): Promise<string> {
  const path = join(folder, 'ledger.jsonl');
  const ledger = new LocalJsonlLedger(path, { signer, rotateAt: 6000 });
  for (let n = 0; n < calls; n++) {
    await ledger.append(fullCall(n));
    await ledger.append(otherRecords(signer, n));
  }
  await ledger.close();
  return path;
}

/** Exports, and returns where to. */
export async function exportTo(
  folder: string,
  signer: LedgerSigner,
  options: ExportOptions = {},
): Promise<string> {
  const out = join(folder, 'export.jsonl');
  await attestLedger(join(folder, 'ledger.jsonl'), out, { ...by(signer), ...options });
  return out;
}
