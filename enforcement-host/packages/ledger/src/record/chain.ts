import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';

import { canonicalize } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { CheckpointVerifier, checkpointPayload } from './checkpoint.js';
import {
  MAX_LINE_BYTES,
  recordSchema,
  type CheckpointKey,
  type LedgerRecord,
  type RecordContent,
  type RecordPlace,
} from './records.js';

/** `prev` of the genesis. */
export const GENESIS_PREV: Sha256 = `sha256:${'0'.repeat(64)}`;

/** What makes a file not a ledger. */
export type ChainFaultCode =
  | 'CHECKPOINT_INVALID'
  | 'GENESIS_MISPLACED'
  | 'LINE_TOO_LONG'
  | 'LOG_MISMATCH'
  | 'MALFORMED'
  | 'NOT_CANONICAL'
  | 'PREV_MISMATCH'
  | 'SCHEMA_MISMATCH'
  | 'SEQ_MISMATCH'
  | 'TIME_REVERSED';

/** Why a line is not the next record. A finding about a hostile file, so a value. */
export interface ChainFault {
  readonly code: ChainFaultCode;
  readonly message: string;
}

/** Leaf hash of a line without its newline: SHA-256(0x00 || line), RFC 6962 section 2.1. */
export function leafHash(line: string): Sha256 {
  return `sha256:${hash('sha256', `\0${line}`)}`;
}

/** The line of a record, without its newline. `bodyText` is canonical already. */
export function writeLine(place: RecordPlace, type: string, bodyText: string): string {
  // RFC 8785 orders members by name. Every string here is plain ASCII without escapes.
  return (
    `{"body":${bodyText},"boot":"${place.boot}","log":"${place.log}","mono":${place.mono}` +
    `,"prev":"${place.prev}","seq":${place.seq},"ts":"${place.ts}","type":"${type}","v":1}`
  );
}

export function toRecord(place: RecordPlace, content: RecordContent): LedgerRecord {
  return { v: 1, ...place, ...content };
}

export interface ParsedLine {
  readonly record: LedgerRecord;
  readonly line: string;
}

/** Reads one line, given without its newline, as a record by itself: not yet as part of a chain. */
export function parseLine(bytes: Uint8Array): ParsedLine | ChainFault {
  if (bytes.length > MAX_LINE_BYTES) {
    return { code: 'LINE_TOO_LONG', message: `a line is longer than ${MAX_LINE_BYTES} bytes` };
  }
  if (!isUtf8(bytes)) return { code: 'MALFORMED', message: 'the line is not valid UTF-8' };
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const value = parseCanonical(line);
  if (value === undefined) return { code: 'MALFORMED', message: 'the line is not I-JSON' };
  if (value.text !== line) {
    return { code: 'NOT_CANONICAL', message: 'the line is not in the form of RFC 8785' };
  }
  const parsed = recordSchema.safeParse(value.json);
  if (parsed.success) return { record: parsed.data, line };
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join('.') ?? '';
  return { code: 'SCHEMA_MISMATCH', message: `not a record: ${where}: ${issue?.message ?? ''}` };
}

// JSON.parse is lax, but whatever it forgives (a duplicate member, space, a number that does not
// round-trip) is written differently by `canonicalize`, which also refuses lone surrogates and
// `__proto__`. So a line that equals its canonical form was strict I-JSON, at a third of the cost.
function parseCanonical(line: string): { json: unknown; text: string } | undefined {
  try {
    const json: unknown = JSON.parse(line);
    return { json, text: canonicalize(json) };
  } catch {
    return undefined;
  }
}

/** Follows a chain from its genesis, one line at a time. */
export class Chain {
  #log = '';
  #size = 0;
  #head: Sha256 = GENESIS_PREV;
  #last: LedgerRecord | undefined;
  #unsigned = 0;
  #checkpoints: CheckpointVerifier | undefined;

  /** The ledger's id; empty before the genesis. */
  get log(): string {
    return this.#log;
  }
  /** Number of records accepted. */
  get size(): number {
    return this.#size;
  }
  get head(): Sha256 {
    return this.#head;
  }
  /** Records after the last checkpoint. */
  get unsigned(): number {
    return this.#unsigned;
  }
  /** RFC 7638 thumbprint of the key that signs checkpoints, if the genesis names one. */
  get checkpointKid(): string | undefined {
    return this.#checkpoints?.kid;
  }

  /** Takes the next line, or says why it is not the next; then nothing has changed. */
  accept(bytes: Uint8Array): LedgerRecord | ChainFault {
    const parsed = parseLine(bytes);
    if ('code' in parsed) return parsed;
    const { record, line } = parsed;
    const fault = this.#checkPlace(record) ?? this.#checkType(record);
    if (fault !== undefined) return fault;
    this.#log = record.log;
    this.#size++;
    this.#head = leafHash(line);
    this.#last = record;
    this.#unsigned = record.type === 'checkpoint' ? 0 : this.#unsigned + 1;
    return record;
  }

  #checkPlace(record: LedgerRecord): ChainFault | undefined {
    if (record.seq !== this.#size) {
      const message = `expected sequence number ${this.#size}, got ${record.seq}`;
      return { code: 'SEQ_MISMATCH', message };
    }
    const last = this.#last;
    if (last !== undefined && record.log !== last.log) {
      return { code: 'LOG_MISMATCH', message: 'the record belongs to another ledger' };
    }
    if (record.prev !== this.#head) {
      const message = 'the hash of the record before differs: it, or this link, was changed';
      return { code: 'PREV_MISMATCH', message };
    }
    if (record.boot === last?.boot && record.mono < last.mono) {
      return { code: 'TIME_REVERSED', message: 'the monotonic clock of one process went back' };
    }
    return undefined;
  }

  #checkType(record: LedgerRecord): ChainFault | undefined {
    if ((record.type === 'genesis') !== (record.seq === 0)) {
      return { code: 'GENESIS_MISPLACED', message: 'the genesis must be the first record, once' };
    }
    const problem =
      record.type === 'genesis'
        ? this.#takeKey(record.body.checkpointKey)
        : record.type === 'checkpoint'
          ? this.#checkSignature(record, record.body.jws)
          : undefined;
    return problem === undefined ? undefined : { code: 'CHECKPOINT_INVALID', message: problem };
  }

  #takeKey(key: CheckpointKey | undefined): string | undefined {
    if (key === undefined) return undefined;
    try {
      this.#checkpoints = new CheckpointVerifier(key);
      return undefined;
    } catch {
      return 'the checkpoint key of the genesis is not a point of P-256';
    }
  }

  #checkSignature(record: LedgerRecord, jws: string): string | undefined {
    if (this.#checkpoints === undefined) return 'the genesis names no key for checkpoints';
    return this.#checkpoints.problemOf(jws, checkpointPayload(record));
  }
}
