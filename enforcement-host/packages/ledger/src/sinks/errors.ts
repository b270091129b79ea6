import { AxtaryError } from '@axtary/core';

export type SinkErrorCode =
  /** The receiver does not take the records as they are, or not from us: trying again is no help. */
  | 'SINK_REFUSED'
  /** The receiver cannot be reached, is busy, or did not answer in time: it may come back. */
  | 'SINK_UNAVAILABLE';

/** Records that were not delivered. */
export class SinkError extends AxtaryError<SinkErrorCode> {
  /** How long the receiver asked not to be tried again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: SinkErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}
