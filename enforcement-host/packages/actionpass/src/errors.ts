import { AxtaryError } from '@axtary/core';

export type VerificationErrorCode =
  | 'PASS_MALFORMED'
  | 'PASS_TYPE_MISMATCH'
  | 'PASS_ALG_NOT_ALLOWED'
  | 'PASS_SIGNATURE_INVALID'
  | 'PASS_ISSUER_MISMATCH'
  | 'PASS_EXPIRED'
  | 'PASS_NOT_YET_VALID'
  | 'PASS_ACTION_MISMATCH'
  | 'APPROVAL_ARTIFACT_INVALID';

/** A signed artifact does not hold. */
export class VerificationError extends AxtaryError<VerificationErrorCode> {}
