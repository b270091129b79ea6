import { AxtaryError } from '@axtary/core';

export type TailErrorCode =
  /** Where the tail stands cannot be read, or not be kept. */
  | 'TAIL_CURSOR_UNUSABLE'
  /** The ledger is not the one that was delivered from so far, or has become shorter. */
  | 'TAIL_LEDGER_DIFFERS';

/** A tail that cannot go on. */
export class TailError extends AxtaryError<TailErrorCode> {}
