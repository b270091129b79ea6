import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { canonicalize, type Verdict } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import {
  LocalEpochKeys,
  LocalJsonlLedger,
  LocalPayloadStore,
  type DecisionBody,
  type LedgerHead,
} from '@axtary/ledger';

/** The compiled command, as it is published. */
export const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
export const HOST_BUNDLE = fileURLToPath(new URL('../dist/enforcement-host.cjs', import.meta.url));

export function assertBuilt(file: string): void {
  assert.ok(existsSync(file), `${file} is missing: build the repository before its tests`);
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'axtary-cli-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Resolves when a file, in a folder that stays, is gone. */
export async function untilGone(file: string): Promise<void> {
  const watcher = watch(path.dirname(file));
  try {
    while (existsSync(file)) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function start(
  args: readonly string[],
  { cwd, env = {} }: StartOptions,
): ChildProcessWithoutNullStreams {
  assertBuilt(BIN);
  return spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      AXTARY_STATE_DIR: path.join(cwd, 'state'),
      ...env,
    },
  });
}

/** Runs the command to its end, with a text on its standard input. */
export async function cli(
  args: readonly string[],
  { input = '', ...options }: StartOptions & { readonly input?: string | Iterable<string> },
): Promise<Ended> {
  const child = start(args, options);
  // The command may end, and so close its input, before all of it is read.
  child.stdin.on('error', () => undefined);
  Readable.from(typeof input === 'string' ? [input] : input).pipe(child.stdin);
  return ending(child);
}

export async function ending(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...texts };
}

/** Standard output line by line. */
export function linesOf(child: ChildProcessWithoutNullStreams): () => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    const line = await lines.next();
    if (line.done) throw new Error('standard output has ended');
    return line.value;
  };
}

/** Keys of a ledger in the file beside it, where the commands look for them. */
function keysOf(ledger: string): LocalEpochKeys {
  return new LocalEpochKeys(path.join(path.dirname(ledger), 'ledger-key.json'));
}

/** Writes a signed ledger of so many policy changes; its head is that of the last checkpoint. */
export async function writeLedger(file: string, records: number): Promise<LedgerHead> {
  const ledger = new LocalJsonlLedger(file, { epochs: keysOf(file) });
  const policyHash = `sha256:${'a'.repeat(64)}` as const;
  const body = { workspace: '/home/ada/shop', policyHash, trustedBy: 'user:ada@example.com' };
  const entries = Array.from({ length: records }, () => ({ type: 'policy_change', body }) as const);
  for (let at = 0; at < records; at += 100) await ledger.append(entries.slice(at, at + 100));
  await ledger.checkpoint();
  const head = ledger.head();
  await ledger.close();
  return head;
}

/** A decision of the past: the action's text is its payload. */
export interface Recorded {
  readonly text: string;
  readonly channel?: string;
  readonly verdict?: Verdict;
  /** Without it, the payload is no longer kept. */
  readonly isKept?: boolean;
}

/** Writes a ledger of decisions about posts, and their payloads beside it. */
export async function writeDecisions(file: string, posts: readonly Recorded[]): Promise<void> {
  const ledger = new LocalJsonlLedger(file, { epochs: keysOf(file) });
  const payloads = new LocalPayloadStore(path.join(path.dirname(file), 'payloads'));
  for (const { text, channel = 'C1', verdict = 'deny', isKept = true } of posts) {
    const payload = canonicalize({ text, channel });
    const payloadHash = sha256(payload);
    if (isKept) await payloads.put(payloadHash, payload);
    await ledger.append([{ type: 'decision', body: { ...POSTED, verdict, payloadHash } }]);
  }
  await ledger.checkpoint();
  await ledger.close();
}

const POSTED = {
  decisionId: 'dec_1',
  reasons: [{ rule: 'recorded', effect: 'deny', message: 'it was so' }],
  obligations: {},
  facts: { now: '2026-01-05T10:00:00.000Z', approvals: [] },
  policyHash: `sha256:${'a'.repeat(64)}`,
  action: {
    id: 'act_1',
    actor: {
      agent: 'agent:codex',
      human: 'user:ada@example.com',
      tenant: 'org:example',
      runtime: 'codex-cli',
    },
    intent: { task: 'AXT-1', summary: 'post' },
    capability: { tool: 'slack.post', resource: 'slack:channel/C1', constraints: {} },
    context: { source: 'sdk' },
  },
} satisfies Omit<DecisionBody, 'verdict'>;
