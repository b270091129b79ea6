import { ARTIFACT_TYPES, canonicalize, systemClock, type Clock } from '@axtary/core';
import { newId } from '@axtary/core/digest';

import { VerificationError } from '../errors.js';
import { signCompact } from '../jws.js';
import type { Signer } from '../keys.js';
import { attenuationProblem, widened } from './attenuation.js';
import {
  DEFAULT_MAX_DEPTH,
  assertDepthLimit,
  delegationClaimsSchema,
  type DelegationClaims,
  type DelegationScope,
} from './claims.js';
import type { VerifiedDelegation } from './verify.js';

/** One hour: what a first delegation lives unless it is asked for less or more. */
export const DEFAULT_DELEGATION_TTL_SECONDS = 3600;

// In base64url still far below what a verifier reads.
const MAX_CLAIMS_LENGTH = 32 * 1024;

/** Who holds a delegation. */
interface Holder {
  /** The agent, `sub` of the delegation. */
  readonly agent: string;
  /** RFC 7638 thumbprint of the agent's key, for `cnf` (RFC 7800). */
  readonly jkt: string;
}

export interface IssueDelegationOptions extends Holder {
  readonly issuer: string;
  readonly human: string;
  readonly tenant: string;
  readonly task: string;
  readonly runtime: string;
  /** Default: no constraints and no budgets of its own. */
  readonly scope: Pick<DelegationScope, 'tools' | 'resources'> & Partial<DelegationScope>;
  /** How many delegations may follow below; default 0. */
  readonly hops?: number;
  /** Bounds `hops`, at most 16; default 4. */
  readonly maxDepth?: number;
  readonly audience?: readonly string[];
  readonly ttlSeconds?: number;
  readonly clock?: Clock;
}

export interface DelegateOptions extends Holder {
  /**
   * Verified for this very request, with `presentedBy`: only its holder may hand it on.
   */
  readonly parent: VerifiedDelegation;
  /** Default: that of the parent. A sub-agent may run elsewhere. */
  readonly runtime?: string;
  /** Axis by axis; what is left out is that of the parent, what is given replaces it. */
  readonly scope?: Partial<DelegationScope>;
  /** Default: that of the parent. */
  readonly audience?: readonly string[];
  /** Default: until the parent expires. */
  readonly ttlSeconds?: number;
  readonly clock?: Clock;
}

/** A signed delegation. `token` is the compact JWS; `jti` is what revocation keys on. */
export interface IssuedDelegation {
  readonly token: string;
  readonly jti: string;
  readonly claims: DelegationClaims;
}

/**
 * Issues the first delegation of a chain. It permits no action by itself: passes are issued under
 * it, each for one exact action. Whether it may be issued is the caller's to know.
 *
 * @throws VerificationError `DELEGATION_TOO_DEEP` for more hops than `maxDepth`; TypeError when the
 *   options make no delegation or the signer has no `kid`.
 */
export async function issueDelegation(
  signer: Signer,
  options: IssueDelegationOptions,
): Promise<IssuedDelegation> {
  const { audience, hops = 0, maxDepth = DEFAULT_MAX_DEPTH } = options;
  assertDepthLimit(maxDepth);
  if (hops > maxDepth) {
    throw new VerificationError('DELEGATION_TOO_DEEP', `expected at most ${maxDepth} hops`);
  }
  const jti = newId('dp');
  const iat = secondsOf(options.clock);
  return sign(signer, {
    ver: 1,
    iss: options.issuer,
    sub: options.agent,
    ...(audience === undefined ? {} : { aud: audience }),
    jti,
    iat,
    exp: iat + lifetime(options.ttlSeconds ?? DEFAULT_DELEGATION_TTL_SECONDS),
    cnf: { jkt: options.jkt },
    human: options.human,
    tenant: options.tenant,
    runtime: options.runtime,
    task: options.task,
    scope: { constraints: {}, budgets: [], ...options.scope },
    delegation: { root: jti, depth: 0, hops },
  });
}

/**
 * Issues a delegation below another one: same issuer, human owner, tenant and task, one hop fewer,
 * and on no axis wider.
 *
 * @param signer signs for the parent's issuer.
 * @throws VerificationError `DELEGATION_TOO_DEEP` where the parent has no hop left,
 *   `DELEGATION_WIDENED` naming the axis, `PASS_EXPIRED` where the parent has expired; TypeError
 *   when the options make no delegation or the signer has no `kid`.
 */
export async function delegate(
  signer: Signer,
  options: DelegateOptions,
): Promise<IssuedDelegation> {
  const { leaf } = options.parent;
  const { root, depth, hops } = leaf.delegation;
  const iat = secondsOf(options.clock);
  if (iat >= leaf.exp) throw new VerificationError('PASS_EXPIRED', 'the delegation has expired');
  if (hops === 0) {
    throw new VerificationError('DELEGATION_TOO_DEEP', 'the delegation has no hop left');
  }
  const { audience, ttlSeconds } = options;
  const child = {
    ...leaf,
    sub: options.agent,
    ...(audience === undefined ? {} : { aud: audience }),
    jti: newId('dp'),
    iat,
    exp: ttlSeconds === undefined ? leaf.exp : iat + lifetime(ttlSeconds),
    cnf: { jkt: options.jkt },
    runtime: options.runtime ?? leaf.runtime,
    scope: { ...leaf.scope, ...options.scope },
    delegation: { root, parent: leaf.jti, depth: depth + 1, hops: hops - 1 },
  };
  return sign(signer, child, leaf);
}

async function sign(
  signer: Signer,
  unchecked: unknown,
  parent?: DelegationClaims,
): Promise<IssuedDelegation> {
  if (signer.kid === undefined) throw new TypeError('expected a signer with a kid');
  const claims = delegationClaims(unchecked);
  const problem = parent && attenuationProblem(parent, claims);
  if (problem) throw widened(problem);
  const text = canonicalize(claims);
  if (Buffer.byteLength(text) > MAX_CLAIMS_LENGTH) {
    throw new TypeError(`expected at most ${MAX_CLAIMS_LENGTH} bytes of claims`);
  }
  const token = await signCompact(signer, ARTIFACT_TYPES.delegation, text);
  return { token, jti: claims.jti, claims };
}

function delegationClaims(value: unknown): DelegationClaims {
  const parsed = delegationClaimsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TypeError(`not a delegation: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function secondsOf(clock: Clock = systemClock): number {
  return Math.floor(clock.now().getTime() / 1000);
}

function lifetime(seconds: number): number {
  if (Number.isSafeInteger(seconds) && seconds > 0) return seconds;
  throw new TypeError(`expected a TTL in whole seconds, got ${seconds}`);
}
