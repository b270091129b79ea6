import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';

import {
  canonicalize,
  DEFAULT_JSON_LIMITS,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { MAX_LINE_BYTES } from './bodies.js';
import {
  recordSchema,
  type LedgerRecord,
  type RecordContent,
  type RecordPlace,
} from './records.js';
import { redactedRecordSchema, type RedactedRecord } from './redacted.js';
import { disclosureDigest, openBody, type Disclosure, type DisclosuresByDigest } from './seal.js';

/** Why a line, by itself, is no record. A finding about a hostile file, so a value. */
export interface LineFault {
  readonly code: LineFaultCode;
  readonly message: string;
}

export type LineFaultCode =
  'DISCLOSURE_MISMATCH' | 'LINE_TOO_LONG' | 'MALFORMED' | 'NOT_CANONICAL' | 'SCHEMA_MISMATCH';

/** The lines of one record, without their newlines. */
export interface RawEntry {
  readonly line: Buffer;
  /** The line before it, where the record has sealed members that are disclosed. */
  readonly disclosures: Buffer | undefined;
}

/** One record, read by itself: not yet as part of a chain. */
export interface ParsedEntry {
  readonly record: RedactedRecord;
  /** The same record, where nothing of it is kept back. */
  readonly whole: LedgerRecord | undefined;
  readonly line: string;
  /** Sealed members that no disclosure opens. */
  readonly hidden: number;
}

/** SHA-256(0x00 || line), RFC 6962 section 2.1, of a line without its newline. */
export function leafBytes(line: string): Buffer {
  return hash('sha256', `\0${line}`, 'buffer');
}

/** As `leafBytes`, in the form that `prev` has. */
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

/** The line of a record's disclosures, without its newline. Each is canonical already. */
export function writeDisclosures(disclosures: readonly string[]): string {
  return `{"disclosures":[${disclosures.join(',')}]}`;
}

export function toRecord(place: RecordPlace, content: RecordContent): LedgerRecord {
  return { v: 1, ...place, ...content };
}

const TYPE = /"type":"([a-z_]{1,32})","v":1\}$/;
const TYPE_BYTES = 64;

/** The type that a record's line says, without reading all of it. */
export function typeOfLine(line: Buffer): string {
  const end = line.toString('latin1', Math.max(0, line.length - TYPE_BYTES));
  return TYPE.exec(end)?.[1] ?? '';
}

const SEQ = /"seq":(\d{1,16}),"ts":"[^"]{1,32}","type":"[a-z_]{1,32}","v":1\}$/;
const SEQ_BYTES = 160;

/** The sequence number that a record's line says, without reading all of it; -1 for none. */
export function seqOfLine(line: Buffer): number {
  const end = line.toString('latin1', Math.max(0, line.length - SEQ_BYTES));
  return Number(SEQ.exec(end)?.[1] ?? -1);
}

/** Reads a record and puts its disclosed members back. */
export function parseEntry({ line, disclosures }: RawEntry): ParsedEntry | LineFault {
  const read = readCanonical(line);
  if ('code' in read) return read;
  if (!isJsonObject(read.json)) return fault('MALFORMED', 'the line is no JSON object');
  const { body, type } = read.json;
  if (!isJsonObject(body ?? null) || typeof type !== 'string') {
    return fault('SCHEMA_MISMATCH', 'not a record: it has no body or no type');
  }
  const disclosed = disclosures === undefined ? NONE : readDisclosures(disclosures);
  if ('code' in disclosed) return disclosed;
  const opened = openBody(type, body as JsonObject, disclosed);
  if ('problem' in opened) return fault('DISCLOSURE_MISMATCH', opened.problem);
  return checkSchema({ ...read.json, body: opened.body }, read.text, opened.hidden);
}

const NONE: DisclosuresByDigest = new Map();

function checkSchema(json: JsonObject, line: string, hidden: number): ParsedEntry | LineFault {
  if (hidden === 0) {
    const { data, error } = recordSchema.safeParse(json);
    return data ? { record: data, whole: data, line, hidden } : schemaFault(error.issues[0]);
  }
  const { data, error } = redactedRecordSchema.safeParse(json);
  return data ? { record: data, whole: undefined, line, hidden } : schemaFault(error.issues[0]);
}

function schemaFault(issue: SchemaIssue | undefined): LineFault {
  const where = issue?.path.map(String).join('.') ?? '';
  return fault('SCHEMA_MISMATCH', `not a record: ${where}: ${issue?.message ?? ''}`);
}

interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function readDisclosures(bytes: Buffer): DisclosuresByDigest | LineFault {
  const read = readCanonical(bytes);
  if ('code' in read) return read;
  const { json } = read;
  const list = isJsonObject(json) && Object.keys(json).length === 1 ? json['disclosures'] : null;
  if (!Array.isArray(list) || list.length === 0) {
    return fault('MALFORMED', 'the line before the record holds no disclosures');
  }
  const byDigest: DisclosuresByDigest = new Map();
  for (const one of list as readonly JsonValue[]) {
    if (!isDisclosure(one)) return fault('MALFORMED', 'a disclosure is not [salt, name, value]');
    const text = read.isPlain ? JSON.stringify(one) : canonicalize(one, READ_LIMITS);
    byDigest.set(disclosureDigest(text), one);
  }
  if (byDigest.size !== list.length) return fault('MALFORMED', 'a disclosure is there twice');
  return byDigest;
}

const SALT = /^[A-Za-z0-9_-]{22}$/;

function isDisclosure(value: JsonValue): value is Disclosure {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [salt, name] = value as readonly JsonValue[];
  return typeof salt === 'string' && SALT.test(salt) && typeof name === 'string';
}

interface ReadLine {
  readonly json: JsonValue;
  readonly text: string;
  /** Whether `JSON.stringify` writes each value of it in the form of RFC 8785. */
  readonly isPlain: boolean;
}

/** Reads a line as I-JSON in the form of RFC 8785, which is the only spelling that is accepted. */
export function readCanonical(bytes: Buffer): ReadLine | LineFault {
  if (bytes.length > MAX_LINE_BYTES) {
    return fault('LINE_TOO_LONG', `a line is longer than ${MAX_LINE_BYTES} bytes`);
  }
  if (!isUtf8(bytes)) return fault('MALFORMED', 'the line is not valid UTF-8');
  const text = bytes.toString('utf8');
  // JSON.parse is lax, but whatever it forgives (a duplicate member, space, a number that does not
  // round-trip) is written differently by `canonicalize`, which also refuses lone surrogates and
  // `__proto__`. So a line that equals its canonical form was strict I-JSON.
  try {
    const json = JSON.parse(text) as JsonValue;
    const isPlain = isPlainlyCanonical(json, text);
    if (isPlain || canonicalize(json, READ_LIMITS) === text) return { json, text, isPlain };
  } catch {
    return fault('MALFORMED', 'the line is not I-JSON');
  }
  return fault('NOT_CANONICAL', 'the line is not in the form of RFC 8785');
}

// What was accepted when it was written is within its limits alone, and deeper and larger in its
// line. A line is bounded by its bytes, so nothing here may be refused for its depth or its number.
export const READ_LIMITS = {
  maxLength: MAX_LINE_BYTES,
  maxDepth: DEFAULT_JSON_LIMITS.maxDepth + 16,
  maxNodes: MAX_LINE_BYTES,
};

// JSON.stringify writes strings and numbers as RFC 8785 does, and members in the order in which
// they were read. Where they were in order, it says the same at a third of the cost. What the two
// treat differently (lone surrogates, `__proto__`, depth) is left to `canonicalize`.
function isPlainlyCanonical(json: JsonValue, text: string): boolean {
  if (text.includes('\\ud') || text.includes('__proto__')) return false;
  return isOrdered(json, PLAIN_DEPTH) && JSON.stringify(json) === text;
}

const PLAIN_DEPTH = 32;

function isOrdered(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) {
    for (const element of value as readonly JsonValue[]) {
      if (!isOrdered(element, depth - 1)) return false;
    }
    return true;
  }
  const members = value as JsonObject;
  let last = '';
  for (const name of Object.keys(members)) {
    if (name < last || !isOrdered(members[name] ?? null, depth - 1)) return false;
    last = name;
  }
  return true;
}

function fault(code: LineFaultCode, message: string): LineFault {
  return { code, message };
}
