import type { KeyFinder, RevocationCheck, Signer } from '@axtary/actionpass';
import type { ApprovalResolver } from '@axtary/approvals';
import type { Budgets } from '@axtary/budgets';
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

/** Static, or asked before every pass: keys rotate. */
export type SignerSource = Signer | (() => Signer | Promise<Signer>);

/** Everything the pipeline reaches, and nothing else. */
export interface Dependencies {
  readonly issuer: string;
  readonly tenant: string;
  readonly ledger: Ledger;
  readonly handlers: Handlers;
  readonly policy: PolicySource;
  /** Absent only with `allowUnsignedExecution`. */
  readonly signer: SignerSource | undefined;
  /** Thumbprint of the key by which passes are presented, where no caller has proved another one. */
  readonly holder: string | undefined;
  /** The keys that delegations are verified with. */
  readonly keyring: KeyFinder | undefined;
  readonly maxDelegationDepth: number;
  readonly revocations: RevocationCheck | undefined;
  readonly approvalResolver: ApprovalResolver | undefined;
  readonly verifyApproval: ApprovalVerifier;
  readonly pinCheckers: PinCheckers;
  readonly budgets: Budgets;
  readonly payloads: PayloadStore | undefined;
  readonly handlerTimeoutMs: number;
  readonly passTtlSeconds: number | undefined;
  readonly limits: JsonLimits;
  readonly clock: Clock;
  /** Aborts when the runtime closes: calls that wait for a person stop waiting. */
  readonly closing: AbortSignal;
}
