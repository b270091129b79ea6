import { sha256Schema } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { z } from 'zod';

import {
  approvalBody,
  checkpointBody,
  clockAnomalyBody,
  count,
  decisionBody,
  gapBody,
  genesisBody,
  intentBody,
  keyBody,
  keyEpochBody,
  outcomeBody,
  passBody,
  policyChangeBody,
  reconciliationBody,
  recoveryBody,
  revocationBody,
  toolPinnedBody,
} from './bodies.js';

// A record is one line of UTF-8, closed by `\n`; its bytes are its RFC 8785 form, so in this order:
//   {"body":{…},          by type; what is sealed is not in it, see `seal.ts`
//    "boot":"boot_…",     one opening of the ledger by one process
//    "log":"log_…",       the ledger, named at its genesis
//    "mono":1234,         milliseconds of that process's monotonic clock
//    "prev":"sha256:…",   leaf hash of the line before; 64 zeros at genesis
//    "seq":42,            0, 1, 2, …
//    "ts":"2026-01-02T03:04:05.678Z",
//    "type":"decision",
//    "v":1}
// leaf hash = SHA-256(0x00 || line without its newline), RFC 6962 section 2.1.
/** The schema of a record with this body. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- zod infers it
export function record<Type extends string, Body extends z.core.$ZodType>(type: Type, body: Body) {
  return z.strictObject({
    v: z.literal(1),
    log: z.string().regex(/^log_[A-Za-z0-9_-]{22}$/),
    seq: count,
    prev: sha256Schema,
    ts: z.iso.datetime({ precision: 3 }),
    boot: z.string().regex(/^boot_[A-Za-z0-9_-]{22}$/),
    mono: count,
    type: z.literal(type),
    body,
  });
}

/** One record with its sealed members open. Closed: a member that is not listed makes it invalid. */
export const recordSchema = z.discriminatedUnion('type', [
  record('genesis', genesisBody),
  record('key', keyBody),
  record('decision', decisionBody),
  record('approval', approvalBody),
  record('pass', passBody),
  record('intent', intentBody),
  record('outcome', outcomeBody),
  record('policy_change', policyChangeBody),
  record('reconciliation', reconciliationBody),
  record('revocation', revocationBody),
  record('tool_pinned', toolPinnedBody),
  record('checkpoint', checkpointBody),
  record('key_epoch', keyEpochBody),
  record('recovery', recoveryBody),
  record('gap', gapBody),
  record('clock_anomaly', clockAnomalyBody),
]);

/** One record of the ledger, as its line and its disclosures say it. */
export type LedgerRecord = Readonly<z.infer<typeof recordSchema>>;
export type RecordType = LedgerRecord['type'];
export type RecordOf<Type extends RecordType> = Extract<LedgerRecord, { readonly type: Type }>;
export type BodyOf<Type extends RecordType> = RecordOf<Type>['body'];

export type KeyBody = BodyOf<'key'>;
export type DecisionBody = BodyOf<'decision'>;
export type ApprovalBody = BodyOf<'approval'>;
export type PassBody = BodyOf<'pass'>;
export type IntentBody = BodyOf<'intent'>;
export type OutcomeBody = BodyOf<'outcome'>;
export type PolicyChangeBody = BodyOf<'policy_change'>;

/** Types that a caller appends; the others are the ledger's own. */
export type EntryType = Exclude<
  RecordType,
  'genesis' | 'checkpoint' | 'key_epoch' | 'recovery' | 'gap' | 'clock_anomaly'
>;

type EntryOf<Type extends RecordType> = {
  readonly [T in Type]: { readonly type: T; readonly body: BodyOf<T> };
}[Type];

/** What a caller appends. Strings in a body may be hostile. */
export type LedgerEntry = EntryOf<EntryType>;
/** Any record before it has its place in the chain. */
export type RecordContent = EntryOf<RecordType>;

/** The place of a record in its chain. */
export interface RecordPlace {
  readonly log: string;
  readonly seq: number;
  readonly prev: Sha256;
  /** RFC 3339, UTC, milliseconds. */
  readonly ts: string;
  readonly boot: string;
  readonly mono: number;
}
