import { AxtaryError } from '@axtary/core';

export type KeyErrorCode =
  /** The custodian cannot be reached, or says to come back later; try again. */
  | 'KEY_UNAVAILABLE'
  /** The custodian will not sign: no such key, no permission, a key that is disabled. */
  | 'KEY_REFUSED'
  | 'KEY_TIMEOUT'
  | 'KEY_ABORTED'
  /** The signature, or the public key, is not that of the expected key. Nothing was signed. */
  | 'KEY_MISMATCH'
  /** The custodian answered what is no answer, or too much. */
  | 'KEY_RESPONSE_INVALID'
  /** The passphrase is wrong, or the file was altered: the two cannot be told apart. */
  | 'KEY_PASSPHRASE_WRONG'
  | 'KEY_FILE_DAMAGED';

/** A signing key cannot be used. Messages and causes never hold a key or a credential. */
export class KeyError extends AxtaryError<KeyErrorCode> {}
