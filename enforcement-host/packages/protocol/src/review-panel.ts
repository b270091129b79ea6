import { z } from 'zod';

import { policyDifferenceSchema, policyDirectionSchema } from './policy-model.js';
import { panelImpactSchema } from './simulation-panel.js';

/** What the policy review panel shows beside the text diff: what a proposal means. */
export const policyReviewSchema = z.strictObject({
  folder: z.string(),
  /** `sha256:…` of the proposal. */
  proposedHash: z.string(),
  /** Nothing is enforced yet, so that everything is denied. */
  isFirst: z.boolean(),
  direction: policyDirectionSchema,
  differences: z.array(policyDifferenceSchema),
  impact: panelImpactSchema,
  /** Why there is nothing to show. */
  problem: z.string().optional(),
});
export type PolicyReviewPanel = z.infer<typeof policyReviewSchema>;

/** Extension to policy review panel: always the complete state. */
export const toReviewPanelSchema = z.strictObject({
  type: z.literal('show'),
  review: policyReviewSchema,
});
export type ToReviewPanel = z.infer<typeof toReviewPanelSchema>;

/** Policy review panel to extension. Trust is not among it: that is asked for outside any webview. */
export const fromReviewPanelSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('openRecord'), seq: z.number().int() }),
]);
export type FromReviewPanel = z.infer<typeof fromReviewPanelSchema>;
