import { z } from 'zod';

/** How deep sub-agents may be where a policy does not say. */
export const DEFAULT_DELEGATION_DEPTH = 4;

// Longer chains are never verified, whatever a policy says.
const MAX_DELEGATION_DEPTH = 16;

export const delegationSchema = z.strictObject({
  /** Delegations below an agent's own: with 0 it has no sub-agents, with 1 they have none. */
  maxDepth: z.int().min(0).max(MAX_DELEGATION_DEPTH).default(DEFAULT_DELEGATION_DEPTH),
});
