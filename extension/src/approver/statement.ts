import type {
  ApprovalDetail,
  ApprovalStatement,
  Clock,
  PolicyTrustStatement,
} from '@axtary/protocol';

/** A verdict on one request, as the reviewer gave it. */
export interface Verdict {
  readonly verdict: ApprovalStatement['verdict'];
  readonly reason: string;
  /** Name under which the approver is enrolled. */
  readonly approver: string;
}

/** The claims to be signed: bound to action, payload, policy, tool definition and a one-use nonce. */
export function approvalStatement(
  detail: ApprovalDetail,
  { verdict, reason, approver }: Verdict,
  clock: Clock,
): ApprovalStatement {
  return {
    jti: detail.nonce,
    approval_id: detail.id,
    verdict,
    sub: approver,
    action_hash: detail.actionHash,
    payload_hash: detail.payloadHash,
    policy_hash: detail.policyHash,
    ...(detail.definitionHash === undefined ? {} : { definition_hash: detail.definitionHash }),
    reason,
    iat: numericDate(clock),
  };
}

export interface PolicyTrust {
  readonly nonce: string;
  readonly approver: string;
  /** Absolute path of the folder. */
  readonly workspace: string;
  readonly policyHash: PolicyTrustStatement['policy_hash'];
}

/** The claims that make a policy file the enforced one for a workspace. */
export function policyTrustStatement(trust: PolicyTrust, clock: Clock): PolicyTrustStatement {
  return {
    jti: trust.nonce,
    sub: trust.approver,
    workspace: trust.workspace,
    policy_hash: trust.policyHash,
    iat: numericDate(clock),
  };
}

/** NumericDate (RFC 7519 section 2): whole seconds. */
export function numericDate(clock: Clock): number {
  return Math.floor(clock.now().getTime() / 1000);
}
