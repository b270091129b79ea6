import {
  assertNever,
  canonicalize,
  DEFAULT_JSON_LIMITS,
  messageOf,
  type JsonObject,
} from '@axtary/core';
import type { z } from 'zod';

import { LedgerError } from '../errors.js';
import { MAX_FREE_TEXT, MAX_LINE_BYTES } from './bodies.js';
import { writeDisclosures } from './line.js';
import { recordSchema, type LedgerEntry, type RecordContent } from './records.js';
import { sealBody } from './seal.js';

// What the members beside the body take of a line, and some room.
const MAX_BODY_BYTES = MAX_LINE_BYTES - 1024;
const LIMITS = { ...DEFAULT_JSON_LIMITS, maxLength: MAX_BODY_BYTES };

type EntryOf<Type> = Extract<LedgerEntry, { readonly type: Type }>;

/** An entry that only waits for its place in the chain. */
export interface PreparedEntry {
  readonly content: RecordContent;
  /** RFC 8785 form of the body, without what is sealed. */
  readonly bodyText: string;
  /** The line before the record's, without its newline; empty where nothing is sealed. */
  readonly disclosuresText: string;
}

/**
 * Makes an entry ready to be written, so that nothing of it can fail later.
 *
 * @throws LedgerError `LEDGER_RECORD_REFUSED`; TypeError for a type that callers do not append, or
 * a private key.
 */
export function prepareEntry(entry: LedgerEntry): PreparedEntry {
  const content = bounded(entry);
  // A record that no reader takes would make the whole ledger unreadable.
  const { error } = BODIES.get(content.type)?.safeParse(content.body) ?? {};
  const [issue] = error?.issues ?? [];
  if (issue) throw refused(content, `${issue.path.map(String).join('.')}: ${issue.message}`);
  return prepare(content);
}

const BODIES = new Map(
  recordSchema.options.map(({ shape }): [string, z.ZodType] => [shape.type.value, shape.body]),
);

/** As `prepareEntry`, for the records that the ledger writes itself. */
export function prepare(content: RecordContent): PreparedEntry {
  const { bodyText, disclosuresText } = sealed(content);
  if (!isWithinLine(bodyText) || !isWithinLine(disclosuresText)) {
    throw refused(content, `its body is longer than ${MAX_BODY_BYTES} bytes`);
  }
  return { content, bodyText, disclosuresText };
}

function sealed(content: RecordContent): Pick<PreparedEntry, 'bodyText' | 'disclosuresText'> {
  try {
    const { body, disclosures } = sealBody(content.type, { ...content.body } as JsonObject);
    return {
      bodyText: canonicalize(body, LIMITS),
      disclosuresText: disclosures.length === 0 ? '' : writeDisclosures(disclosures),
    };
  } catch (cause) {
    throw refused(content, messageOf(cause), cause);
  }
}

function isWithinLine(text: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8.
  return text.length * 3 <= MAX_BODY_BYTES || Buffer.byteLength(text) <= MAX_BODY_BYTES;
}

function refused({ type }: RecordContent, why: string, cause?: unknown): LedgerError {
  const message = `the ${type} cannot be a record: ${why}`;
  return new LedgerError('LEDGER_RECORD_REFUSED', message, { cause });
}

// Free text comes from errors, tools and approvers. It is cut and made well-formed rather than
// refused: an outcome must not be lost because its message is strange.
function bounded(entry: LedgerEntry): LedgerEntry {
  switch (entry.type) {
    case 'decision':
      return boundedDecision(entry);
    case 'approval':
      return boundedApproval(entry);
    case 'outcome':
      return boundedOutcome(entry);
    case 'key':
      assertPublic(entry.body);
      return entry;
    case 'reconciliation':
      return { type: entry.type, body: withBoundedReason(entry.body) };
    case 'revocation':
      return { type: entry.type, body: withBoundedReason(entry.body) };
    case 'pass':
    case 'intent':
    case 'policy_change':
    case 'tool_pinned':
      return entry;
    default:
      return assertNever(entry);
  }
}

function boundedApproval(entry: EntryOf<'approval'>): EntryOf<'approval'> {
  if (!('denied' in entry.body)) return entry;
  const { denied, decisionId } = entry.body;
  return { type: entry.type, body: { decisionId, denied: withBoundedReason(denied) } };
}

function boundedOutcome({ type, body }: EntryOf<'outcome'>): EntryOf<'outcome'> {
  const { error, result } = body;
  return {
    type,
    body: {
      ...body,
      ...(error && { error: withBoundedMessage(error) }),
      ...(result && { result: { ...result, text: boundedText(result.text) } }),
    },
  };
}

function assertPublic({ jwk }: EntryOf<'key'>['body']): void {
  if ('d' in jwk || 'k' in jwk) {
    throw new TypeError('expected a public JWK, got a private one: it is not recorded');
  }
}

function boundedDecision({ type, body }: EntryOf<'decision'>): EntryOf<'decision'> {
  const { reasons, shadow, malformed, failure } = body;
  return {
    type,
    body: {
      ...body,
      reasons: reasons.map(withBoundedMessage),
      ...(shadow && {
        shadow: { ...shadow, reasons: shadow.reasons.map(withBoundedMessage) },
      }),
      ...(malformed && { malformed: withBoundedMessage(malformed) }),
      ...(failure && { failure: withBoundedMessage(failure) }),
    },
  };
}

function withBoundedMessage<T extends { readonly message: string }>(value: T): T {
  return { ...value, message: boundedText(value.message) };
}

function withBoundedReason<T extends { readonly reason: string }>(value: T): T {
  return { ...value, reason: boundedText(value.reason) };
}

function boundedText(text: string): string {
  return text.slice(0, MAX_FREE_TEXT).toWellFormed();
}
