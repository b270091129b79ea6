import type { PendingApproval } from '@axtary/approvals';
import type { Decision, HandlerProgress, JsonValue } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

/** Milliseconds spent in each stage. A stage that was not reached is 0. */
export interface Timings {
  readonly parse: number;
  readonly policy: number;
  /** Waiting for a person; 0 where none was asked. */
  readonly approval: number;
  readonly actionPassIssuance: number;
  readonly ledgerAppend: number;
  readonly handlerExecution: number;
  readonly total: number;
}

/** Why nothing was executed. */
export type BlockCode =
  | 'POLICY_DENIED'
  | 'POLICY_UNAVAILABLE'
  | 'APPROVAL_REQUIRED'
  | 'APPROVAL_PENDING'
  | 'APPROVAL_DENIED'
  | 'APPROVAL_INVALID'
  | 'APPROVAL_UNAVAILABLE'
  | 'HANDLER_UNKNOWN'
  | 'PASS_UNAVAILABLE'
  | 'PIN_CHANGED'
  | 'REVOKED'
  | 'LEDGER_UNAVAILABLE'
  | 'CANCELLED';

interface Bound {
  readonly actionHash: Sha256;
  readonly payloadHash: Sha256;
  readonly decision: Decision;
  readonly timings: Timings;
}

/** The handler ran once and answered; decision, pass, intent and outcome are durable. */
export interface ExecutedResult extends Bound {
  readonly status: 'executed';
  readonly result: JsonValue;
  /** Absent only with `allowUnsignedExecution`. */
  readonly pass?: { readonly jti: string; readonly token: string };
}

/** Nothing was executed. */
export interface BlockedResult extends Bound {
  readonly status: 'blocked';
  readonly code: BlockCode;
  /** For the agent: what happened and what it can do. */
  readonly message: string;
  readonly approvalId?: string;
}

/** The handler was called after the recorded allow, and did not answer in time or answered an error. */
export interface FailedResult extends Bound {
  readonly status: 'failed';
  readonly error: { readonly code: string; readonly message: string };
}

/** The input is not an action. Nothing was executed. */
export interface MalformedResult {
  readonly status: 'malformed';
  readonly error: { readonly code: string; readonly message: string };
  readonly timings: Timings;
}

export type HandleResult = ExecutedResult | BlockedResult | FailedResult | MalformedResult;

export interface HandleOptions {
  /** Aborting before the handler was called means: not executed. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HandlerProgress) => void;
  /** Called once when the call begins to wait for a person. */
  readonly onPending?: (approval: PendingApproval) => void;
  /** How long to wait for a person, in milliseconds; then `APPROVAL_PENDING`. Default: until it expires. */
  readonly holdFor?: number;
  /**
   * The delegations under which the agent acts, root first. The whole chain is verified, and that
   * the action is within it, before a person is asked and again before it executes.
   */
  readonly delegation?: readonly string[];
  /** Thumbprint of the key that the caller has proved to hold: the pass is bound to it. */
  readonly presentedBy?: string;
}

/** The policy enforcement point. */
export interface ProxyRuntime {
  /** Never rejects: every failure is a result, and every failure before the handler means not executed. */
  handle(input: unknown, options?: HandleOptions): Promise<HandleResult>;
  /** Ends calls that wait for a person, waits for those that execute, and blocks later ones. */
  close(): Promise<void>;
}
