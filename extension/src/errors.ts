import { AxtaryError } from '@axtary/protocol';

export type ExtensionErrorCode =
  | 'HOST_UNREACHABLE'
  | 'HOST_START_FAILED'
  | 'HOST_TOO_NEW'
  | 'KEY_UNREADABLE'
  | 'REVIEW_MISMATCH'
  | 'POLICY_CHANGED';

/** A failure of the extension's own work. */
export class ExtensionError extends AxtaryError<ExtensionErrorCode> {}
