import {
  actionSchema,
  approvalArtifactSchema,
  decisionSchema,
  factsSchema,
  isJsonObject,
  obligationsSchema,
  reasonSchema,
  sha256Schema,
  verdictSchema,
  type JsonObject,
} from '@axtary/core';
import { z } from 'zod';

/** UTF-16 units of free text (messages, reasons) that a record keeps; `append` cuts the rest. */
export const MAX_FREE_TEXT = 4096;
/** Bytes of one line, without its newline. */
export const MAX_LINE_BYTES = 1024 * 1024;

export const id = z.string().min(1).max(512);
const freeText = z.string().max(MAX_FREE_TEXT);
const failure = z.strictObject({ code: id, message: freeText });
export const count = z.int().nonnegative();
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** The public key that signs checkpoints: P-256, exactly the members of its thumbprint. */
export const checkpointKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
});
export type CheckpointKey = z.infer<typeof checkpointKeySchema>;

// RFC 7517 and 7518: `d` is private in every asymmetric key, `k` is the whole of a symmetric one.
const publicJwk = z.custom<JsonObject>(
  (value) => isJsonObject(value) && !('d' in value) && !('k' in value),
  'expected a public JWK',
);

/** W3C Trace Context of the call that asked: what joins this ledger with traces. */
export const traceSchema = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  /** The caller's span. */
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
});
export type Trace = z.infer<typeof traceSchema>;

/** Microseconds by stage. */
const timings = z.record(z.string().max(64), count);

const { capability, ...actionRest } = actionSchema.shape;

/** An action as the ledger keeps it: the payload is present as its hash only. */
export const ledgerActionSchema = z.strictObject({
  ...actionRest,
  capability: capability.omit({ payload: true }),
});
export type LedgerAction = z.infer<typeof ledgerActionSchema>;

export const genesisBody = z.strictObject({
  software: id,
  checkpointKey: checkpointKeySchema.exactOptional(),
});

export const keyBody = z.strictObject({
  purpose: z.enum(['approver', 'pass', 'checkpoint']),
  /** RFC 7638 thumbprint. */
  kid: id,
  jwk: publicJwk,
  name: id,
  enrolledBy: z.enum(['first', 'recovery_code', 'host']),
});

export const decisionBody = z.strictObject({
  decisionId: id,
  verdict: verdictSchema,
  reasons: z.array(reasonSchema),
  obligations: obligationsSchema,
  facts: factsSchema,
  policyHash: sha256Schema,
  /** What executing adds to the meters of the rules that permit it. */
  usage: decisionSchema.shape.usage.unwrap().exactOptional(),
  /** What the verdict would be with the rules that are only tried out. */
  shadow: decisionSchema.shape.shadow.unwrap().exactOptional(),
  action: ledgerActionSchema.exactOptional(),
  actionHash: sha256Schema.exactOptional(),
  payloadHash: sha256Schema.exactOptional(),
  /** The delegations under which the agent acted, root first. */
  chain: z
    .array(z.strictObject({ jti: id, agent: id }))
    .min(1)
    .max(17)
    .exactOptional(),
  /** The tool call could not be parsed: nothing of its content is kept but its hash. */
  malformed: z
    .strictObject({ ...failure.shape, inputHash: sha256Schema, inputLength: count })
    .exactOptional(),
  /** No decision could be computed, so the verdict is `deny`. */
  failure: failure.exactOptional(),
  trace: traceSchema.exactOptional(),
  timings: timings.exactOptional(),
});

export const deniedSchema = z.strictObject({
  by: id,
  reason: freeText,
  signature: z.string().max(16_384).exactOptional(),
});

export const approvalBody = z.union([
  z.strictObject({ decisionId: id, artifact: approvalArtifactSchema }),
  z.strictObject({ decisionId: id, denied: deniedSchema }),
]);

export const passBody = z.strictObject({
  jti: id,
  decisionId: id,
  actionHash: sha256Schema,
  payloadHash: sha256Schema,
  kid: id.exactOptional(),
  /** RFC 3339, UTC. */
  expiresAt: id,
  unsigned: z.literal(true).exactOptional(),
  /** Thumbprint of the only key that may present it (RFC 7800). */
  jkt: id.exactOptional(),
});

/** What an intent adds to one meter, and whose count that is. */
export const meteredUseSchema = z.strictObject({
  meter: id,
  /** The values by which the meter counts apart: agent, human, tenant, runtime, task, tool. */
  scope: z.record(z.string().max(32), z.string().max(512)),
  amount: count,
  /** ISO 4217, where minor units of it are counted. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .exactOptional(),
});
export type MeteredUse = z.infer<typeof meteredUseSchema>;

export const intentBody = z.strictObject({
  intentId: id,
  decisionId: id,
  jti: id,
  tool: id,
  resource: z.string().min(1).max(4096),
  actionHash: sha256Schema,
  payloadHash: sha256Schema,
  /** Absent where no meter counts it. */
  usage: z.array(meteredUseSchema).exactOptional(),
});

export const outcomeBody = z.strictObject({
  intentId: id,
  /** `unknown`: it may have happened, as after a crash or an upstream that fell silent. */
  status: z.enum(['executed', 'failed', 'blocked', 'unknown']),
  resultHash: sha256Schema.exactOptional(),
  /** Bytes. */
  resultLength: count.exactOptional(),
  /** What the provider answered: the beginning of its canonical form, with secrets taken out. */
  result: z
    .strictObject({
      text: freeText,
      /** Absent where the text is all of it. */
      truncated: z.literal(true).exactOptional(),
      /** How many secrets were taken out. */
      redacted: count.exactOptional(),
    })
    .exactOptional(),
  error: failure.exactOptional(),
  timings: timings.exactOptional(),
});

/** A person found out how a call of unknown outcome ended. */
export const reconciliationBody = z.strictObject({
  intentId: id,
  outcome: z.enum(['executed', 'not_executed']),
  by: id,
  reason: freeText,
});

const revokedBody = z.strictObject({
  id,
  kind: z.enum(['pass', 'agent', 'task', 'key', 'delegation', 'all']),
  value: z.string().min(1).max(4096),
  by: id,
  reason: freeText,
  /** RFC 3339, UTC: when it was revoked, which may be before this ledger was open. */
  at: id,
});

/** An earlier revocation that does not hold any more. */
const liftedBody = z.strictObject({ lifted: id, by: id, reason: freeText, at: id });

export const revocationBody = z.union([revokedBody, liftedBody]);
export const redactedRevocationBody = z.union([
  revokedBody.partial({ reason: true }),
  liftedBody.partial({ reason: true }),
]);

export const policyChangeBody = z.strictObject({
  workspace: z.string().min(1).max(4096),
  policyHash: sha256Schema,
  previousPolicyHash: sha256Schema.exactOptional(),
  trustedBy: id,
  signature: z.string().max(16_384).exactOptional(),
});

/** The definition of a tool, as a client was shown it for the first time, or changed. */
export const toolPinnedBody = z.strictObject({
  server: id,
  tool: id,
  /** Digest of the command line or URL that reaches the server. */
  serverIdentity: sha256Schema,
  definitionHash: sha256Schema,
  previousHash: sha256Schema.exactOptional(),
});

const jws = z.string().max(4096);

export const checkpointBody = z.strictObject({
  /** Compact JWS over the record's own fields; see `checkpoint.ts`. */
  jws,
});

/** From the next record on, checkpoints are signed by another key. */
export const keyEpochBody = z.strictObject({
  /** 1 for the key after that of the genesis, and so on. */
  epoch: z.int().positive(),
  key: checkpointKeySchema,
  /** Both keys sign the same statement; see `key-epoch.ts`. */
  signatures: z.strictObject({ old: jws, new: jws }),
});

export const headSchema = z.strictObject({
  log: z.string().regex(/^log_[A-Za-z0-9_-]{22}$/),
  size: z.int().positive(),
  head: sha256Schema,
});

/** A person accepted that the ledger is not the one whose head was kept outside of it. */
export const gapBody = z.strictObject({
  reason: z.enum(['missing', 'shorter', 'replaced', 'unreadable']),
  /** What was kept outside. */
  expected: headSchema,
  /** What was there; absent where nothing could be read. */
  found: headSchema.exactOptional(),
  acceptedBy: id,
});

export const clockAnomalyBody = z.strictObject({
  /** `suspended`: the wall clock ran on while the machine's own stood still, or was set forward. */
  kind: z.enum(['backwards', 'suspended']),
  /** `ts` of the record before. */
  before: z.iso.datetime({ precision: 3 }),
  /** Milliseconds by which the wall clock differs from what was to be expected. */
  byMs: count,
});

export const recoveryBody = z.strictObject({
  /** Bytes of an unfinished last line that were cut off. */
  droppedBytes: count,
  droppedHash: sha256Schema,
});
