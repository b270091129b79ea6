import { ARTIFACT_TYPES, systemClock, type Clock, type JsonObject } from '@axtary/core';

import { VerificationError } from '../errors.js';
import { parseCompact, verifyParsed } from '../jws.js';
import type { SingleUseStore } from '../single-use/store.js';
import {
  DPOP_HEADER_MEMBERS,
  accessTokenHash,
  invalidProof,
  parseDpopClaims,
  parseProofKey,
  type DpopClaims,
} from './claims.js';
import { claimedHtu, requestHtu } from './htu.js';
import type { DpopNonceChecker } from './nonces.js';

export interface VerifyDpopProofOptions {
  /** The one value of the request's `DPoP` header: see `dpopHeader`. */
  readonly proof: string;
  /** Of the request as it arrived: compared exactly. */
  readonly method: string;
  /** The request's absolute URI as its client knows it, so behind a proxy the public one. */
  readonly uri: string;
  /** The pass or access token that the request presents; then `expectedJkt` is needed too. */
  readonly accessToken?: string;
  /** `cnf.jkt` of the verified pass: the thumbprint of the only key that may present it. */
  readonly expectedJkt?: string;
  /** Where the server asks for its nonce: a proof without a current one is refused. */
  readonly nonce?: DpopNonceChecker;
  /** Remembers proofs until they are too old to be accepted anyway. */
  readonly replay: SingleUseStore;
  readonly clock?: Clock;
  /** How old `iat` may be. Default: 60. */
  readonly maxAgeSeconds?: number;
  /** How far `iat` and `nbf` may lie ahead of this clock. Default: 5. */
  readonly toleranceSeconds?: number;
}

/** What a proof says, now that it holds. */
export interface VerifiedDpopProof {
  /** RFC 7638 thumbprint of the key whose possession is proven. */
  readonly jkt: string;
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly iat: number;
}

const MAX_PROOF_LENGTH = 8 * 1024;
const DEFAULT_MAX_AGE_SECONDS = 60;
const DEFAULT_TOLERANCE_SECONDS = 5;

/**
 * Verifies that a request was made by the holder of a key (RFC 9449 section 4.3, checks 2 to 12;
 * the first is `dpopHeader`). On return the signature, method, URI, access token and key binding,
 * nonce and age hold, and the proof is marked as used: it is accepted once.
 *
 * Checks run in this order, and the mark is made last, so that nobody but the holder can use a
 * proof up. On `DPOP_NONCE_INVALID` answer 401 with `error="use_dpop_nonce"` and a new nonce.
 *
 * @throws VerificationError with the DPOP code of the first check that failed.
 * @throws TypeError for an access token without `expectedJkt`, or bounds that are not whole seconds.
 * @throws whatever the replay store rejects with: then nothing may be executed.
 */
export async function verifyDpopProof(options: VerifyDpopProofOptions): Promise<VerifiedDpopProof> {
  const window = windowOf(options);
  if (options.accessToken !== undefined && options.expectedJkt === undefined) {
    throw new TypeError('an access token needs the thumbprint that it is bound to');
  }
  const { jkt, payload } = await signedPayload(options.proof);
  const claims = parseDpopClaims(payload);
  assertRequest(claims, options);
  assertBinding(claims, jkt, options);
  assertTime(claims, window);
  assertNonce(claims, options.nonce);
  const isFirst = await options.replay.use(`dpop ${jkt} ${claims.jti}`, tooOldAt(claims, window));
  if (!isFirst) throw new VerificationError('DPOP_REPLAYED', 'the proof was used before');
  return { jkt, jti: claims.jti, iat: claims.iat };
}

interface TimeWindow {
  readonly now: number;
  readonly maxAge: number;
  readonly tolerance: number;
}

function windowOf(options: VerifyDpopProofOptions): TimeWindow {
  const { clock = systemClock } = options;
  const maxAge = options.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS;
  const tolerance = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
  for (const seconds of [maxAge, tolerance]) {
    if (!Number.isSafeInteger(seconds) || seconds < 0) {
      throw new TypeError('expected a whole number of seconds');
    }
  }
  return { now: Math.floor(clock.now().getTime() / 1000), maxAge, tolerance };
}

async function signedPayload(
  proof: string,
): Promise<{ readonly jkt: string; readonly payload: JsonObject }> {
  if (typeof proof === 'string' && proof.length > MAX_PROOF_LENGTH) {
    throw invalidProof(`a proof has at most ${MAX_PROOF_LENGTH} bytes`);
  }
  try {
    const parsed = parseCompact(proof, { typ: ARTIFACT_TYPES.dpop, members: DPOP_HEADER_MEMBERS });
    const { kid, key } = parseProofKey(parsed.header['jwk']);
    return { jkt: kid, payload: await verifyParsed(parsed, key) };
  } catch (cause) {
    throw cause instanceof VerificationError ? invalidProof(cause.message, cause) : cause;
  }
}

function assertRequest({ htm, htu }: DpopClaims, { method, uri }: VerifyDpopProofOptions): void {
  if (htm !== method) throw invalidProof('htm is not the method of the request');
  if (claimedHtu(htu) !== requestHtu(uri)) throw invalidProof('htu is not the URI of the request');
}

function assertBinding(
  { ath }: DpopClaims,
  jkt: string,
  { accessToken, expectedJkt }: VerifyDpopProofOptions,
): void {
  if (accessToken !== undefined && ath !== accessTokenHash(accessToken)) {
    throw invalidProof('ath is not the hash of the access token');
  }
  if (expectedJkt !== undefined && jkt !== expectedJkt) {
    throw new VerificationError('DPOP_KEY_MISMATCH', 'the proof is by another key');
  }
}

function assertTime({ iat, exp, nbf }: DpopClaims, { now, maxAge, tolerance }: TimeWindow): void {
  // Each is what must hold, so that a clock without a time (NaN) refuses.
  const isRecent = now <= iat + maxAge && iat <= now + tolerance;
  const isValid = (exp === undefined || now < exp) && (nbf === undefined || nbf <= now + tolerance);
  if (!isRecent) throw invalidProof('iat is too old or in the future');
  if (!isValid) throw invalidProof('the proof has expired or is not yet valid');
}

function assertNonce({ nonce }: DpopClaims, checker: DpopNonceChecker | undefined): void {
  if (checker && !(nonce !== undefined && checker.isCurrent(nonce))) {
    throw new VerificationError('DPOP_NONCE_INVALID', 'the proof needs a current server nonce');
  }
}

/** The first moment at which `iat` alone refuses the proof. */
function tooOldAt({ iat }: DpopClaims, { maxAge }: TimeWindow): Date {
  return new Date((iat + maxAge + 1) * 1000);
}
