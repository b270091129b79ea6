import type { LedgerRecord } from '../record/records.js';

/** Where a tail reads records from. */
export interface TailSource {
  /** The records from a sequence number on, in order and without gaps, as of the call. */
  read(from: number, signal?: AbortSignal): AsyncIterable<LedgerRecord>;
  /**
   * Resolves when there may be records that the last `read` did not see, also those that came while
   * it was reading; at the latest when aborted.
   */
  news(signal?: AbortSignal): Promise<void>;
}
