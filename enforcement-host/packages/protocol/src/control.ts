import { sha256Schema } from '@axtary/core';
import { z } from 'zod';

import { anchorDescriptionsSchema } from './anchors.js';
import { authorityProtocol } from './authority.js';
import { notification, request } from './define.js';
import { exportSelectionSchema, ledgerProtocol } from './ledger.js';
import {
  approvalDetailSchema,
  approvalSummarySchema,
  approverSchema,
  ledgerItemSchema,
  publicJwkSchema,
  verifyReportSchema,
  workspaceStateSchema,
} from './model.js';
import { passSignerSchema } from './pass-signer.js';
import { policyIssueSchema, policyTextSchema } from './policy-model.js';
import { policyProtocol } from './policy.js';

/** Raised when a message changes shape; a client that speaks another one replaces the host. */
export const CONTROL_PROTOCOL_VERSION = 5;

const nothing = z.strictObject({});
const jws = z.string().max(16_384);
const workspace = z.string().max(4096);
/** A head of a ledger that its holder has seen: `size` records, ending in `head`. */
export const ledgerAnchorSchema = z.strictObject({
  log: z.string(),
  size: z.number().int().positive(),
  head: sha256Schema,
});
/** How long, and how many mebibytes of, payloads of past calls each folder's ledger keeps. */
export const payloadRetentionSchema = z.strictObject({
  days: z.number().int().min(1).max(36_500),
  megabytes: z.number().int().min(1).max(1_048_576),
});
export type PayloadRetention = z.infer<typeof payloadRetentionSchema>;
const stopReasonSchema = z.enum(['user', 'restart', 'upgrade']);
export type StopReason = z.infer<typeof stopReasonSchema>;
export type LedgerAnchor = z.infer<typeof ledgerAnchorSchema>;

/**
 * Control endpoint of the enforcement host: JSON-RPC 2.0 over the control socket. Until
 * `session/prove` or `approvers/enrol` has succeeded on a connection, every other method is
 * refused with `UNAUTHORISED`. `workspace` is the absolute path of the folder.
 */
export const controlProtocol = {
  /** First message. The challenge is to be signed with an approver's key, once, on this connection. */
  'session/open': request(
    z.strictObject({ client: z.string().max(256), protocolVersion: z.number().int() }),
    z.strictObject({
      challenge: z.string(),
      version: z.string(),
      protocolVersion: z.number().int(),
      approvers: z.array(approverSchema),
      /** An enrolment code (from whoever started the host) is accepted: nobody is enrolled yet. */
      enrolmentOpen: z.boolean(),
    }),
  ),
  /** `proof`: JWS typ `axtary-control+jwt` over {challenge, iat}, `kid` of an enrolled approver. */
  'session/prove': request(
    z.strictObject({ proof: jws }),
    z.strictObject({ approver: approverSchema }),
  ),
  /** Enrols the key that signed `proof`. `code`: the enrolment code, or the recovery code. */
  'approvers/enrol': request(
    z.strictObject({
      jwk: publicJwkSchema,
      name: z.string().min(1).max(256),
      proof: jws,
      code: z.string().max(256),
    }),
    z.strictObject({
      approver: approverSchema,
      /** Shown once; only its hash is kept. A used recovery code is replaced by this one. */
      recoveryCode: z.string(),
    }),
  ),

  /** Begins to serve a folder, and to notify this connection about it. */
  'workspaces/open': request(z.strictObject({ workspace }), workspaceStateSchema),
  'workspaces/close': request(z.strictObject({ workspace }), nothing),

  'policy/check': request(
    z.strictObject({ text: policyTextSchema }),
    z.strictObject({ issues: z.array(policyIssueSchema) }),
  ),
  /** The enforced text and the text in the file, for review. */
  'policy/proposal': request(
    z.strictObject({ workspace }),
    z.strictObject({
      enforcedText: z.string().optional(),
      proposedText: z.string().optional(),
      proposedHash: z.string().optional(),
      issues: z.array(policyIssueSchema),
    }),
  ),
  /** `statement`: JWS typ `axtary-policy-trust+jwt` over a PolicyTrustStatement. */
  'policy/trust': request(z.strictObject({ workspace, statement: jws }), workspaceStateSchema),
  ...policyProtocol,
  ...authorityProtocol,
  ...ledgerProtocol,

  'approvals/list': request(
    z.strictObject({ workspace }),
    z.strictObject({ pending: z.array(approvalSummarySchema) }),
  ),
  'approvals/get': request(z.strictObject({ workspace, id: z.string() }), approvalDetailSchema),
  /** `statement`: JWS typ `axtary-approval+jwt` over an ApprovalStatement. */
  'approvals/answer': request(
    z.strictObject({ workspace, id: z.string(), statement: jws }),
    approvalSummarySchema,
  ),

  /** Newest first, before `before` (exclusive) where given. */
  'ledger/list': request(
    z.strictObject({
      workspace,
      before: z.number().int().optional(),
      limit: z.number().int().min(1).max(1000),
    }),
    z.strictObject({ items: z.array(ledgerItemSchema), size: z.number().int() }),
  ),
  /**
   * Signs a checkpoint and writes a signed export of the ledger to `file`: from record `from` on, or
   * what `select` chooses. What is there is replaced. `redact` names sealed members to keep back,
   * such as `payloadHash`, and `disclosures` a file for what opens them. With `run`, progress is told
   * under that name, and `policy/cancel` ends it; then neither file is written.
   */
  'ledger/export': request(
    z.strictObject({
      workspace,
      file: z.string(),
      from: z.number().int().nonnegative().optional(),
      select: exportSelectionSchema.optional(),
      redact: z.array(z.string().max(256)).max(100).optional(),
      disclosures: z.string().optional(),
      run: z.string().max(128).optional(),
    }),
    z.strictObject({
      records: z.number().int(),
      hidden: z.number().int(),
      anchor: ledgerAnchorSchema,
    }),
  ),
  /** With `run`, progress is told under that name, and `policy/cancel` ends it. */
  'ledger/verify': request(
    z.strictObject({
      file: z.string(),
      anchor: ledgerAnchorSchema.optional(),
      trustRoot: z.string().max(64).optional(),
      run: z.string().max(128).optional(),
    }),
    verifyReportSchema,
  ),

  /**
   * Where MCP clients of this window reach the gateway. The bearer dies with this connection. With
   * `jkt` it is worth nothing without proofs by the key of that thumbprint (RFC 9449), and so are
   * the passes of its calls.
   */
  'agents/endpoint': request(
    z.strictObject({ workspace, jkt: z.string().length(43).optional() }),
    z.strictObject({
      bearer: z.string(),
      servers: z.array(z.strictObject({ name: z.string(), url: z.string(), version: z.string() })),
    }),
  ),

  /**
   * The human's own words to an agent, from the chat or prompt hook that saw them typed; never
   * anything a tool gave. `session`: that of actions' `context.session`; by default every session
   * of this window (the bearers of this connection). Later words replace earlier ones; without
   * `text` there are none any more.
   */
  'sessions/request': request(
    z.strictObject({
      workspace,
      session: z.string().min(1).max(512).optional(),
      text: z.string().max(65_536).optional(),
    }),
    nothing,
  ),

  /** For every folder, until somebody says otherwise; what is to be kept no more is erased at once. */
  'payloads/retain': request(payloadRetentionSchema, nothing),

  /** Who keeps the checkpoints of every folder's ledger, until somebody says otherwise. */
  'anchors/set': request(z.strictObject({ anchors: anchorDescriptionsSchema }), nothing),

  /** `user`: for every window, until someone starts it. Otherwise another one follows at once. */
  'host/stop': request(z.strictObject({ reason: stopReasonSchema }), nothing),

  'workspace/changed': notification(workspaceStateSchema),
  'approvals/changed': notification(
    z.strictObject({ workspace, pending: z.array(approvalSummarySchema) }),
  ),
  /** The newest records, newest first; `size` tells whether some were missed. */
  'ledger/changed': notification(
    z.strictObject({
      workspace,
      size: z.number().int(),
      anchor: ledgerAnchorSchema,
      items: z.array(ledgerItemSchema),
    }),
  ),
  /** How far an export under way has come. */
  'ledger/exporting': notification(
    z.strictObject({ run: z.string(), records: z.number().int(), total: z.number().int() }),
  ),
  /** How far a verification under way has come. */
  'ledger/verifying': notification(
    z.strictObject({
      run: z.string(),
      records: z.number().int(),
      bytes: z.number().int(),
      totalBytes: z.number().int(),
    }),
  ),
  /** The last message before the connection ends on purpose. */
  'host/stopping': notification(z.strictObject({ reason: stopReasonSchema })),
  'host/log': notification(
    z.strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']),
      time: z.string(),
      message: z.string(),
    }),
  ),
} as const;
export type ControlProtocol = typeof controlProtocol;

/** What whoever starts the enforcement host writes to its standard input, one line of JSON. */
export const hostStartSchema = z.strictObject({
  /** Accepted once, while nobody is enrolled. */
  enrolmentCode: z.string().min(16).max(256),
  /** Folders to serve without an editor; `file` trusts axtary.yml as it stands, and says so. */
  headless: z
    .array(
      z.strictObject({ workspace, config: z.string(), policyTrust: z.enum(['signed', 'file']) }),
    )
    .optional(),
  /** Private key that signs passes, as `keys/provide` takes it; it is kept in memory only. */
  passKey: authorityProtocol['keys/provide'].params.shape.jwk.optional(),
  /** Signs passes instead of any key in memory. Its credentials are kept in memory only. */
  passSigner: passSignerSchema.optional(),
  /** As `payloads/retain`. Default: 180 days, 1024 mebibytes. */
  retention: payloadRetentionSchema.partial().optional(),
});
export type HostStart = z.infer<typeof hostStartSchema>;

/** What the enforcement host writes to its standard output when it is ready, one line of JSON. */
export const hostReadySchema = z.strictObject({
  ready: z.literal(true),
  pid: z.number().int(),
  version: z.string(),
  /** Set for headless folders only. */
  headless: z
    .array(
      z.strictObject({
        workspace,
        /** False while nobody has trusted its policy: everything is denied. */
        isEnforced: z.boolean(),
        bearer: z.string(),
        servers: z.array(z.strictObject({ name: z.string(), url: z.string() })),
      }),
    )
    .optional(),
});
export type HostReady = z.infer<typeof hostReadySchema>;
