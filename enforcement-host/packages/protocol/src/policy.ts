import { factsSchema, verdictSchema } from '@axtary/core';
import { z } from 'zod';

import { notification, request } from './define.js';
import {
  MAX_PAST_ACTIONS,
  completionItemSchema,
  policyActivitySchema,
  policyAnalysisSchema,
  policyDiffSchema,
  policyImpactSchema,
  policyTestRunSchema,
  policyTextKindSchema,
  policyTextSchema,
  simulationSchema,
  simulationSubjectSchema,
} from './policy-model.js';
import { positionSchema, rangeSchema, textEditSchema } from './text.js';

const MAX_TEST_FILES = 200;
const MAX_TEST_TEXT = 8 * 1024 * 1024;

const workspace = z.string().max(4096);
const text = policyTextSchema;
const last = z.number().int().min(1).max(MAX_PAST_ACTIONS);
/** The caller's name for one long question: of its progress, and to cancel it. */
const run = z.string().min(1).max(128);

const testFilesSchema = z
  .array(z.strictObject({ path: z.string().min(1).max(4096), text }))
  .min(1)
  .max(MAX_TEST_FILES)
  .refine(
    (files) => files.reduce((sum, file) => sum + file.text.length, 0) <= MAX_TEST_TEXT,
    `expected at most ${MAX_TEST_TEXT} characters in all files together`,
  );

/**
 * Questions about policy texts. They change nothing: what is enforced changes by `policy/trust`
 * alone. A text may be anything at all, also half written.
 */
export const policyProtocol = {
  'policy/analyze': request(
    z.strictObject({ workspace, text, kind: policyTextKindSchema }),
    policyAnalysisSchema,
  ),
  'policy/complete': request(
    z.strictObject({ workspace, text, kind: policyTextKindSchema, position: positionSchema }),
    z.strictObject({ items: z.array(completionItemSchema) }),
  ),
  /** `markdown` is absent where there is nothing to tell. */
  'policy/hover': request(
    z.strictObject({ workspace, text, kind: policyTextKindSchema, position: positionSchema }),
    z.strictObject({ range: rangeSchema.optional(), markdown: z.string().optional() }),
  ),
  /** Of the rule, list or role at the position. Without `newName`: whether there is one, and where. */
  'policy/rename': request(
    z.strictObject({
      workspace,
      text,
      position: positionSchema,
      newName: z.string().max(512).optional(),
    }),
    z.strictObject({
      range: rangeSchema.optional(),
      name: z.string().optional(),
      edits: z.array(textEditSchema),
      /** Why it cannot be renamed, or not to this. */
      problem: z.string().optional(),
    }),
  ),
  /** What rules have done lately, from the ledger. */
  'policy/activity': request(
    z.strictObject({
      workspace,
      hours: z
        .number()
        .positive()
        .max(31 * 24),
    }),
    policyActivitySchema,
  ),
  /** A rule for what was decided, and the edits that put it into `text` (default: axtary.yml). */
  'policy/ruleFrom': request(
    z.strictObject({
      workspace,
      from: z.union([
        z.strictObject({ decisionSeq: z.number().int().nonnegative() }),
        z.strictObject({ approvalId: z.string().max(128) }),
      ]),
      effect: verdictSchema,
      text: text.optional(),
    }),
    z.strictObject({
      snippet: z.string(),
      explanation: z.string(),
      edits: z.array(textEditSchema),
    }),
  ),
  /** Decides one action by a draft. Facts that are given replace those recorded or of now. */
  'policy/simulate': request(
    z.strictObject({
      workspace,
      text,
      subject: simulationSubjectSchema,
      facts: factsSchema.partial().optional(),
    }),
    simulationSchema,
  ),
  /** Decides the last actions of the ledger again, by a draft. */
  'policy/impact': request(z.strictObject({ workspace, text, last, run }), policyImpactSchema),
  /** What is enforced beside a draft (default: axtary.yml); with `last`, also its impact. */
  'policy/diff': request(
    z.strictObject({
      workspace,
      text: text.optional(),
      last: last.optional(),
      run: run.optional(),
    }),
    policyDiffSchema,
  ),
  /** `policyText` stands for axtary.yml of the workspace, for instance while it is edited. */
  'policy/tests': request(
    z.strictObject({ workspace, files: testFilesSchema, policyText: text.optional() }),
    policyTestRunSchema,
  ),
  /** Ends a run of this connection; it is answered with what it has. Unknown runs are ignored. */
  'policy/cancel': request(z.strictObject({ run }), z.strictObject({})),

  'policy/progress': notification(
    z.strictObject({ run, done: z.number().int(), total: z.number().int() }),
  ),
} as const;
