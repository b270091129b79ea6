import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ARTIFACT_TYPES, canonicalize, type Clock } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import {
  localLedgerSigner,
  LocalJsonlLedger,
  readLedger,
  type LedgerArtifact,
  type LedgerEntry,
  type LedgerRecord,
  type LedgerSigner,
} from '../src/index.js';

export const HASH = sha256('a policy, an action or a payload');

/** Runs with a folder of its own, which goes afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'axtary-ledger-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Entry<Type extends LedgerEntry['type']> = Extract<LedgerEntry, { readonly type: Type }>;

interface TestSigner extends LedgerSigner {
  sign(artifact: LedgerArtifact, payloadText: string): string;
}

/** A signer with a key of its own, and with a header of its own where `typ` is given. */
export function newSigner(typ?: string): TestSigner {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kid, publicJwk } = localLedgerSigner(privateKey);
  return {
    kid,
    publicJwk,
    sign(artifact, payloadText) {
      const header = base64url(
        canonicalize({ alg: 'ES256', kid, typ: typ ?? ARTIFACT_TYPES[artifact] }),
      );
      const signed = `${header}.${base64url(payloadText)}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
  };
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

export function decision(
  id: string,
  verdict: 'allow' | 'deny' | 'step_up' = 'allow',
): Entry<'decision'> {
  return {
    type: 'decision',
    body: {
      decisionId: id,
      verdict,
      reasons: [{ rule: 'r1', effect: verdict, message: 'a rule said so' }],
      obligations: {},
      facts: { now: '2026-01-02T03:04:05.678Z', approvals: [] },
      policyHash: HASH,
      actionHash: HASH,
      payloadHash: HASH,
    },
  };
}

export function pass(jti: string, decisionId: string): Entry<'pass'> {
  return {
    type: 'pass',
    body: {
      jti,
      decisionId,
      actionHash: HASH,
      payloadHash: HASH,
      expiresAt: '2026-01-02T03:09:05.678Z',
    },
  };
}

export function intent(intentId: string, jti: string, decisionId: string): Entry<'intent'> {
  return {
    type: 'intent',
    body: {
      intentId,
      decisionId,
      jti,
      tool: 'slack.post',
      resource: 'slack:channel/C1',
      actionHash: HASH,
      payloadHash: HASH,
    },
  };
}

export function outcome(intentId: string): Entry<'outcome'> {
  return {
    type: 'outcome',
    body: { intentId, status: 'executed', timings: { decide: 12 } },
  };
}

/** The four records of one executed call. */
export function call(n: number | string): readonly LedgerEntry[] {
  return [
    decision(`dec_${n}`),
    pass(`pass_${n}`, `dec_${n}`),
    intent(`int_${n}`, `pass_${n}`, `dec_${n}`),
    outcome(`int_${n}`),
  ];
}

/** Writes a ledger of some calls, with a checkpoint after each where there is a signer. */
export async function writeLedger(
  path: string,
  calls: number,
  signer?: LedgerSigner,
): Promise<void> {
  const ledger = new LocalJsonlLedger(path, signer && { signer });
  for (let n = 0; n < calls; n++) {
    await ledger.append(call(n));
    await ledger.checkpoint();
  }
  await ledger.close();
}

/** A clock that stands where it was set. */
export class TestClock implements Clock {
  #now = Date.parse('2026-01-02T03:04:05.678Z');

  now(): Date {
    return new Date(this.#now);
  }
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** The lines of a file without their newlines. */
export async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').slice(0, -1);
}

/** The records of a ledger. */
export async function recordsOf(path: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of readLedger(path)) records.push(record);
  return records;
}

const DISCLOSURES = '{"disclosures":';

/** The lines of a ledger's file by record: a record's line, after that of its disclosures. */
export async function entriesOf(path: string): Promise<string[]> {
  const entries: string[] = [];
  let before = '';
  for (const line of await linesOf(path)) {
    if (line.startsWith(DISCLOSURES)) before = `${line}\n`;
    else {
      entries.push(before + line);
      before = '';
    }
  }
  return entries;
}

/** The line of the record in what `entriesOf` returns. */
export function lineOf(entry = ''): string {
  return entry.slice(entry.lastIndexOf('\n') + 1);
}

/** The lines of a ledger's records, without those of their disclosures. */
export async function recordLinesOf(path: string): Promise<string[]> {
  return (await entriesOf(path)).map(lineOf);
}

export async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
}
