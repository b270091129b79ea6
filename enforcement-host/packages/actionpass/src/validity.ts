import { VerificationError } from './errors.js';

/** How far `iat` may lie ahead of the verifier's clock. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Header members of what the enforcement host signs; a JWS with any other is refused. */
export const HEADER_MEMBERS = ['alg', 'kid', 'typ'];

/**
 * Asserts that an artifact is for whoever verifies it: without `aud`, it is for everybody.
 *
 * @throws VerificationError `PASS_AUDIENCE_MISMATCH`.
 */
export function assertAudience(
  aud: readonly string[] | undefined,
  audience: string | undefined,
): void {
  if (aud === undefined) return;
  if (audience === undefined || !aud.includes(audience)) {
    throw new VerificationError('PASS_AUDIENCE_MISMATCH', 'it is for another audience');
  }
}

/**
 * Asserts that now is within the life of an artifact.
 *
 * @throws VerificationError `PASS_EXPIRED` or `PASS_NOT_YET_VALID`.
 */
export function assertLifetime(
  { iat, exp }: { readonly iat: number; readonly exp: number },
  now: Date,
): void {
  const seconds = Math.floor(now.getTime() / 1000);
  // RFC 7519 section 4.1.4: refused on or after `exp`, so equality already counts as expired.
  if (seconds >= exp) throw new VerificationError('PASS_EXPIRED', 'it has expired');
  if (iat > seconds + CLOCK_TOLERANCE_SECONDS) {
    throw new VerificationError('PASS_NOT_YET_VALID', 'it was issued in the future');
  }
}
