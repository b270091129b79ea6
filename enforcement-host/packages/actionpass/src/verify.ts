import {
  ARTIFACT_TYPES,
  parseAction,
  systemClock,
  type Clock,
  type JsonObject,
} from '@axtary/core';
import { calculateJwkThumbprint } from 'jose';

import { digestsOf } from './approval-artifact.js';
import { actionClaims, passClaimsSchema, type ActionDigests, type PassClaims } from './claims.js';
import { VerificationError, type VerificationErrorCode } from './errors.js';
import { parseCompact, verifyParsed, type ParsedJws, type VerificationKey } from './jws.js';
import type { KeyFinder } from './keys/keyring.js';
import type { RevocationCheck } from './revocation/revocations.js';
import type { SingleUseStore } from './single-use/store.js';
import { HEADER_MEMBERS, assertAudience, assertLifetime } from './validity.js';

/** The key a pass is verified with, or those among which its `kid` chooses. Exactly one of both. */
export type TrustedKeys =
  | { readonly verificationKey: VerificationKey; readonly keyring?: undefined }
  | { readonly keyring: KeyFinder; readonly verificationKey?: undefined };

export type VerifyActionPassOptions = TrustedKeys & {
  readonly token: string;
  /** The action that is about to be executed. */
  readonly action: unknown;
  readonly issuer: string;
  /** Who verifies. A pass that names its audience is refused by everybody else. */
  readonly audience?: string;
  readonly revocations?: RevocationCheck;
  /**
   * RFC 7638 thumbprint of the key whose proof of possession the caller has verified for this very
   * presentation. A pass of version 1 is bound to a key and refused without.
   */
  readonly presentedBy?: string;
  /** Marks the pass as used once every other check holds. Without, it can be verified again. */
  readonly redemptions?: SingleUseStore;
  readonly clock?: Clock;
};

export type PassVerification =
  | { readonly valid: true; readonly claims: PassClaims }
  | { readonly valid: false; readonly code: VerificationErrorCode; readonly message: string };

/**
 * Verifies that a pass permits exactly this action, now: type, key, signature, issuer, audience,
 * lifetime, revocation, holder's key, agent, human owner, tenant, runtime, task, tool, resource,
 * action hash, payload hash, the approval it embeds; and last, where there is a store for it, that
 * it is used for the first time.
 *
 * Never rejects for what the pass or the action says: that is `valid: false` with the code of the
 * first check that failed. It rejects when a check cannot be made, as with a store that fails:
 * then nothing may be executed, and whether the pass counts as used is not known.
 *
 * @throws TypeError unless there is either a verification key or a keyring.
 */
export async function verifyActionPass(
  options: VerifyActionPassOptions,
): Promise<PassVerification> {
  if ((options.verificationKey === undefined) === (options.keyring === undefined)) {
    throw new TypeError('expected either a verificationKey or a keyring');
  }
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
  const now = (options.clock ?? systemClock).now();
  const jws = parseCompact(options.token, { typ: ARTIFACT_TYPES.pass, members: HEADER_MEMBERS });
  const key = await keyOf(options, jws, now);
  const claims = readClaims(await verifyParsed(jws, key));
  if (claims.iss !== options.issuer) {
    throw new VerificationError('PASS_ISSUER_MISMATCH', `the issuer is not ${options.issuer}`);
  }
  assertAudience(claims.ver === 0 ? undefined : claims.aud, options.audience);
  assertLifetime(claims, now);
  if (options.revocations) {
    await assertNotRevoked(claims, await kidOf(options, jws, key), options.revocations);
  }
  assertHolder(claims, options.presentedBy);
  assertAction(claims, options.action);
  if (options.redemptions) await redeem(claims, options.redemptions);
  return claims;
}

async function keyOf(
  { verificationKey, keyring }: TrustedKeys,
  { header }: ParsedJws,
  now: Date,
): Promise<VerificationKey> {
  if (verificationKey !== undefined) return verificationKey;
  const { kid } = header;
  return keyring.keyFor(typeof kid === 'string' ? kid : undefined, now);
}

/** Thumbprint of the key that verified it. A keyring has found the key by it already. */
async function kidOf(
  { keyring }: TrustedKeys,
  { header: { kid } }: ParsedJws,
  key: VerificationKey,
): Promise<string> {
  return keyring && typeof kid === 'string' ? kid : calculateJwkThumbprint(key);
}

function readClaims(payload: JsonObject): PassClaims {
  const parsed = passClaimsSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new VerificationError('PASS_MALFORMED', 'the claims are not those of a pass');
}

async function assertNotRevoked(
  claims: PassClaims,
  kid: string,
  revocations: RevocationCheck,
): Promise<void> {
  const delegation = claims.ver === 1 ? claims.delegation : undefined;
  const problem = await revocations.problem({ ...claims, delegation }, kid);
  if (problem !== undefined) throw new VerificationError('PASS_REVOKED', problem);
}

/** RFC 9449 section 6: a pass that is bound to a key is worth nothing without a proof by that key. */
function assertHolder(claims: PassClaims, presentedBy: string | undefined): void {
  if (claims.ver === 0) return;
  if (presentedBy === undefined) {
    throw new VerificationError('DPOP_PROOF_MISSING', 'the pass needs a proof of possession');
  }
  if (presentedBy !== claims.cnf.jkt) {
    throw new VerificationError('DPOP_KEY_MISMATCH', 'the pass is bound to another key');
  }
}

async function redeem({ iss, jti, exp }: PassClaims, redemptions: SingleUseStore): Promise<void> {
  // As JSON, so that no two pairs make one key.
  const isFirst = await redemptions.use(JSON.stringify([iss, jti]), new Date(exp * 1000));
  if (!isFirst) throw new VerificationError('PASS_REPLAYED', 'the pass was used before');
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
