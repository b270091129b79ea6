import { AxtaryError } from '@axtary/core';

export type CliErrorCode =
  /** An anchor that was named knows nothing of the ledger, so nothing was compared with it. */
  | 'CLI_ANCHOR_UNKNOWN'
  /** A person was asked, and did not agree or ended the question. */
  | 'CLI_DECLINED'
  /** A file that is named cannot be read, is too large, or is not text. */
  | 'CLI_FILE_UNREADABLE'
  /** A file would be overwritten, or cannot be written. */
  | 'CLI_FILE_NOT_WRITTEN'
  | 'CLI_HOST_NOT_RUNNING'
  | 'CLI_HOST_START_FAILED'
  /** A signing key cannot be made, read or used. */
  | 'CLI_KEY_UNUSABLE'
  /** A policy that a command needs is not one. */
  | 'CLI_POLICY_INVALID'
  /** The enforcement host answered, and refused. */
  | 'CLI_REFUSED'
  /** Keys and revocations of a state folder are missing or cannot be relied on. */
  | 'CLI_TRUST_STORE_UNUSABLE'
  /** The command line, or a value on it, is not one. */
  | 'CLI_USAGE';

/** Why a command did not do what it was asked. The message says what to do. */
export class CliError extends AxtaryError<CliErrorCode> {}
