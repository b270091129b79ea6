import { z } from 'zod';

import {
  LEDGER_GROUPS,
  ledgerDetailSchema,
  ledgerFilterSchema,
  ledgerResultSchema,
  ledgerRowSchema,
  type LedgerDetail,
} from './ledger.js';

/** Rows that the live ledger is given at once. */
export const LEDGER_PAGE = 200;

const count = z.number().int().nonnegative();
const seq = z.number().int().nonnegative();
const folder = z.string().max(4096);
const name = z.string().min(1).max(200);
const groupSchema = z.enum(LEDGER_GROUPS);

/** What a live ledger is of, and what it keeps of itself over a reload of the window. */
export const ledgerChoiceSchema = z.strictObject({
  folder: folder.optional(),
  filter: ledgerFilterSchema,
  group: groupSchema.optional(),
  /** The group whose records are shown. */
  opened: z.string().max(4096).optional(),
});
export type LedgerChoice = z.infer<typeof ledgerChoiceSchema>;

/** A filter under a name. Those that Axtary brings cannot be deleted. */
export const savedLedgerFilterSchema = z.strictObject({
  name,
  filter: ledgerFilterSchema,
  group: groupSchema.optional(),
  isPreset: z.boolean(),
});
export type SavedLedgerFilter = z.infer<typeof savedLedgerFilterSchema>;

/** A query that has been run, without the enforcement host's own name for it. */
export const ledgerFoundSchema = ledgerResultSchema.omit({ id: true }).extend({
  /** Another number for each run of a query; rows belong to one. */
  run: count,
  /** Records that came in front of those of the run before, where it asked for the same. */
  added: count,
  /** Records of the opened group; `total` where none is opened. */
  shown: count,
});
export type LedgerFound = z.infer<typeof ledgerFoundSchema>;

/** Everything that the live ledger shows, but for rows and details. No credential fits in here. */
export const ledgerPanelSchema = z.strictObject({
  folders: z.array(z.strictObject({ id: folder, label: z.string() })),
  choice: ledgerChoiceSchema,
  /** `offline`: the enforcement host does not answer. `running`: a query runs, `found` is of the one before. */
  status: z.enum(['offline', 'running', 'ready', 'failed']),
  message: z.string(),
  /** Why nothing executes: the ledger has a fault. */
  fault: z
    .strictObject({ title: z.string(), advice: z.string(), canAccept: z.boolean() })
    .optional(),
  found: ledgerFoundSchema.optional(),
  /** Records that were written after the query was run. */
  fresh: count,
  saved: z.array(savedLedgerFilterSchema),
  /** What can be chosen from: values that occur, the most frequent first. */
  known: z.strictObject({
    types: z.array(z.string()),
    agents: z.array(z.string()),
    tools: z.array(z.string()),
    tasks: z.array(z.string()),
  }),
});
export type LedgerPanel = z.infer<typeof ledgerPanelSchema>;

/** One record with what it is to be read with. Its text is opened as a document. */
export const panelDetailSchema = ledgerDetailSchema.omit({ recordText: true, line: true });
export type PanelDetail = z.infer<typeof panelDetailSchema>;

/** What the live ledger shows of a record. */
export function panelDetail(detail: LedgerDetail): PanelDetail {
  return panelDetailSchema.strip().parse(detail);
}

/** Extension to live ledger. */
export const toLedgerPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('show'), panel: ledgerPanelSchema }),
  /** `run` is that of `found`; `offset` counts from the newest record. */
  z.strictObject({
    type: z.literal('rows'),
    run: count,
    offset: count,
    rows: z.array(ledgerRowSchema),
  }),
  z.strictObject({ type: z.literal('rowsFailed'), run: count, offset: count }),
  z.strictObject({ type: z.literal('detail'), detail: panelDetailSchema }),
  z.strictObject({ type: z.literal('detailFailed'), seq, message: z.string() }),
  /** A record is to be shown, as from the ledger view. */
  z.strictObject({ type: z.literal('reveal'), seq }),
]);
export type ToLedgerPanel = z.infer<typeof toLedgerPanelSchema>;

/** Live ledger to extension. It asks to be shown things; it holds no authority. */
export const fromLedgerPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('choose'), choice: ledgerChoiceSchema }),
  /** Runs the query again, over the records there are by now. */
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('rows'), run: count, offset: count }),
  z.strictObject({ type: z.literal('detail'), seq }),
  z.strictObject({ type: z.literal('saveFilter') }),
  z.strictObject({ type: z.literal('deleteFilter'), name }),
  z.strictObject({ type: z.literal('openRecord'), seq }),
  z.strictObject({ type: z.literal('openRule'), rule: z.string().max(1024) }),
  /** One of the links of the record that is shown. */
  z.strictObject({ type: z.literal('openLink'), seq, target: z.string().max(8192) }),
  z.strictObject({ type: z.literal('copyProof'), seq }),
  z.strictObject({ type: z.literal('copyRecord'), seq }),
  z.strictObject({ type: z.literal('createRule'), seq }),
  z.strictObject({ type: z.literal('simulate'), seq }),
  z.strictObject({ type: z.literal('acceptLedger') }),
  /** Shows the same in the editor area, with a record where one was chosen. */
  z.strictObject({
    type: z.literal('openPanel'),
    choice: ledgerChoiceSchema,
    seq: seq.optional(),
  }),
]);
export type FromLedgerPanel = z.infer<typeof fromLedgerPanelSchema>;
