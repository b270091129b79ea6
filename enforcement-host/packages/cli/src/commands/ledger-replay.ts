import path from 'node:path';

import { codeOf } from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';
import { LocalPayloadStore, readLedger } from '@axtary/ledger';
import { parsePolicy, type Policy } from '@axtary/policy';
import { replayDecision, type Replayed, type ReplaySources } from '@axtary/proxy';

import type { CliContext } from '../context.js';
import { readText } from '../read-text.js';
import { printable } from '../terminal.js';

export interface LedgerReplayOptions {
  readonly ledger: string;
  readonly policies: string | undefined;
  readonly payloads: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly json: boolean;
}

const MAX_POLICY_BYTES = 1024 * 1024;
const PROGRESS = 1000;

interface Counts {
  same: number;
  differs: number;
  payload: number;
  policy: number;
  undecided: number;
}

/**
 * Recomputes every decision of a ledger. Ends with 0 where all are the same, with 1 where one
 * differs, with 4 where some could not be recomputed for want of a payload or a policy.
 */
export async function ledgerReplay(
  options: LedgerReplayOptions,
  { terminal, setExitCode }: CliContext,
): Promise<void> {
  const { ledger, from, to, json } = options;
  const sources = sourcesOf(options);
  const counts: Counts = { same: 0, differs: 0, payload: 0, policy: 0, undecided: 0 };
  let done = 0;
  const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to: to + 1 }) };
  for await (const { type, seq, body } of readLedger(ledger, range)) {
    if (type !== 'decision') continue;
    const replayed = await replayDecision(body, sources);
    counts[replayed.outcome === 'cannot' ? replayed.missing : replayed.outcome]++;
    if (json) terminal.printJsonLine({ seq, ...replayed });
    else if (replayed.outcome === 'differs') printDifference(seq, replayed, terminal);
    if (++done % PROGRESS === 0) terminal.progress(`${done} decisions`);
  }
  terminal.progress('');
  if (!json) printCounts(done, counts, terminal);
  if (counts.differs > 0) setExitCode(1);
  else if (counts.payload + counts.policy > 0) setExitCode(4);
}

function printCounts(
  done: number,
  { same, differs, payload, policy, undecided }: Counts,
  terminal: CliContext['terminal'],
): void {
  terminal.print(`${done} decisions: ${same} the same, ${differs} differ`);
  if (payload > 0) terminal.print(`  ${payload} without their payload: it was not kept`);
  if (policy > 0) terminal.print(`  ${policy} without the policy that they name`);
  if (undecided > 0) terminal.print(`  ${undecided} that no policy decided`);
}

function printDifference(
  seq: number,
  { recorded, replayed }: Extract<Replayed, { readonly outcome: 'differs' }>,
  terminal: CliContext['terminal'],
): void {
  terminal.print(terminal.paint('red', `record ${seq} differs`));
  terminal.print(`  recorded ${recorded.verdict}: ${rulesOf(recorded)}`);
  terminal.print(`  replayed ${replayed.verdict}: ${rulesOf(replayed)}`);
}

function rulesOf({ reasons }: { readonly reasons: readonly { readonly rule: string }[] }): string {
  return printable(reasons.map(({ rule }) => rule).join(', '));
}

function sourcesOf({ ledger, policies, payloads }: LedgerReplayOptions): ReplaySources {
  const beside = path.dirname(ledger);
  const folder = policies ?? path.join(beside, 'policies');
  const store = new LocalPayloadStore(payloads ?? path.join(beside, 'payloads'));
  const known = new Map<Sha256, Policy | undefined>();
  return {
    payload: (hash) => store.get(hash),
    policy: async (hash) => {
      if (!known.has(hash)) known.set(hash, await readPolicy(folder, hash));
      return known.get(hash);
    },
  };
}

/** A policy is what its name says or it is not there. */
async function readPolicy(folder: string, hash: Sha256): Promise<Policy | undefined> {
  const file = path.join(folder, `${hash.slice('sha256:'.length)}.yml`);
  try {
    const text = await readText(file, MAX_POLICY_BYTES);
    return sha256(text) === hash ? parsePolicy(text).policy : undefined;
  } catch (error) {
    if (codeOf(error) === 'CLI_FILE_UNREADABLE') return undefined;
    throw error;
  }
}
