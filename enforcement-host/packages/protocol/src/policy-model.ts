import { decisionSchema, factsSchema, sha256Schema, verdictSchema } from '@axtary/core';
import { z } from 'zod';

import { rangeSchema, textEditSchema } from './text.js';

/** UTF-16 units of a policy, of a file of policy tests and of a simulated action. */
export const MAX_POLICY_TEXT = 1024 * 1024;
export const MAX_ACTION_TEXT = 4 * 1024 * 1024;
/** Actions of the past that one question may be about. */
export const MAX_PAST_ACTIONS = 10_000;

export const policyTextSchema = z.string().max(MAX_POLICY_TEXT);
/** Beside policies there are files of policy tests: `*.test.yml`. */
export const policyTextKindSchema = z.enum(['policy', 'tests']);
export type PolicyTextKind = z.infer<typeof policyTextKindSchema>;

export const policyIssueSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  range: rangeSchema,
});
export type PolicyIssue = z.infer<typeof policyIssueSchema>;

/** A repair that can be offered: all edits together, on the text that was sent. */
export const policyFixSchema = z.strictObject({
  title: z.string(),
  edits: z.array(textEditSchema),
});

export const analyzedIssueSchema = policyIssueSchema.extend({
  fixes: z.array(policyFixSchema).optional(),
});
export type AnalyzedIssue = z.infer<typeof analyzedIssueSchema>;

const symbol = {
  name: z.string(),
  detail: z.string(),
  /** `section`, `rule`, `server`, `list`, `role` or `test`; others may follow. */
  kind: z.string(),
  range: rangeSchema,
  nameRange: rangeSchema,
};
/** An outline of two levels: sections, and what they hold. */
export const policySymbolSchema = z.strictObject({
  ...symbol,
  children: z.array(z.strictObject(symbol)),
});
export type PolicySymbol = z.infer<typeof policySymbolSchema>;

/** A rule of the text itself, not of its preset. */
export const policyRulePlaceSchema = z.strictObject({
  id: z.string(),
  /** Position among the text's rules, from 0. */
  index: z.number().int(),
  /** As written; empty where it is missing. */
  effect: z.string(),
  range: rangeSchema,
  idRange: rangeSchema,
});
export type PolicyRulePlace = z.infer<typeof policyRulePlaceSchema>;

export const policyAnalysisSchema = z.strictObject({
  issues: z.array(analyzedIssueSchema),
  symbols: z.array(policySymbolSchema),
  rules: z.array(policyRulePlaceSchema),
});
export type PolicyAnalysis = z.infer<typeof policyAnalysisSchema>;

export const completionItemSchema = z.strictObject({
  label: z.string(),
  /** `key`, `value`, `operator`, `field`, `name`, `tool`, `resource` or `snippet`; others may follow. */
  kind: z.string(),
  detail: z.string().optional(),
  /** Markdown. */
  documentation: z.string().optional(),
  insertText: z.string(),
  /** `insertText` has placeholders such as `${1:id}`. */
  isSnippet: z.boolean(),
  /** What is replaced; without it, the word before the position. */
  range: rangeSchema.optional(),
  sortText: z.string().optional(),
});
export type CompletionItem = z.infer<typeof completionItemSchema>;

/** A denial of the past, by a rule. */
export const ruleDenialSchema = z.strictObject({
  seq: z.number().int(),
  time: z.string(),
  rule: z.string(),
  tool: z.string(),
  resource: z.string(),
  agent: z.string(),
  message: z.string(),
});
export type RuleDenial = z.infer<typeof ruleDenialSchema>;

export const ruleActivitySchema = z.strictObject({
  rule: z.string(),
  /** Decisions that the rule determined. */
  matches: z.number().int(),
  denied: z.number().int(),
  asked: z.number().int(),
  /** Decisions that it would have determined, were it not only tried out. */
  shadowed: z.number().int(),
  lastDenied: z
    .strictObject({ seq: z.number().int(), time: z.string(), title: z.string() })
    .optional(),
});
export type RuleActivity = z.infer<typeof ruleActivitySchema>;

export const policyActivitySchema = z.strictObject({
  /** RFC 3339: the time since which is counted; later than asked for where more would not fit. */
  since: z.string(),
  rules: z.array(ruleActivitySchema),
  /** Newest first; at most 200. */
  denials: z.array(ruleDenialSchema),
});
export type PolicyActivity = z.infer<typeof policyActivitySchema>;

/** What one rule did with an action, and where it does not hold, why. */
export const ruleTraceSchema = z.strictObject({
  rule: z.string(),
  effect: verdictSchema,
  origin: z.enum(['file', 'preset', 'pack']),
  shadow: z.boolean(),
  /** Held and decided; held, but a stronger one won; held, but an obligation was not met; neither. */
  outcome: z.enum(['determined', 'overruled', 'unmet', 'not-held']),
  /** The rule in words. */
  words: z.string(),
  failed: z
    .strictObject({
      /** Keys and indexes below the rule. */
      path: z.array(z.union([z.string(), z.number()])),
      /** What was asked, in words. */
      words: z.string(),
      /** What the action has there. */
      found: z.string(),
    })
    .optional(),
});
export type RuleTrace = z.infer<typeof ruleTraceSchema>;

export const engineAnswerSchema = z.strictObject({
  engine: z.enum(['native', 'cedar', 'rego']),
  decision: verdictSchema.optional(),
  /** Rules that determined it, sorted. */
  rules: z.array(z.string()),
  /** Why there is no answer. */
  error: z.string().optional(),
});
export type EngineAnswer = z.infer<typeof engineAnswerSchema>;

/** What is decided: a recorded action, one that waits for approval, or one that is written out. */
export const simulationSubjectSchema = z.discriminatedUnion('kind', [
  /** `seq`: of the decision's record. */
  z.strictObject({ kind: z.literal('ledger'), seq: z.number().int().nonnegative() }),
  z.strictObject({ kind: z.literal('approval'), id: z.string().max(128) }),
  /** One test of a file of policy tests: its action with its facts. */
  z.strictObject({
    kind: z.literal('test'),
    file: z.string().max(4096),
    text: policyTextSchema,
    name: z.string().max(512),
  }),
  /** JSON of an action, or of the members of one that differ from an example's. */
  z.strictObject({ kind: z.literal('action'), text: z.string().max(MAX_ACTION_TEXT) }),
]);
export type SimulationSubject = z.infer<typeof simulationSubjectSchema>;

export const simulationSchema = z.strictObject({
  /** Why nothing could be decided: the draft or the action is malformed, or its payload is gone. */
  problem: z.string().optional(),
  /** Of the draft. */
  issues: z.array(policyIssueSchema),
  /** The action, as indented JSON, with its payload. */
  actionText: z.string().optional(),
  /** Those that were used. Without `now` no window is open. */
  facts: factsSchema.partial().optional(),
  decision: decisionSchema.optional(),
  rules: z.array(ruleTraceSchema),
  /** What was decided then, for an action of the ledger. */
  recorded: z.strictObject({ decision: verdictSchema, rules: z.array(z.string()) }).optional(),
  /** The policy's say before anyone approved, from each engine; empty where nothing was decided. */
  engines: z.array(engineAnswerSchema),
  /** Whether all three gave the same decision by the same rules. */
  agree: z.boolean(),
});
export type Simulation = z.infer<typeof simulationSchema>;

const said = z.strictObject({
  decision: verdictSchema,
  rules: z.array(z.string()),
  reasons: z.array(z.strictObject({ rule: z.string(), message: z.string() })),
});

/** A past action that the draft decides in another way. */
export const impactChangeSchema = z.strictObject({
  seq: z.number().int(),
  time: z.string(),
  tool: z.string(),
  resource: z.string(),
  agent: z.string(),
  before: said,
  after: said,
});
export type ImpactChange = z.infer<typeof impactChangeSchema>;

/**
 * What a draft would change over past actions: each decided again with the facts of then, `before`
 * by what is enforced now, `after` by the draft. Actions that nobody had answered yet: a decision
 * that an approval made is not counted again.
 */
export const policyImpactSchema = z.strictObject({
  /** Actions that were decided again. */
  considered: z.number().int(),
  /** Actions that could not be: their payload is not kept any more. */
  missingPayloads: z.number().int(),
  newlyAllowed: z.number().int(),
  newlyDenied: z.number().int(),
  newlyAsked: z.number().int(),
  /** Newest first; at most 1000. */
  changes: z.array(impactChangeSchema),
  /** It was cancelled: the counts are of what was done until then. */
  isCancelled: z.boolean(),
});
export type PolicyImpact = z.infer<typeof policyImpactSchema>;

export const policyDirectionSchema = z.enum(['tightens', 'loosens', 'unclear', 'neutral']);
export type PolicyDirection = z.infer<typeof policyDirectionSchema>;

/** One difference between two policies, in words. */
export const policyDifferenceSchema = z.strictObject({
  direction: policyDirectionSchema,
  change: z.enum(['added', 'removed', 'changed']),
  /** `rule`, `preset`, `packs`, `list`, `role`, `server`, `tenant` or `human`; others may follow. */
  subject: z.string(),
  /** The rule's id, the list's name and so on. */
  name: z.string(),
  words: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
});
export type PolicyDifference = z.infer<typeof policyDifferenceSchema>;

export const policyDiffSchema = z.strictObject({
  /** Of the enforced policy; absent where nothing is enforced, so that everything is denied. */
  enforcedHash: sha256Schema.optional(),
  proposedHash: sha256Schema,
  /** Of the proposed text; with an error among them there are no differences to tell. */
  issues: z.array(policyIssueSchema),
  /** The most permissive of all. */
  direction: policyDirectionSchema,
  differences: z.array(policyDifferenceSchema),
  impact: policyImpactSchema.optional(),
});
export type PolicyDiffReport = z.infer<typeof policyDiffSchema>;

export const policyTestResultSchema = z.strictObject({
  /** As it was sent. */
  file: z.string(),
  name: z.string(),
  range: rangeSchema,
  isPassed: z.boolean(),
  message: z.string(),
  /** As text to be compared, line by line. */
  expected: z.string(),
  actual: z.string(),
  /** Rules that determined the decision. */
  rules: z.array(z.string()),
});
export type PolicyTestResult = z.infer<typeof policyTestResultSchema>;

export const policyTestRunSchema = z.strictObject({
  results: z.array(policyTestResultSchema),
  /** Of each file of tests. */
  issues: z.array(z.strictObject({ file: z.string(), issues: z.array(policyIssueSchema) })),
  /** Of the policies' own rules, by the policy that was tested. */
  coverage: z.array(
    z.strictObject({
      /** Its file, absolute. */
      policy: z.string(),
      rule: z.string(),
      /** Tests in which it determined the decision, and in which it held. */
      fired: z.number().int(),
      held: z.number().int(),
      /** Of the rule in that file. */
      range: rangeSchema.optional(),
    }),
  ),
});
export type PolicyTestRun = z.infer<typeof policyTestRunSchema>;
