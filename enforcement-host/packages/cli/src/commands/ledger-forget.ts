import path from 'node:path';

import type { Clock } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { LocalPayloadStore, readLedger } from '@axtary/ledger';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';

export interface LedgerForgetOptions {
  readonly ledger: string;
  readonly payloads: string | undefined;
  /** Payload hashes, or sequence numbers of records that name one. */
  readonly what: readonly string[];
  readonly olderThanDays: number | undefined;
  readonly clock: Clock;
}

const HASH = /^sha256:[0-9a-f]{64}$/;
const SEQ = /^\d{1,15}$/;

/** Erases payloads; the records of their calls stay, and the ledger verifies as before. */
export async function ledgerForget(
  { ledger, payloads, what, olderThanDays, clock }: LedgerForgetOptions,
  { terminal }: CliContext,
): Promise<void> {
  if (what.length === 0 && olderThanDays === undefined) {
    throw new CliError('CLI_USAGE', 'name a payload hash or a record, or give --older-than');
  }
  const store = new LocalPayloadStore(payloads ?? path.join(path.dirname(ledger), 'payloads'));
  for (const one of what) {
    const hash = await payloadHashOf(one, ledger);
    const wasThere = await store.forget(hash);
    terminal.print(`${hash} ${wasThere ? 'is erased' : 'was not kept'}`);
  }
  if (olderThanDays !== undefined) {
    const erased = await pruneAll(store, clock.now(), olderThanDays);
    terminal.print(
      `${erased} payloads that were last kept over ${olderThanDays} days ago are erased`,
    );
  }
  terminal.print(REMAINS);
}

const REMAINS = `
What remains: the records of the calls, sealed with the digests of their payloads, and of each
answer the beginning. The ledger verifies as before; these calls cannot be replayed any more. What a
backup or an export holds is not erased.`.trim();

async function pruneAll(store: LocalPayloadStore, now: Date, days: number): Promise<number> {
  let erased = 0;
  for (let isDone = false; !isDone;) {
    const run = await store.prune(now, { days });
    erased += run.erased;
    isDone = run.isDone;
  }
  return erased;
}

async function payloadHashOf(text: string, ledger: string): Promise<Sha256> {
  if (HASH.test(text)) return text as Sha256;
  if (!SEQ.test(text)) {
    throw new CliError('CLI_USAGE', `${text} is neither sha256 and 64 hex digits nor a record`);
  }
  const seq = Number(text);
  for await (const { body } of readLedger(ledger, { from: seq, to: seq + 1 })) {
    const hash = 'payloadHash' in body ? body.payloadHash : undefined;
    if (hash !== undefined) return hash;
  }
  throw new CliError('CLI_USAGE', `record ${text} names no payload`);
}
