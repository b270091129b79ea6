import { messageOf, sha256Schema } from '@axtary/core';
import { z } from 'zod';

import { LedgerError, type LedgerErrorCode } from '../errors.js';
import { count } from '../record/bodies.js';
import { parseEntry, toRecord, writeLine } from '../record/line.js';
import type { PreparedEntry } from '../record/prepare.js';
import type {
  EntryType,
  LedgerRecord,
  RecordContent,
  RecordPlace,
  RecordType,
} from '../record/records.js';
import type { PendingAppend } from './pending-append.js';

// Between the writer of a ledger and a process that forwards to it: lines of JSON.
//   writer     {"v":1,"size":42}                              first: so many records are durable
//   forwarder  {"v":1,"forwarder":"forwarder_…","since":40}   first; `since` where some come again
//   forwarder  {"id":7,"again":true,"entries":[[type,body,disclosures],…]}
//                                                             texts as they are written to the file
//   writer     {"id":7,"log":"log_…","records":[[seq,prev,ts,boot,mono],…]}
//   writer     {"id":7,"error":{"code":"LEDGER_WRITE_FAILED","message":"…"}}
//   writer     {"size":300}                                   now and then
const VERSION = 1;

// An append weighs its UTF-16 units, of which each takes at most three bytes of a message, and for
// each entry what that needs beside them, or its place in the answer.
const MAX_WEIGHT = 4 * 1024 * 1024;
const ENTRY_WEIGHT = 256;

/** Bytes of the longest message. */
export const MAX_MESSAGE_BYTES = 3 * MAX_WEIGHT + 64 * 1024;

/** UTF-16 units of unanswered requests from which on a connection is not read. */
export const MAX_UNANSWERED = MAX_WEIGHT;

function weightOf(entries: readonly PreparedEntry[]): number {
  let weight = 0;
  for (const { bodyText, disclosuresText } of entries) {
    weight += ENTRY_WEIGHT + bodyText.length + disclosuresText.length;
  }
  return weight;
}

/** @throws LedgerError `LEDGER_RECORD_REFUSED` for an append that is too large for a message. */
export function assertForwardable(entries: readonly PreparedEntry[]): void {
  const weight = weightOf(entries);
  if (weight <= MAX_WEIGHT) return;
  const message = `one append to a shared ledger weighs at most ${MAX_WEIGHT}, this one ${weight}`;
  throw new LedgerError('LEDGER_RECORD_REFUSED', message);
}

const writerHelloSchema = z.strictObject({ v: z.number(), size: count });
const forwarderHelloSchema = z.strictObject({
  v: z.literal(VERSION),
  forwarder: z.string().max(64),
  since: count.optional(),
});
const requestSchema = z.strictObject({
  id: count,
  again: z.literal(true).optional(),
  entries: z.array(z.tuple([z.string(), z.string(), z.string()])),
});
const ERROR_CODES = [
  'LEDGER_CHAIN_BROKEN',
  'LEDGER_CHECKPOINT_FAILED',
  'LEDGER_CLOSED',
  'LEDGER_LOCKED',
  'LEDGER_MISSING',
  'LEDGER_NOT_CHECKPOINTED',
  'LEDGER_RECORD_REFUSED',
  'LEDGER_UNREADABLE',
  'LEDGER_WENT_BACK',
  'LEDGER_WRITE_FAILED',
] as const satisfies readonly LedgerErrorCode[];
const answerSchema = z.union([
  z.strictObject({
    id: count,
    log: z.string(),
    records: z.array(z.tuple([count, sha256Schema, z.string(), z.string(), count])),
  }),
  z.strictObject({
    id: count,
    error: z.strictObject({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      seq: count.optional(),
    }),
  }),
  z.strictObject({ size: count }),
]);

export type ForwarderHello = z.infer<typeof forwarderHelloSchema>;
export type AppendRequest = z.infer<typeof requestSchema>;
export type WriterAnswer = z.infer<typeof answerSchema>;

export function writerHello(size: number): object {
  return { v: VERSION, size };
}

/**
 * The number of durable records.
 *
 * @throws LedgerError `LEDGER_LOCKED` if the writer speaks another version.
 */
export function readWriterHello(line: string): number {
  const { v, size } = writerHelloSchema.parse(JSON.parse(line));
  if (v === VERSION) return size;
  const message = `the writer of this ledger speaks version ${v}, not ${VERSION}: stop it first`;
  throw new LedgerError('LEDGER_LOCKED', message);
}

/** @param since size from which on appends that come again may be in the ledger. */
export function forwarderHello(forwarder: string, since: number | undefined): object {
  return { v: VERSION, forwarder, since } satisfies Record<keyof ForwarderHello, unknown>;
}

export function readForwarderHello(line: string): ForwarderHello {
  return forwarderHelloSchema.parse(JSON.parse(line));
}

export function appendRequest({ id, entries, since }: PendingAppend): object {
  const texts = entries.map((entry) => [entry.content.type, entry.bodyText, entry.disclosuresText]);
  return { id, again: since === undefined ? undefined : true, entries: texts };
}

export function readRequest(line: string): AppendRequest {
  return requestSchema.parse(JSON.parse(line));
}

const OWN_TYPES: ReadonlySet<string> = new Set([
  'checkpoint',
  'clock_anomaly',
  'gap',
  'genesis',
  'key_epoch',
  'recovery',
] satisfies Exclude<RecordType, EntryType>[]);

// The longest place there is, so that an entry which fits a line here does so everywhere.
const LONGEST: RecordPlace = {
  log: `log_${'A'.repeat(22)}`,
  seq: Number.MAX_SAFE_INTEGER,
  prev: `sha256:${'0'.repeat(64)}`,
  ts: '2000-01-01T00:00:00.000Z',
  boot: `boot_${'A'.repeat(22)}`,
  mono: Number.MAX_SAFE_INTEGER,
};

/**
 * Opens an entry of a request by the rules by which a ledger is verified, so that nothing is
 * appended for others that would break the chain.
 *
 * @throws LedgerError `LEDGER_RECORD_REFUSED`.
 */
export function openEntry([type, bodyText, disclosuresText]: readonly [
  string,
  string,
  string,
]): PreparedEntry {
  if (OWN_TYPES.has(type)) throw refused(`a ${type} is the ledger's own`);
  const line = Buffer.from(writeLine(LONGEST, type, bodyText));
  const disclosures = disclosuresText === '' ? undefined : Buffer.from(disclosuresText);
  const parsed = parseEntry({ line, disclosures });
  if ('code' in parsed) throw refused(parsed.message);
  if (!parsed.whole) throw refused('sealed members of it are missing');
  const { body } = parsed.whole;
  return { content: { type, body } as RecordContent, bodyText, disclosuresText };
}

function refused(why: string): LedgerError {
  return new LedgerError('LEDGER_RECORD_REFUSED', `a forwarded entry cannot be a record: ${why}`);
}

export function recordsAnswer(id: number, records: readonly LedgerRecord[]): WriterAnswer {
  return {
    id,
    log: records[0]?.log ?? '',
    records: records.map(({ seq, prev, ts, boot, mono }) => [seq, prev, ts, boot, mono]),
  };
}

export function errorAnswer(id: number, error: unknown): WriterAnswer {
  if (!(error instanceof LedgerError)) {
    return { id, error: { code: 'LEDGER_WRITE_FAILED', message: messageOf(error) } };
  }
  const { code, message, seq } = error;
  return { id, error: { code, message, seq } };
}

export function readAnswer(line: string): WriterAnswer {
  return answerSchema.parse(JSON.parse(line));
}

/** The records of an append, as the answer places them. */
export function placedRecords(
  entries: readonly PreparedEntry[],
  { log, records }: Extract<WriterAnswer, { readonly records: unknown }>,
): readonly LedgerRecord[] {
  if (records.length !== entries.length) throw new RangeError('expected a place for each entry');
  return records.flatMap(([seq, prev, ts, boot, mono], n) => {
    const entry = entries[n];
    return entry ? [toRecord({ log, seq, prev, ts, boot, mono }, entry.content)] : [];
  });
}
