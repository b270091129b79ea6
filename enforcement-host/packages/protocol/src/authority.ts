import { z } from 'zod';

import { notification, request } from './define.js';
import { publicJwkSchema } from './model.js';

const nothing = z.strictObject({});
const workspace = z.string().max(4096);
const reason = z.string().min(1).max(1024);
const id = z.string().min(1).max(512);

/** What a revocation goes by; `all`: every pass issued so far, and every call until it is lifted. */
export const revocationKindSchema = z.enum(['pass', 'agent', 'task', 'key', 'delegation', 'all']);
export type RevocationKind = z.infer<typeof revocationKindSchema>;

export const revocationViewSchema = z.strictObject({
  id,
  kind: revocationKindSchema,
  value: z.string(),
  reason: z.string(),
  by: z.string(),
  /** RFC 3339, UTC. */
  at: z.string(),
  /** It does not hold any more. */
  lifted: z.strictObject({ by: z.string(), reason: z.string(), at: z.string() }).optional(),
});
export type RevocationView = z.infer<typeof revocationViewSchema>;

/** A key that passes are verified with. `isSigning`: new passes are signed with it. */
export const passKeyViewSchema = z.strictObject({
  kid: z.string(),
  state: z.enum(['active', 'retired', 'revoked']),
  /** RFC 3339, UTC; of retired keys. */
  notAfter: z.string().optional(),
  isSigning: z.boolean(),
});
export type PassKeyView = z.infer<typeof passKeyViewSchema>;

/** One budget or rate of the enforced policy, and what one scope has used of it. */
export const budgetViewSchema = z.strictObject({
  /** `<rule id>.budget.<index>` or `<rule id>.rate.<index>`. */
  meter: z.string(),
  rule: z.string(),
  /** The field that is summed up; absent where executions are counted. */
  field: z.string().optional(),
  currency: z.string().optional(),
  max: z.number().int(),
  windowSeconds: z.number().int(),
  /** Whose count it is, such as `{ human: 'user:ada@example.com' }`. */
  scope: z.record(z.string(), z.string()),
  /** Counted in the window, with what is reserved. */
  used: z.number().int(),
  /** Of that, in flight or of unknown outcome. */
  reserved: z.number().int(),
});
export type BudgetView = z.infer<typeof budgetViewSchema>;

/** A reservation that is not settled. */
export const reservationViewSchema = z.strictObject({
  /** The intent it belongs to. */
  id,
  /** `unknown`: it may have been executed; a person finds out. */
  state: z.enum(['reserved', 'unknown']),
  since: z.string(),
  uses: z.array(z.strictObject({ meter: z.string(), amount: z.number().int() })),
});
export type ReservationView = z.infer<typeof reservationViewSchema>;

/** A delegation under which an agent acts for another one. */
export const delegationViewSchema = z.strictObject({
  jti: id,
  agent: z.string(),
  parent: z.string().optional(),
  root: z.string(),
  depth: z.number().int(),
  hops: z.number().int(),
  task: z.string(),
  tools: z.array(z.string()),
  resources: z.array(z.string()),
  expiresAt: z.string(),
  /** Why it is refused, where it is. */
  problem: z.string().optional(),
});
export type DelegationView = z.infer<typeof delegationViewSchema>;

/** The keys, revocations, budgets and delegations behind what agents may do in one workspace. */
export const authorityStateSchema = z.strictObject({
  workspace,
  /** Everything is refused until a person lifts this. */
  stopped: revocationViewSchema.optional(),
  keys: z.array(passKeyViewSchema),
  /** Newest first. */
  revocations: z.array(revocationViewSchema),
  budgets: z.array(budgetViewSchema),
  reservations: z.array(reservationViewSchema),
  delegations: z.array(delegationViewSchema),
});
export type AuthorityState = z.infer<typeof authorityStateSchema>;

/** A private signing key on its way from an editor's secret storage; it is kept in memory only. */
const privateJwkSchema = publicJwkSchema.extend({ d: z.string().length(43) });

/** Keys, revocations, budgets and delegations: methods of the control endpoint. */
export const authorityProtocol = {
  'authority/get': request(z.strictObject({ workspace }), authorityStateSchema),
  /**
   * Offers the key that this editor keeps for signing passes. It is taken where no editor has given
   * one yet, unless it was retired or revoked.
   */
  'keys/provide': request(
    z.strictObject({ jwk: privateJwkSchema }),
    z.strictObject({ kid: z.string(), isTaken: z.boolean() }),
  ),
  /** Signs with this key from now on. The one before verifies until its last pass has expired. */
  'keys/rotate': request(
    z.strictObject({ jwk: privateJwkSchema }),
    z.strictObject({ kid: z.string(), previous: z.string().optional() }),
  ),
  /** Public keys of passes, as a JWK Set (RFC 7517 section 5). */
  'keys/jwks': request(nothing, z.strictObject({ jwks: z.json() })),
  /** Revokes at once. `value` is needed except for `all`. */
  'revocations/add': request(
    z.strictObject({ kind: revocationKindSchema, value: id.optional(), reason }),
    revocationViewSchema,
  ),
  /** Lets an agent, a task or everything act again. Passes, keys and delegations are revoked for good. */
  'revocations/lift': request(z.strictObject({ id, reason }), nothing),
  /** Says how a call of unknown outcome ended, so that its budget is charged or given back. */
  'budgets/reconcile': request(
    z.strictObject({ workspace, id, outcome: z.enum(['executed', 'not_executed']), reason }),
    nothing,
  ),

  'authority/changed': notification(authorityStateSchema),
} as const;
