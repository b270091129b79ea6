import path from 'node:path';

import type { Sha256 } from '@axtary/core/digest';
import { LocalPayloadStore, readLedger } from '@axtary/ledger';
import {
  LocalPolicyArchive,
  replayDecisions,
  type ArchivedPolicy,
  type ReplayedRecord,
  type ReplaySources,
} from '@axtary/proxy';

import type { CliContext } from '../context.js';
import { printable } from '../terminal.js';

export interface LedgerReplayOptions {
  readonly ledger: string;
  readonly policies: string | undefined;
  readonly payloads: string | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly json: boolean;
}

/** Decisions between two lines about how far it is. */
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
  for await (const replayed of replayDecisions(readLedger(ledger, range), sources)) {
    counts[replayed.outcome === 'cannot' ? replayed.missing : replayed.outcome]++;
    if (json) terminal.printJsonLine(replayed);
    else if (replayed.outcome === 'differs') printDifference(replayed, terminal);
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
  { seq, recorded, replayed }: Extract<ReplayedRecord, { readonly outcome: 'differs' }>,
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
  const store = new LocalPayloadStore(payloads ?? path.join(beside, 'payloads'));
  const archive = new LocalPolicyArchive(policies ?? path.join(beside, 'policies'));
  const known = new Map<Sha256, Promise<ArchivedPolicy | undefined>>();
  return {
    payload: (hash) => store.get(hash),
    policy: (hash) => {
      const policy = known.get(hash) ?? archive.get(hash);
      known.set(hash, policy);
      return policy;
    },
  };
}
