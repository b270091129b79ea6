import type { FileHandle } from 'node:fs/promises';

import type { Action, Facts, JsonObject, Reason, Verdict } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { parseLine } from '../record/chain.js';
import { brokenAt } from '../errors.js';
import { openForReading } from '../store/file.js';
import { readLines } from '../store/lines.js';
import { readLinesBackwards } from '../store/lines-backwards.js';
import type { RecordOf } from '../record/records.js';

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
 * are taken as they are: `verifyLedgerFile` says whether they are what was recorded.
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
  const handle = await openForReading(file);
  try {
    for await (const line of decisionLines(handle, options)) {
      const record = decisionOf(line);
      if (record.body.action !== undefined) yield await withPayload(record, payloads);
    }
  } finally {
    await handle.close();
  }
}

function assertCounts({ last, from, to }: PastActionsOptions): void {
  for (const count of [last, from, to]) {
    if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) continue;
    throw new TypeError(`expected a whole number from 0, got ${count}`);
  }
}

async function* decisionLines(
  handle: FileHandle,
  { last, from = 0, to = Infinity, signal }: PastActionsOptions,
): AsyncGenerator<Buffer> {
  if (last !== undefined) {
    yield* await lastLines(handle, { last, from, to, signal });
    return;
  }
  for await (const { lines } of readLines(handle, { signal })) {
    for (const line of lines) {
      const seq = decisionSeq(line);
      if (seq === undefined || seq < from) continue;
      if (seq > to) return;
      yield line;
    }
  }
}

interface LastOptions {
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal | undefined;
}

async function lastLines(
  handle: FileHandle,
  { last, from, to, signal }: LastOptions,
): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  if (last === 0) return found;
  for await (const line of readLinesBackwards(handle, signal)) {
    const seq = decisionSeq(line);
    if (seq === undefined || seq > to) continue;
    if (seq < from) break;
    // A copy: the line is a part of a chunk that would stay in memory as a whole.
    found.push(Buffer.from(line));
    if (found.length === last) break;
  }
  return found.reverse();
}

// The end of a decision's line as `writeLine` writes it, so that other lines need not be parsed.
const DECISION_END = /"seq":(\d{1,16}),"ts":"[^"]{1,32}","type":"decision","v":1\}$/;
const END_BYTES = 128;

// Quotes inside texts are escaped, so these bytes are a member; only decided actions have it.
const ACTION_MEMBER = Buffer.from('"action":{');

/** The sequence number of a decision about an action; `undefined` for any other line. */
function decisionSeq(line: Buffer): number | undefined {
  const end = line.toString('latin1', Math.max(0, line.length - END_BYTES));
  const seq = DECISION_END.exec(end)?.[1];
  return seq === undefined || !line.includes(ACTION_MEMBER) ? undefined : Number(seq);
}

function decisionOf(line: Buffer): RecordOf<'decision'> {
  const parsed = parseLine(line);
  if ('record' in parsed && parsed.record.type === 'decision') return parsed.record;
  const message = 'record' in parsed ? 'expected a decision' : parsed.message;
  throw brokenAt({ seq: decisionSeq(line) ?? 0, message });
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
