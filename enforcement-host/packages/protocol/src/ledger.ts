import { sha256Schema, verdictSchema } from '@axtary/core';
import { z } from 'zod';

import { request } from './define.js';
import { ledgerItemSchema } from './model.js';

const workspace = z.string().max(4096);
const seq = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const names = z.array(z.string().max(4096)).max(100);

/** What a ledger can be grouped by. */
export const LEDGER_GROUPS = ['task', 'agent', 'tool', 'verdict', 'type'] as const;
export type LedgerGroup = (typeof LEDGER_GROUPS)[number];

/** Which records: those that meet every member that is present. Lists mean "one of". */
export const ledgerFilterSchema = z.strictObject({
  /** RFC 3339, UTC: from this moment, and before that one. */
  since: z.string().max(64).optional(),
  until: z.string().max(64).optional(),
  types: names.optional(),
  /** Of decisions only, as are `rules`. */
  verdicts: z.array(verdictSchema).max(3).optional(),
  /** Of outcomes; `approved` and `denied` of approvals; `reconciled` of reconciliations. */
  statuses: names.optional(),
  /** Of all records of a call, as its decision says; `humans`, `tools` and `tasks` likewise. */
  agents: names.optional(),
  humans: names.optional(),
  tools: names.optional(),
  tasks: names.optional(),
  rules: names.optional(),
  /**
   * Part of a text or number in the record, also in what is sealed, without regard to case where a
   * letter has one other; not of members' names.
   */
  text: z.string().max(1024).optional(),
  /** All records of the call that this decision began, or took up after an approval. */
  decisionId: z.string().max(512).optional(),
});
export type LedgerFilter = z.infer<typeof ledgerFilterSchema>;

const exportNames = z.array(z.string().min(1).max(256)).max(1000);

/**
 * Which records an export holds, each with a proof: fewer ways to choose than a filter has. Lists
 * mean "one of".
 */
export const exportSelectionSchema = z.strictObject({
  /** RFC 3339, UTC, with milliseconds: from this moment on, and before that one. */
  since: z.iso.datetime({ precision: 3 }).exactOptional(),
  until: z.iso.datetime({ precision: 3 }).exactOptional(),
  types: exportNames.exactOptional(),
  /** Of all records of a call, as its decision says; `tools` likewise. */
  agents: exportNames.exactOptional(),
  tools: exportNames.exactOptional(),
});
export type ExportSelection = z.infer<typeof exportSelectionSchema>;

/** One record in a list: `ledgerItemSchema` without its line, with what it is grouped by. */
export const ledgerRowSchema = ledgerItemSchema
  .omit({ line: true })
  .extend({ task: z.string().optional(), human: z.string().optional() });
export type LedgerRow = z.infer<typeof ledgerRowSchema>;

/** A query that the enforcement host has run: its rows are asked for by `id`, newest first. */
export const ledgerResultSchema = z.strictObject({
  id: z.string(),
  /** Records that the filter leaves. */
  total: count,
  /** Records of the ledger when it was run. */
  size: count,
  /** False where a text search ended early: `total` counts what was found until then. */
  isWhole: z.boolean(),
  /** That of the newest record first, 1,000 at most. Records without a key are under ''. */
  groups: z.array(z.strictObject({ key: z.string(), count, newest: seq })),
  /**
   * Decisions over time, and `other` records: equal spans from `start`, which is the time of the
   * earliest record, each `spanMs` long. Without any record there are no spans.
   */
  timeline: z.strictObject({
    start: z.string(),
    spanMs: z.number().positive(),
    spans: z.array(z.strictObject({ allow: count, deny: count, step_up: count, other: count })),
  }),
});
export type LedgerResult = z.infer<typeof ledgerResultSchema>;

/** What a record points at. */
export const ledgerLinkSchema = z.strictObject({
  kind: z.enum(['file', 'commit', 'pull_request', 'message', 'issue', 'document']),
  label: z.string(),
  /** A path relative to the workspace, or an https address. */
  target: z.string(),
});
export type LedgerLink = z.infer<typeof ledgerLinkSchema>;

/** One record with everything that it is to be read with. */
export const ledgerDetailSchema = z.strictObject({
  row: ledgerRowSchema,
  /** The record, as JSON with two spaces a level; what is sealed in its line is in it. */
  recordText: z.string(),
  /** The exact line that is hashed. */
  line: z.string(),
  /** Absent where it was not kept, or was forgotten. */
  payloadText: z.string().optional(),
  /** Why there is none, where one would be expected. */
  payloadNote: z.string().optional(),
  /** The change that was approved, as a unified diff. */
  diff: z.string().optional(),
  reasons: z.array(z.strictObject({ rule: z.string(), message: z.string() })),
  /** Other records of the same call, in order. */
  call: z.array(ledgerRowSchema),
  pass: z
    .strictObject({ jti: z.string(), kid: z.string(), expiresAt: z.string(), state: z.string() })
    .optional(),
  links: z.array(ledgerLinkSchema),
  /** Where the record stands, and what proves it; absent until a checkpoint covers it. */
  proof: z
    .strictObject({
      leaf: sha256Schema,
      /** Inclusion proof of RFC 6962 section 2.1.1, in `root`, the tree of the first `size` records. */
      path: z.array(sha256Schema),
      root: sha256Schema,
      size: count,
      /** Record that signs the root, and the key. */
      checkpoint: seq,
      kid: z.string(),
    })
    .optional(),
});
export type LedgerDetail = z.infer<typeof ledgerDetailSchema>;

/** Reading a ledger, and what a person decides about it. Part of the control protocol. */
export const ledgerProtocol = {
  /** Runs a query. A later one of this connection replaces it; so does `ledger/changed` tell nothing of it. */
  'ledger/query': request(
    z.strictObject({
      workspace,
      filter: ledgerFilterSchema,
      group: z.enum(LEDGER_GROUPS).optional(),
      /** Spans of the timeline, at most. */
      spans: z.number().int().min(1).max(500),
    }),
    ledgerResultSchema,
  ),
  /** Rows of a query, newest first. An `id` that is not known any more is an error. */
  'ledger/rows': request(
    z.strictObject({ workspace, id: z.string(), offset: count, limit: count.max(500) }),
    z.strictObject({ rows: z.array(ledgerRowSchema) }),
  ),
  'ledger/detail': request(z.strictObject({ workspace, seq }), ledgerDetailSchema),
  /**
   * Accepts a ledger that is not the one whose head was kept: it is gone, shorter, or another. What
   * was lost is recorded as a `gap`, with who accepted it. `expected` is the head that was shown.
   */
  'ledger/accept': request(
    z.strictObject({ workspace, expected: sha256Schema }),
    z.strictObject({ size: count }),
  ),
} as const;
