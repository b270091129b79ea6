import { verdictSchema } from '@axtary/core';
import { z } from 'zod';

/** What a simulation panel can take its action from. */
export const SUBJECT_KINDS = ['ledger', 'approval', 'test', 'action'] as const;
const subjectKindSchema = z.enum(SUBJECT_KINDS);
export type SubjectKind = z.infer<typeof subjectKindSchema>;

/** How many past actions the effect of a draft is computed over. */
export const IMPACT_LENGTHS = [100, 1000, 10_000] as const;
export type ImpactLength = (typeof IMPACT_LENGTHS)[number];
const impactLengthSchema = z.literal(IMPACT_LENGTHS);

const ACTION_TEXT_MAX = 1024 * 1024;

const choiceSchema = z.strictObject({ id: z.string(), label: z.string() });
export type PanelChoice = z.infer<typeof choiceSchema>;

/** What became of one rule for the action in view. */
export const panelTraceSchema = z.strictObject({
  rule: z.string(),
  effect: verdictSchema,
  origin: z.enum(['file', 'preset', 'pack']),
  shadow: z.boolean(),
  outcome: z.enum(['determined', 'overruled', 'unmet', 'not-held']),
  /** The rule in words. */
  words: z.string(),
  /** The first condition that did not hold, in words, and what the action has there. */
  failed: z.strictObject({ words: z.string(), found: z.string() }).optional(),
});
export type PanelTrace = z.infer<typeof panelTraceSchema>;

const panelEngineSchema = z.strictObject({
  engine: z.enum(['native', 'cedar', 'rego']),
  decision: verdictSchema.optional(),
  rules: z.array(z.string()),
  /** Why there is no answer. */
  problem: z.string().optional(),
});
export type PanelEngine = z.infer<typeof panelEngineSchema>;

const panelReasonSchema = z.strictObject({ rule: z.string(), message: z.string() });

const panelSimulationSchema = z.discriminatedUnion('status', [
  /** `message`: why nothing is simulated, or what is awaited. */
  z.strictObject({ status: z.enum(['idle', 'running', 'failed']), message: z.string() }),
  z.strictObject({
    status: z.literal('done'),
    decision: verdictSchema,
    reasons: z.array(panelReasonSchema),
    /** What executing would still need, in words. */
    needs: z.array(z.string()),
    shadow: z
      .strictObject({ decision: verdictSchema, reasons: z.array(panelReasonSchema) })
      .optional(),
    rules: z.array(panelTraceSchema),
    engines: z.array(panelEngineSchema),
    /** What the policy test that is in view expected, and whether it got it. */
    test: z
      .strictObject({ name: z.string(), passed: z.boolean(), expected: z.string() })
      .optional(),
  }),
]);
export type PanelSimulation = z.infer<typeof panelSimulationSchema>;

const panelChangeSchema = z.strictObject({
  seq: z.number().int(),
  time: z.string(),
  title: z.string(),
  agent: z.string(),
  before: verdictSchema,
  beforeRules: z.array(z.string()),
  after: verdictSchema,
  reasons: z.array(panelReasonSchema),
});
export type PanelChange = z.infer<typeof panelChangeSchema>;

export const panelImpactSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('idle') }),
  z.strictObject({
    status: z.literal('running'),
    done: z.number().int(),
    total: z.number().int(),
  }),
  z.strictObject({ status: z.literal('failed'), message: z.string() }),
  z.strictObject({
    status: z.literal('done'),
    considered: z.number().int(),
    /** Actions whose payload is no longer kept, so that they could not be decided anew. */
    missing: z.number().int(),
    newlyAllowed: z.number().int(),
    newlyDenied: z.number().int(),
    newlyAsked: z.number().int(),
    changes: z.array(panelChangeSchema),
    /** It was ended early: the counts are of what was done until then. */
    isCancelled: z.boolean(),
    /** The draft has been edited since. */
    isStale: z.boolean(),
  }),
]);
export type PanelImpact = z.infer<typeof panelImpactSchema>;

/** Everything the simulation panel shows. No credential, pass, key or ledger record fits in here. */
export const simulationPanelSchema = z.strictObject({
  /** The policy text that is simulated: an open document, saved or not. */
  draft: choiceSchema
    .extend({ isDirty: z.boolean(), errors: z.number().int(), isDraft: z.boolean() })
    .optional(),
  drafts: z.array(choiceSchema),
  kind: subjectKindSchema,
  /** The chosen record, approval or test, by its id. */
  subject: z.string().optional(),
  choices: z.array(choiceSchema),
  actionText: z.string(),
  simulation: panelSimulationSchema,
  last: impactLengthSchema,
  impact: panelImpactSchema,
});
export type SimulationPanel = z.infer<typeof simulationPanelSchema>;

/** Extension to simulation panel: always the complete state. */
export const toSimulationPanelSchema = z.strictObject({
  type: z.literal('show'),
  panel: simulationPanelSchema,
});
export type ToSimulationPanel = z.infer<typeof toSimulationPanelSchema>;

/** What the panel keeps of itself over a reload of the window: what was chosen, no answer. */
export const simulationChoiceSchema = z.strictObject({
  draft: z.string().optional(),
  kind: subjectKindSchema,
  subject: z.string().optional(),
  actionText: z.string().max(ACTION_TEXT_MAX),
  last: impactLengthSchema,
});
export type SimulationChoice = z.infer<typeof simulationChoiceSchema>;

/** Simulation panel to extension. It asks to be shown things; it holds no authority. */
export const fromSimulationPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('chooseDraft'), id: z.string() }),
  z.strictObject({ type: z.literal('chooseKind'), kind: subjectKindSchema }),
  z.strictObject({ type: z.literal('chooseSubject'), id: z.string() }),
  z.strictObject({
    type: z.literal('writeAction'),
    text: z.string().max(ACTION_TEXT_MAX),
  }),
  z.strictObject({ type: z.literal('chooseLast'), last: impactLengthSchema }),
  z.strictObject({ type: z.literal('runImpact') }),
  z.strictObject({ type: z.literal('cancelImpact') }),
  z.strictObject({ type: z.literal('openDraft') }),
  z.strictObject({ type: z.literal('newDraft') }),
  z.strictObject({ type: z.literal('openRule'), rule: z.string() }),
  z.strictObject({ type: z.literal('openRecord'), seq: z.number().int() }),
]);
export type FromSimulationPanel = z.infer<typeof fromSimulationPanelSchema>;
