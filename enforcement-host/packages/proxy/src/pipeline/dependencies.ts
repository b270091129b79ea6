import type { Signer } from '@axtary/actionpass';
import type { ApprovalResolver } from '@axtary/approvals';
import type {
  ApprovalArtifact,
  ApprovalFact,
  Clock,
  Handlers,
  JsonLimits,
  PinCheckers,
} from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import type { Ledger } from '@axtary/ledger';
import type { Policy } from '@axtary/policy';

import type { UsageMeters } from '../usage-meters.js';

/** Static, or asked before every decision; a getter that fails denies. */
export type PolicySource = Policy | (() => Policy | Promise<Policy>);

/**
 * Establishes what an approval artifact is worth: rejects when it is not to be believed, and names
 * the approver's roles.
 */
export type ApprovalVerifier = (artifact: ApprovalArtifact) => Promise<ApprovalFact>;

/**
 * Keeps payloads by their digest, for looking back: no part of the evidence. Must neither reject
 * nor hold anything up.
 */
export interface PayloadStore {
  put(hash: Sha256, bytes: string): Promise<void>;
}

/** Everything the pipeline reaches, and nothing else. */
export interface Dependencies {
  readonly issuer: string;
  readonly tenant: string;
  readonly ledger: Ledger;
  readonly handlers: Handlers;
  readonly policy: PolicySource;
  /** Absent only with `allowUnsignedExecution`. */
  readonly signer: Signer | undefined;
  readonly approvalResolver: ApprovalResolver | undefined;
  readonly verifyApproval: ApprovalVerifier;
  readonly pinCheckers: PinCheckers;
  readonly meters: UsageMeters;
  readonly payloads: PayloadStore | undefined;
  readonly handlerTimeoutMs: number;
  readonly passTtlSeconds: number | undefined;
  readonly limits: JsonLimits;
  readonly clock: Clock;
  /** Aborts when the runtime closes: calls that wait for a person stop waiting. */
  readonly closing: AbortSignal;
}
