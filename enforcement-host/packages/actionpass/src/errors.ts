import { AxtaryError } from '@axtary/core';

/** Every way in which a signed artifact can fail to hold. The list is closed: each has a vector. */
export const VERIFICATION_ERROR_CODES = [
  'PASS_MALFORMED',
  'PASS_TYPE_MISMATCH',
  'PASS_ALG_NOT_ALLOWED',
  'PASS_KEY_UNKNOWN',
  'PASS_SIGNATURE_INVALID',
  'PASS_ISSUER_MISMATCH',
  'PASS_AUDIENCE_MISMATCH',
  'PASS_EXPIRED',
  'PASS_NOT_YET_VALID',
  'PASS_ACTION_MISMATCH',
  'PASS_REVOKED',
  'PASS_REPLAYED',
  'APPROVAL_ARTIFACT_INVALID',
  'DPOP_PROOF_MISSING',
  'DPOP_PROOF_INVALID',
  'DPOP_KEY_MISMATCH',
  'DPOP_NONCE_INVALID',
  'DPOP_REPLAYED',
  'DELEGATION_INVALID',
  'DELEGATION_WIDENED',
  'DELEGATION_TOO_DEEP',
] as const;
export type VerificationErrorCode = (typeof VERIFICATION_ERROR_CODES)[number];

/** A signed artifact does not hold. */
export class VerificationError extends AxtaryError<VerificationErrorCode> {}
