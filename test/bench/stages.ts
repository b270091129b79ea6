import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';

import { createSigner, digestsOf, issuePass, policyHash } from '@axtary/actionpass';
import { ARTIFACT_TYPES, canonicalize, parseAction } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import {
  LocalJsonlLedger,
  localLedgerSigner,
  verifyLedger,
  type LedgerSigner,
} from '@axtary/ledger';
import { evaluatePolicy } from '@axtary/policy';
import { createProxyRuntime } from '@axtary/proxy';
import { SignJWT } from 'jose';

import { load, timeEach, timeShort, type Load, type Samples } from './measure.js';
import { action, parsedAction, policyOf20Rules } from './workload.js';

const policy = policyOf20Rules();
const facts = { now: '2026-01-02T03:04:05.678Z', approvals: [] };

/** A key pair of ES256, as the enforcement host has it. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function policyDecision(): { readonly decide: Samples; readonly parse: Samples } {
  const text = parsedAction.actionText;
  const { decision } = evaluatePolicy(parsedAction.action, policy, facts);
  if (decision !== 'allow') throw new Error(`the policy answers ${decision}`);
  return {
    decide: timeShort(200_000, () => evaluatePolicy(parsedAction.action, policy, facts)),
    parse: timeShort(50_000, () => JSON.parse(text)),
  };
}

export async function signing(
  key: KeyObject,
): Promise<{ readonly bare: Samples; readonly pass: Samples }> {
  const signer = createSigner(key);
  const input = Buffer.from('x'.repeat(900));
  const options = {
    parsed: parsedAction,
    digests: digestsOf(parsedAction),
    policyHash: policyHash(policy),
    decisionId: newId('dec'),
    obligations: {},
    issuer: 'urn:axtary:bench',
    now: new Date(),
  };
  return {
    bare: timeShort(5000, () => sign('sha256', input, key)),
    pass: await timeEach(5000, () => issuePass(signer, options)),
  };
}

/** One write of 600 bytes and one `fdatasync`, again and again. */
export async function syncing(folder: string): Promise<Samples> {
  const file = await open(path.join(folder, newId('sync')), 'a');
  const line = Buffer.alloc(600, 'x');
  try {
    return await timeEach(300, async () => {
      await file.write(line);
      await file.datasync();
    });
  } finally {
    await file.close();
  }
}

export async function appending(folder: string, callers: number, records: number): Promise<Load> {
  const ledger = new LocalJsonlLedger(path.join(folder, newId('ledger')), checkpointing(newKey()));
  const body = {
    workspace: '/home/ada/shop',
    policyHash: `sha256:${'3'.repeat(64)}`,
    trustedBy: 'user:ada@example.com',
  } as const;
  await ledger.append([{ type: 'policy_change', body }]);
  try {
    return await load(callers, records, () => ledger.append([{ type: 'policy_change', body }]));
  } finally {
    await ledger.close();
  }
}

export interface Handled extends Load {
  readonly file: string;
}

export interface HandleLoad {
  readonly callers: number;
  readonly calls: number;
  /** `handler`: until decision, pass and intent are durable; `end`: also the outcome. */
  readonly until: 'handler' | 'end';
}

/** `handle()` with a handler that answers at once, or, up to the handler, after the load is over. */
export async function handling(
  folder: string,
  key: KeyObject,
  { callers, calls, until }: HandleLoad,
): Promise<Handled> {
  const file = path.join(folder, newId('ledger'));
  const ledger = new LocalJsonlLedger(file, checkpointing(key));
  await ledger.open();
  const reached = new Map<string, () => void>();
  const over = deferred();
  const runtime = createProxyRuntime({
    issuer: 'urn:axtary:bench',
    tenant: 'org:example',
    ledger,
    policy,
    signingKey: key,
    handlers: {
      'mcp.tool.call': async ({ action: { id } }) => {
        reached.get(id)?.();
        reached.delete(id);
        if (until === 'handler') await over.promise;
        return 'done';
      },
    },
  });
  const once = async (run: number | string): Promise<void> => {
    const call = action(String(run));
    const atHandler = deferred();
    reached.set(call.id, atHandler.resolve);
    const whole = runtime.handle(call).then(({ status }) => {
      if (status !== 'executed') throw new Error(`a call was ${status}`);
    });
    await (until === 'handler' ? Promise.race([atHandler.promise, whole]) : whole);
  };
  await load(callers, Math.min(calls, 500), (run) => once(`warm${run}`));
  const result = await load(callers, calls, once);
  over.resolve();
  await runtime.close();
  await ledger.close();
  return { ...result, file };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((onDone) => {
    resolve = onDone;
  });
  return { promise, resolve };
}

/** What one would write first: zod and canonical JSON, jose, one line and one fsync each. */
export async function naive(
  folder: string,
  key: KeyObject,
  { callers, calls }: { readonly callers: number; readonly calls: number },
): Promise<Load> {
  const file = await open(path.join(folder, newId('naive')), 'a');
  let tail: Promise<unknown> = Promise.resolve();
  try {
    return await load(callers, calls, async (run) => {
      const parsed = parseAction(action(String(run)));
      const decision = evaluatePolicy(parsed.action, policy, facts);
      const pass = await new SignJWT({ ...digestsOf(parsed), sub: parsed.action.actor.agent })
        .setProtectedHeader({ alg: 'ES256', typ: ARTIFACT_TYPES.pass })
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(key);
      const line = `${canonicalize({ decision, pass })}\n`;
      const written = tail.then(async () => {
        await file.write(line);
        await file.sync();
      });
      tail = written;
      await written;
    });
  } finally {
    await file.close();
  }
}

export async function verifying(
  file: string,
): Promise<{ readonly records: number; readonly perSecond: number }> {
  const start = process.hrtime.bigint();
  const report = await verifyLedger(file);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (report.verdict !== 'VALID_UNANCHORED')
    throw new Error(`${report.verdict}: ${report.message}`);
  return { records: report.size, perSecond: report.size / seconds };
}

function checkpointing(key: KeyObject): { readonly signer: LedgerSigner } {
  return { signer: localLedgerSigner(key) };
}
