import {
  ARTIFACT_TYPES,
  canonicalize,
  type ApprovalArtifact,
  type Obligations,
  type ParsedAction,
} from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';

import {
  actionClaims,
  approvalClaim,
  statusListReferenceSchema,
  type ActionDigests,
  type PassClaims,
  type PassClaimsV1,
  type StatusListReference,
} from './claims.js';
import type { VerifiedDelegation } from './delegation/verify.js';
import { assertWithin, delegationClaim } from './delegation/within.js';
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
  /**
   * RFC 7638 thumbprint of the only key that may present the pass: it makes it one of version 1.
   * Under a delegation, the delegation's own.
   */
  readonly holder?: string | undefined;
  /** The chain that the agent acts under; the pass ends with it at the latest. */
  readonly delegation?: VerifiedDelegation | undefined;
  /** Who may accept the pass. Needs a holder. */
  readonly audience?: readonly string[] | undefined;
  /**
   * Index of the pass in a status list that the caller publishes, and where: an index is given to
   * one pass. Needs a holder.
   */
  readonly status?: StatusListReference | undefined;
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
 * @throws VerificationError `DELEGATION_INVALID` or `DELEGATION_WIDENED` where the action is not
 *   within the delegation; TypeError when `ttlSeconds` is not a positive whole number, for an
 *   audience or a status without a holder, and for a status without an index.
 */
export function passClaims(options: IssueOptions): PassClaims {
  const { parsed, digests, approval, delegation } = options;
  const iat = Math.floor(options.now.getTime() / 1000);
  const content = {
    iss: options.issuer,
    ...actionClaims(parsed),
    jti: newId('ap'),
    iat,
    exp: Math.min(iat + ttlOf(options), delegation?.leaf.exp ?? Number.POSITIVE_INFINITY),
    constraints: parsed.action.capability.constraints as PassClaims['constraints'],
    payload_hash: digests.payloadHash,
    action_hash: digests.actionHash,
    policy_hash: options.policyHash,
    decision_id: options.decisionId,
    ...(approval === undefined ? {} : { approval: approvalClaim(approval) }),
  };
  const jkt = delegation?.leaf.cnf.jkt ?? options.holder;
  if (jkt === undefined) {
    if (options.audience ?? options.status) {
      throw new TypeError('a pass with an audience or a status needs a holder');
    }
    return { ver: 0, ...content };
  }
  const claims: PassClaimsV1 = { ver: 1, ...content, cnf: { jkt }, ...versionOneClaims(options) };
  if (delegation) assertWithin(delegation, claims);
  return claims;
}

function versionOneClaims({
  audience,
  delegation,
  status,
}: IssueOptions): Pick<PassClaimsV1, 'aud' | 'delegation' | 'status'> {
  return {
    ...(audience && { aud: [...audience] }),
    ...(delegation && { delegation: delegationClaim(delegation) }),
    ...(status && { status: statusClaim(status) }),
  };
}

function statusClaim(status: StatusListReference): NonNullable<PassClaimsV1['status']> {
  const reference = statusListReferenceSchema.safeParse(status);
  if (reference.success) return { status_list: reference.data };
  throw new TypeError('expected a status with an index from 0 and where its list is');
}

function ttlOf({
  ttlSeconds = DEFAULT_PASS_TTL_SECONDS,
  obligations,
}: Pick<IssueOptions, 'ttlSeconds' | 'obligations'>): number {
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds <= 0) {
    throw new TypeError(`expected a pass TTL in whole seconds, got ${ttlSeconds}`);
  }
  return Math.min(ttlSeconds, obligations.passTtlSeconds ?? Number.POSITIVE_INFINITY);
}

/** Signs the pass of a permitted action. Whether it is permitted is the caller's to know. */
export async function issuePass(signer: Signer, options: IssueOptions): Promise<IssuedActionPass> {
  const claims = passClaims(options);
  const token = await signCompact(signer, ARTIFACT_TYPES.pass, canonicalize(claims));
  return { token, jti: claims.jti, claims };
}
