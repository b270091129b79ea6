import { AxtaryError } from '@axtary/core';

export type AnchorErrorCode =
  /**
   * The anchor holds a state of this ledger which this ledger does not continue: its end was cut,
   * it was set back, or part of it was replaced. Trying again does not help.
   */
  | 'ANCHOR_CONFLICT'
  /** What describes the anchor is no address, no key or no name. */
  | 'ANCHOR_MISCONFIGURED'
  /** The anchor does not take checkpoints of this ledger, or not from whoever asks. */
  | 'ANCHOR_REFUSED'
  | 'ANCHOR_RESPONSE_INVALID'
  /** A file of a key or a bearer is missing, open to others, or holds something else. */
  | 'ANCHOR_SECRET_UNUSABLE'
  | 'ANCHOR_TIMEOUT'
  | 'ANCHOR_UNAVAILABLE'
  /** What is there cannot be read as anchors. */
  | 'ANCHOR_UNREADABLE'
  /** Not durable, so not anchored. */
  | 'ANCHOR_WRITE_FAILED';

/** A checkpoint that could not be anchored, or anchors that could not be read. */
export class AnchorError extends AxtaryError<AnchorErrorCode> {}
