import { createHash } from 'node:crypto';

import type { JsonObject, JsonValue } from '@axtary/core';
import { z } from 'zod';

import { VerificationError } from '../errors.js';
import { parsePublicKey, type PublicKey } from '../keys/public-jwk.js';

/** Members of the protected header of a proof (RFC 9449 section 4.2). There are no others. */
export const DPOP_HEADER_MEMBERS = ['alg', 'jwk', 'typ'] as const;

const numericDate = z.number().int().min(0);
const text = z.string().min(1).max(256);

/** Claims of a proof (RFC 9449 section 4.2). Others may be present; they say nothing here. */
const dpopClaimsSchema = z.object({
  jti: text,
  htm: text,
  htu: z.string().min(1).max(4096),
  iat: numericDate,
  /** RFC 7519 section 4.1; not asked for by RFC 9449, and kept to where a client states them. */
  exp: numericDate.optional(),
  nbf: numericDate.optional(),
  ath: text.optional(),
  nonce: text.optional(),
});
export type DpopClaims = z.infer<typeof dpopClaimsSchema>;

/** @throws VerificationError `DPOP_PROOF_INVALID` */
export function parseDpopClaims(payload: JsonObject): DpopClaims {
  const parsed = dpopClaimsSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const claims = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', ');
  throw invalidProof(`missing or malformed claims: ${claims}`);
}

/**
 * Reads the `jwk` header: a public P-256 key in its one spelling, a point of the curve.
 *
 * @throws VerificationError `DPOP_PROOF_INVALID`
 */
export function parseProofKey(jwk: JsonValue | undefined): PublicKey {
  try {
    return parsePublicKey(jwk);
  } catch (cause) {
    throw invalidProof('jwk is not a public P-256 key', cause);
  }
}

/** `ath` of an access token (RFC 9449 section 4.2): SHA-256 of its ASCII text, base64url. */
export function accessTokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}

export function invalidProof(message: string, cause?: unknown): VerificationError {
  return new VerificationError('DPOP_PROOF_INVALID', message, { cause });
}
