import { ARTIFACT_TYPES, parseAction, systemClock, type Clock } from '@axtary/core';

import { digestsOf } from './approval-artifact.js';
import { actionClaims, passClaimsSchema, type ActionDigests, type PassClaims } from './claims.js';
import { VerificationError, type VerificationErrorCode } from './errors.js';
import { verifyCompact, type VerificationKey } from './jws.js';

/** How far `iat` may lie ahead of this clock. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface VerifyActionPassOptions {
  readonly token: string;
  /** The action that is about to be executed. */
  readonly action: unknown;
  readonly verificationKey: VerificationKey;
  readonly issuer: string;
  readonly clock?: Clock;
}

export type PassVerification =
  | { readonly valid: true; readonly claims: PassClaims }
  | { readonly valid: false; readonly code: VerificationErrorCode; readonly message: string };

/**
 * Verifies that a pass permits exactly this action, now: type, signature, issuer, lifetime, agent,
 * human owner, tenant, runtime, task, tool, resource, action hash, payload hash, and the approval
 * it embeds. Whether it was used or revoked is for the store of whoever redeems it.
 *
 * Never rejects for what the pass or the action says: that is `valid: false` with the code of the
 * first check that failed.
 */
export async function verifyActionPass(
  options: VerifyActionPassOptions,
): Promise<PassVerification> {
  try {
    return { valid: true, claims: await verifiedClaims(options) };
  } catch (error) {
    if (error instanceof VerificationError) {
      return { valid: false, code: error.code, message: error.message };
    }
    throw error;
  }
}

async function verifiedClaims(options: VerifyActionPassOptions): Promise<PassClaims> {
  const payload = await verifyCompact(options.token, ARTIFACT_TYPES.pass, options.verificationKey);
  const parsed = passClaimsSchema.safeParse(payload);
  if (!parsed.success) {
    throw new VerificationError('PASS_MALFORMED', 'the claims are not those of a pass, version 0');
  }
  const claims = parsed.data;
  if (claims.iss !== options.issuer) {
    throw new VerificationError('PASS_ISSUER_MISMATCH', `the issuer is not ${options.issuer}`);
  }
  assertLifetime(claims, (options.clock ?? systemClock).now());
  assertAction(claims, options.action);
  return claims;
}

function assertLifetime({ iat, exp }: PassClaims, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1000);
  // RFC 7519 section 4.1.4: refused on or after `exp`, so equality already counts as expired.
  if (seconds >= exp) throw new VerificationError('PASS_EXPIRED', 'the pass has expired');
  if (iat > seconds + CLOCK_TOLERANCE_SECONDS) {
    throw new VerificationError('PASS_NOT_YET_VALID', 'the pass was issued in the future');
  }
}

function assertAction(claims: PassClaims, action: unknown): void {
  const parsed = parsedOrMismatch(action);
  const digests = digestsOf(parsed);
  for (const [name, expected] of Object.entries(actionClaims(parsed))) {
    if (claims[name as keyof PassClaims] !== expected) throw mismatch(name);
  }
  assertDigests(claims, digests);
  if (claims.approval) assertDigests(claims.approval, digests);
}

function assertDigests(
  claimed: { readonly payload_hash: string; readonly action_hash: string },
  digests: ActionDigests,
): void {
  if (claimed.payload_hash !== digests.payloadHash) throw mismatch('payload');
  if (claimed.action_hash !== digests.actionHash) throw mismatch('action');
}

function parsedOrMismatch(action: unknown): ReturnType<typeof parseAction> {
  try {
    return parseAction(action);
  } catch (cause) {
    throw new VerificationError('PASS_ACTION_MISMATCH', 'this is not an action', { cause });
  }
}

function mismatch(what: string): VerificationError {
  return new VerificationError('PASS_ACTION_MISMATCH', `the pass is for another ${what}`);
}
