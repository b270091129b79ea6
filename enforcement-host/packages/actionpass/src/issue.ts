import {
  ARTIFACT_TYPES,
  canonicalize,
  type ApprovalArtifact,
  type Obligations,
  type ParsedAction,
} from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';

import { actionClaims, approvalClaim, type ActionDigests, type PassClaims } from './claims.js';
import { signCompact } from './jws.js';
import type { Signer } from './keys.js';

/** Ten minutes: what the pass of an allowed action lives unless policy says less. */
export const DEFAULT_PASS_TTL_SECONDS = 600;

export interface IssueOptions {
  readonly parsed: ParsedAction;
  readonly digests: ActionDigests;
  readonly policyHash: Sha256;
  readonly decisionId: string;
  readonly obligations: Obligations;
  readonly approval?: ApprovalArtifact | undefined;
  readonly issuer: string;
  readonly now: Date;
  readonly ttlSeconds?: number | undefined;
}

/** A signed pass. `token` is the compact JWS; `jti` is what one-use and revocation key on. */
export interface IssuedActionPass {
  readonly token: string;
  readonly jti: string;
  readonly claims: PassClaims;
}

/**
 * The claims of a pass for exactly this action; the shortest of all lifetimes wins.
 *
 * @throws TypeError when `ttlSeconds` is not a positive whole number.
 */
export function passClaims(options: IssueOptions): PassClaims {
  const { parsed, digests, approval } = options;
  const iat = Math.floor(options.now.getTime() / 1000);
  const { ttlSeconds = DEFAULT_PASS_TTL_SECONDS } = options;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds <= 0) {
    throw new TypeError(`expected a pass TTL in whole seconds, got ${ttlSeconds}`);
  }
  const ttl = Math.min(ttlSeconds, options.obligations.passTtlSeconds ?? Number.POSITIVE_INFINITY);
  return {
    ver: 0,
    iss: options.issuer,
    ...actionClaims(parsed),
    jti: newId('ap'),
    iat,
    exp: iat + ttl,
    constraints: parsed.action.capability.constraints as PassClaims['constraints'],
    payload_hash: digests.payloadHash,
    action_hash: digests.actionHash,
    policy_hash: options.policyHash,
    decision_id: options.decisionId,
    ...(approval === undefined ? {} : { approval: approvalClaim(approval) }),
  };
}

/** Signs the pass of a permitted action. Whether it is permitted is the caller's to know. */
export async function issuePass(signer: Signer, options: IssueOptions): Promise<IssuedActionPass> {
  const claims = passClaims(options);
  const token = await signCompact(signer, ARTIFACT_TYPES.pass, canonicalize(claims));
  return { token, jti: claims.jti, claims };
}
