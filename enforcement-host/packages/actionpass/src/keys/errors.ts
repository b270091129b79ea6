import { AxtaryError } from '@axtary/core';

export type TrustStoreErrorCode =
  /** There is no file: it was never created, or somebody deleted it. */
  | 'TRUST_STORE_MISSING'
  /** The file is not a trust store, holds a private key, or may be written by others. */
  | 'TRUST_STORE_DAMAGED'
  /** Another process kept it locked for too long. */
  | 'TRUST_STORE_LOCKED'
  /** The file system failed: what was to be changed may be so or not, never in part. */
  | 'TRUST_STORE_UNAVAILABLE'
  /** There is no key with this thumbprint. */
  | 'TRUST_STORE_KEY_UNKNOWN';

/** A trust store that cannot be relied on: nothing may be verified with it. */
export class TrustStoreError extends AxtaryError<TrustStoreErrorCode> {}
