import { ARTIFACT_TYPES, systemClock, type Clock } from '@axtary/core';

import { VerificationError } from '../errors.js';
import { parseCompact, verifyParsed } from '../jws.js';
import type { KeyFinder } from '../keys/keyring.js';
import type { RevocationCheck } from '../revocation/revocations.js';
import { HEADER_MEMBERS, assertAudience, assertLifetime } from '../validity.js';
import { attenuationProblem, widened } from './attenuation.js';
import {
  DEFAULT_MAX_DEPTH,
  assertDepthLimit,
  delegationClaimsSchema,
  type DelegationClaims,
} from './claims.js';

export interface VerifyDelegationChainOptions {
  /** The signed delegations, from the root to the leaf, none left out. */
  readonly tokens: readonly string[];
  /** The issuer's keys; links may be signed by different ones. */
  readonly keyring: KeyFinder;
  readonly issuer: string;
  /** Who verifies. A delegation that names its audience is refused by everybody else. */
  readonly audience?: string;
  /** Is asked for every link, so that what was revoked takes along all that is below it. */
  readonly revocations?: RevocationCheck;
  /**
   * RFC 7638 thumbprint of the key whose proof of possession the caller has verified for this very
   * presentation: the leaf must be bound to it. Leave it out only where nobody presents the chain,
   * as in an audit, or where what is issued is bound to the leaf's key, as `assertWithin` sees to.
   */
  readonly presentedBy?: string;
  /** Delegations that may follow the root, at most 16; default 4. */
  readonly maxDepth?: number;
  readonly clock?: Clock;
}

const verified = Symbol('verified');

/** A chain of which every check of `verifyDelegationChain` held. Only that function makes it. */
export interface VerifiedDelegation {
  readonly [verified]: true;
  /** From the root to the leaf, both included. */
  readonly chain: readonly DelegationClaims[];
  readonly leaf: DelegationClaims;
}

/**
 * Verifies a chain of delegations as of now. On return, for every link: type, one spelling, key,
 * signature, issuer, audience and lifetime hold and it is not revoked; it names the link above as
 * its parent and the first as its root, its depth is its place, and it is within its parent on
 * every axis.
 *
 * @throws VerificationError with the code of the first check that failed, from the root down:
 *   `DELEGATION_INVALID` for an empty chain or links that do not join, `DELEGATION_TOO_DEEP` before
 *   anything is read, `DELEGATION_WIDENED` naming the axis, else as for a pass.
 * @throws TypeError when `maxDepth` is not a whole number from 0 to 16.
 */
export async function verifyDelegationChain(
  options: VerifyDelegationChainOptions,
): Promise<VerifiedDelegation> {
  const { tokens, maxDepth = DEFAULT_MAX_DEPTH } = options;
  assertDepthLimit(maxDepth);
  if (tokens.length > maxDepth + 1) {
    const message = `expected at most ${maxDepth} delegations below the first`;
    throw new VerificationError('DELEGATION_TOO_DEEP', message);
  }
  const now = (options.clock ?? systemClock).now();
  const chain: DelegationClaims[] = [];
  for (const token of tokens) {
    const claims = await verifiedLink(token, options, now);
    assertJoins(chain, claims);
    chain.push(claims);
  }
  const leaf = chain.at(-1);
  if (!leaf) throw new VerificationError('DELEGATION_INVALID', 'the chain is empty');
  const { presentedBy } = options;
  if (presentedBy !== undefined && presentedBy !== leaf.cnf.jkt) {
    throw new VerificationError('DPOP_KEY_MISMATCH', 'the delegation is bound to another key');
  }
  return { [verified]: true, chain, leaf };
}

async function verifiedLink(
  token: string,
  { keyring, issuer, audience, revocations }: VerifyDelegationChainOptions,
  now: Date,
): Promise<DelegationClaims> {
  const jws = parseCompact(token, { typ: ARTIFACT_TYPES.delegation, members: HEADER_MEMBERS });
  const { kid } = jws.header;
  if (typeof kid !== 'string') {
    throw new VerificationError('PASS_KEY_UNKNOWN', 'the delegation names no key');
  }
  const payload = await verifyParsed(jws, await keyring.keyFor(kid, now));
  const parsed = delegationClaimsSchema.safeParse(payload);
  if (!parsed.success) {
    throw new VerificationError('PASS_MALFORMED', 'the claims are not those of a delegation');
  }
  const claims = parsed.data;
  if (claims.iss !== issuer) {
    throw new VerificationError('PASS_ISSUER_MISMATCH', `the issuer is not ${issuer}`);
  }
  assertAudience(claims.aud, audience);
  assertLifetime(claims, now);
  const problem = await revocations?.problem(claims, kid);
  if (problem !== undefined) throw new VerificationError('PASS_REVOKED', problem);
  return claims;
}

/** Asserts that this is the next link after those that are verified already. */
function assertJoins(chain: readonly DelegationClaims[], claims: DelegationClaims): void {
  const { jti, delegation } = claims;
  const parent = chain.at(-1);
  if (chain.some((link) => link.jti === jti)) throw broken('is there twice');
  if (delegation.parent !== parent?.jti) throw broken('does not follow the one before it');
  if (delegation.root !== (chain[0] ?? claims).jti) throw broken('comes from another root');
  if (delegation.depth !== chain.length) throw broken('has another depth than its place');
  const problem = parent && attenuationProblem(parent, claims);
  if (problem) throw widened(problem);
}

function broken(why: string): VerificationError {
  return new VerificationError('DELEGATION_INVALID', `a delegation of the chain ${why}`);
}
