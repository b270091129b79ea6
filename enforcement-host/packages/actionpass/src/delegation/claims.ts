import { sha256Schema } from '@axtary/core';
import { globProblem } from '@axtary/policy';
import { z } from 'zod';

import { passClaimsV1Schema } from '../claims.js';

/** Delegations below the first one, unless a verifier or an issuer asks for fewer or more. */
export const DEFAULT_MAX_DEPTH = 4;
const HARD_MAX_DEPTH = 16;

const MAX_GLOBS = 32;
// Bounds the work of showing that one glob covers another, cubic in the segments.
const MAX_SEGMENTS = 16;
const MAX_PAYLOADS = 256;
const MAX_BUDGETS = 16;

const { iss, sub, jti, iat, exp, human, tenant, runtime, task, cnf, constraints } =
  passClaimsV1Schema.shape;

const name = z.string().min(1).max(512);
const depth = z.int().min(0).max(HARD_MAX_DEPTH);

const globSchema = z.string().superRefine((glob, context) => {
  const message = scopeGlobProblem(glob);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
const globsSchema = z.array(globSchema).min(1).max(MAX_GLOBS);

function scopeGlobProblem(glob: string): string | undefined {
  const problem = globProblem(glob);
  if (problem !== undefined || glob.split('/').length <= MAX_SEGMENTS) return problem;
  return `expected at most ${MAX_SEGMENTS} segments in a glob`;
}

const budgetSchema = z.strictObject({
  id: name,
  /** A count, or minor units of the currency. */
  max: z.int().min(0),
  /** The field of an action that is summed; without, actions are counted. */
  field: name.exactOptional(),
  /** ISO 4217. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .exactOptional(),
});

/**
 * What may be done under a delegation. Nothing outside every axis is permitted by it.
 *
 * `tools` and `resources` are globs in the grammar of policies, of at most 16 segments; `payloads`
 * are digests of canonical payloads, and without them any payload will do. Every constraint and
 * every budget restricts. A budget holds for what is done under the delegation and under all
 * delegations below it together, so a use is charged to each link of the chain.
 */
export const delegationScopeSchema = z.strictObject({
  tools: globsSchema,
  resources: globsSchema,
  payloads: z.array(sha256Schema).min(1).max(MAX_PAYLOADS).exactOptional(),
  constraints,
  budgets: z
    .array(budgetSchema)
    .max(MAX_BUDGETS)
    .refine((budgets) => new Set(budgets.map(({ id }) => id)).size === budgets.length, {
      message: 'expected every budget to have its own id',
    }),
});
export type DelegationScope = z.infer<typeof delegationScopeSchema>;

/**
 * Claims of a delegation pass. Registered names where there are any (RFC 7519, RFC 7800); `sub` is
 * the agent that holds it and may have passes issued under it. Closed: a member that is not listed
 * makes it malformed.
 */
export const delegationClaimsSchema = z.strictObject({
  ver: z.literal(1),
  iss,
  sub,
  /** Who may accept it and what is issued under it; without, whoever trusts the issuer. */
  aud: z.array(name).min(1).max(16).exactOptional(),
  jti,
  iat,
  exp,
  cnf,
  human,
  tenant,
  runtime,
  task,
  scope: delegationScopeSchema,
  delegation: z.strictObject({
    /** `jti` of the first delegation of the chain, which is its own. */
    root: jti,
    /** `jti` of the delegation above; the first one has none. */
    parent: jti.exactOptional(),
    /** Delegations above. */
    depth,
    /** How many further delegations may follow below. */
    hops: depth,
  }),
});
export type DelegationClaims = z.infer<typeof delegationClaimsSchema>;

/** @throws TypeError where the limit is not a whole number from 0 to 16. */
export function assertDepthLimit(maxDepth: number): void {
  if (depth.safeParse(maxDepth).success) return;
  throw new TypeError(`expected a depth from 0 to ${HARD_MAX_DEPTH}, got ${maxDepth}`);
}
