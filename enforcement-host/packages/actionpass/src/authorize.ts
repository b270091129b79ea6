import {
  parseAction,
  systemClock,
  type ApprovalArtifact,
  type ApprovalFact,
  type Clock,
  type Decision,
  type Facts,
} from '@axtary/core';
import { newId, sha256, type Sha256 } from '@axtary/core/digest';
import { codingAgentPolicy, evaluatePolicy, type Policy } from '@axtary/policy';

import { assertApprovalBinds, digestsOf } from './approval-artifact.js';
import { issuePass, type IssuedActionPass } from './issue.js';
import { createSigner, type SigningKey } from './keys.js';

export interface AuthorizeOptions {
  readonly action: unknown;
  readonly issuer: string;
  /** Must be the tenant of the action. */
  readonly tenant: string;
  readonly signingKey: SigningKey;
  /** Default: the built-in `coding-agent` preset. */
  readonly policy?: Policy;
  readonly approvalArtifact?: ApprovalArtifact;
  /** Upper bound; policy may ask for less. */
  readonly passTtlSeconds?: number;
  /** RFC 7638 thumbprint of the only key that may present the pass: version 1. Default: version 0. */
  readonly holder?: string;
  /** Who may accept the pass. Needs a holder. */
  readonly audience?: readonly string[];
  readonly clock?: Clock;
}

/** What was decided, on which grounds: everything needed to decide it again. */
export interface DecisionEvidence {
  readonly decisionId: string;
  readonly actionHash: Sha256;
  readonly payloadHash: Sha256;
  readonly policyHash: Sha256;
  readonly decision: Decision;
  readonly facts: Facts;
}

interface Authorized {
  readonly decision: Decision;
  readonly actionHash: Sha256;
  readonly payloadHash: Sha256;
  readonly policyHash: Sha256;
  /** For a ledger. */
  readonly record: DecisionEvidence;
}

/** A pass is there exactly when the decision is `allow`. */
export type AuthorizeResult = Authorized &
  (
    | { readonly permitted: true; readonly actionPass: IssuedActionPass }
    | { readonly permitted: false; readonly actionPass?: undefined }
  );

/** Digest by which decisions, approvals and passes name a policy: SHA-256 of its text. */
export function policyHash(policy: Policy): Sha256 {
  const known = policyHashes.get(policy);
  if (known !== undefined) return known;
  const hash = sha256(policy.text);
  policyHashes.set(policy, hash);
  return hash;
}

const policyHashes = new WeakMap<Policy, Sha256>();

/**
 * Decides an action and, when it is allowed (if need be by the approval), issues its pass.
 *
 * @throws ActionError when the action is malformed; VerificationError `APPROVAL_ARTIFACT_INVALID`
 *   when the approval is for another action or payload, or has expired; TypeError for a tenant
 *   that is not the action's, an audience without a holder, or a key that cannot sign ES256.
 */
export async function authorize(options: AuthorizeOptions): Promise<AuthorizeResult> {
  const parsed = parseAction(options.action);
  const digests = digestsOf(parsed);
  if (parsed.action.actor.tenant !== options.tenant) {
    throw new TypeError(`the action belongs to another tenant than ${options.tenant}`);
  }
  const now = (options.clock ?? systemClock).now();
  const policy = options.policy ?? codingAgentPolicy;
  const { approvalArtifact } = options;
  if (approvalArtifact) assertApprovalBinds(approvalArtifact, digests, now);

  const facts: Facts = { now: now.toISOString(), approvals: approvalFacts(approvalArtifact) };
  const decision = evaluatePolicy(parsed.action, policy, facts);
  const decisionId = newId('dec');
  const named = { ...digests, policyHash: policyHash(policy) };
  const result = { decision, ...named, record: { decisionId, ...named, decision, facts } };
  if (decision.decision !== 'allow') return { ...result, permitted: false };

  const actionPass = await issuePass(createSigner(options.signingKey), {
    parsed,
    digests,
    policyHash: named.policyHash,
    decisionId,
    obligations: decision.obligations,
    approval: approvalArtifact,
    issuer: options.issuer,
    now,
    ttlSeconds: options.passTtlSeconds,
    holder: options.holder,
    audience: options.audience,
  });
  return { ...result, permitted: true, actionPass };
}

/** What policy is told of an approval. Roles come from whoever knows the approver; here, none. */
export function approvalFacts(
  artifact: ApprovalArtifact | undefined,
  roles: readonly string[] = [],
): ApprovalFact[] {
  if (artifact === undefined) return [];
  const { id, mode, approvedBy } = artifact;
  return [{ id, mode, approvedBy, roles: [...roles] }];
}
