import type { Action, Facts, JsonObject, Reason, Verdict } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { brokenAt } from '../errors.js';
import { seqOfLine, typeOfLine } from '../record/line.js';
import type { RecordOf } from '../record/records.js';
import { readEntriesBackwards } from '../store/last-entry.js';
import { readLedgerEntries, wholeRecord, type LedgerFileEntry } from '../store/read-ledger.js';
import { ledgerFiles } from '../store/segments.js';

/** Where the payloads of recorded actions can still be had. */
export interface PayloadSource {
  /** The payload with this digest; `undefined` where it is gone. */
  get(hash: Sha256): Promise<JsonObject | undefined>;
}

/** A decision of the ledger with the whole action, so that it can be decided anew. */
export interface PastAction {
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly ts: string;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** Ids of the rules among the reasons, each once. */
  readonly rules: readonly string[];
  readonly action: Action;
  readonly facts: Facts;
  readonly policyHash: Sha256;
}

/** A decision whose payload is gone: the ledger keeps digests only. */
export interface PastActionWithoutPayload {
  readonly seq: number;
  readonly ts: string;
  readonly missing: 'payload';
}

export interface PastActionsOptions {
  /** Only the last so many decisions of those that `from` and `to` leave. */
  readonly last?: number;
  /** First and last sequence number, both inside. */
  readonly from?: number;
  readonly to?: number;
  readonly signal?: AbortSignal;
}

/**
 * The decisions of a ledger, oldest first, each joined with its payload. The ledger may be in use;
 * an unfinished last line is left out, and so are tool calls that never became an action. Lines
 * are taken as they are: `verifyLedger` says whether they are what was recorded.
 * With `last`, reading begins at the end, and that many lines are kept in memory.
 *
 * @throws LedgerError `LEDGER_UNREADABLE`, `LEDGER_CHAIN_BROKEN` (with `seq`) for a decision that
 *   is no record; TypeError for a `last`, `from` or `to` that is no whole number from 0.
 */
export async function* pastActions(
  file: string,
  payloads: PayloadSource,
  options: PastActionsOptions = {},
): AsyncGenerator<PastAction | PastActionWithoutPayload> {
  assertCounts(options);
  for await (const record of decisions(file, options)) {
    if (record.body.action !== undefined) yield await withPayload(record, payloads);
  }
}

function assertCounts({ last, from, to }: PastActionsOptions): void {
  for (const count of [last, from, to]) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) continue;
    throw new TypeError(`expected a whole number from 0, got ${count}`);
  }
}

async function* decisions(
  path: string,
  { last, from = 0, to = Infinity, signal }: PastActionsOptions,
): AsyncGenerator<RecordOf<'decision'>> {
  if (last === undefined) {
    for await (const entry of readLedgerEntries(path, { from, to: to + 1, signal })) {
      if (isDecision(entry.raw.line)) yield decisionOf(entry);
    }
    return;
  }
  yield* await lastDecisions(path, { last, from, to, signal });
}

interface LastOptions {
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal | undefined;
}

async function lastDecisions(
  path: string,
  { last, from, to, signal }: LastOptions,
): Promise<readonly RecordOf<'decision'>[]> {
  const found: RecordOf<'decision'>[] = [];
  if (last === 0) return found;
  for (const file of (await ledgerFiles(path)).toReversed()) {
    for await (const raw of readEntriesBackwards(file, signal)) {
      if (!isDecision(raw.line)) continue;
      const record = decisionOf({ raw, seq: seqOfLine(raw.line) });
      if (record.seq < from) return found.reverse();
      if (record.seq > to || record.seq >= (found.at(-1)?.seq ?? Infinity)) continue;
      found.push(record);
      if (found.length === last) return found.reverse();
    }
  }
  return found.reverse();
}

// Quotes inside texts are escaped, so these bytes are a member; only decided actions have it.
const ACTION_MEMBER = Buffer.from('"action":{');

function isDecision(line: Buffer): boolean {
  return typeOfLine(line) === 'decision' && line.includes(ACTION_MEMBER);
}

function decisionOf(entry: Pick<LedgerFileEntry, 'raw' | 'seq'>): RecordOf<'decision'> {
  const record = wholeRecord(entry);
  if (record.type === 'decision') return record;
  throw brokenAt({ seq: record.seq, message: 'expected a decision' });
}

async function withPayload(
  { seq, ts, body }: RecordOf<'decision'>,
  payloads: PayloadSource,
): Promise<PastAction | PastActionWithoutPayload> {
  const { action, payloadHash, verdict, reasons, facts, policyHash } = body;
  const payload = payloadHash === undefined ? undefined : await payloads.get(payloadHash);
  if (action === undefined || payload === undefined) return { seq, ts, missing: 'payload' };
  const rules = [...new Set(reasons.map(({ rule }) => rule))];
  const whole = { ...action, capability: { ...action.capability, payload } };
  return { seq, ts, verdict, reasons, rules, action: whole, facts, policyHash };
}
