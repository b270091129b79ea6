import type { LedgerEvent } from '../formats/ledger-event.js';

/** A receiver of records outside of the ledger. What it holds is no evidence. */
export interface LedgerSink {
  /** Names the receiver for people: a host or a file, never a credential. */
  readonly name: string;
  /**
   * Delivers events in order. On return the receiver has all of them, as far as its protocol can
   * tell. After a rejection any of them may have arrived, and all are delivered again.
   *
   * @returns how many the receiver took note of but did not keep.
   * @throws SinkError `SINK_UNAVAILABLE`, `SINK_REFUSED`.
   */
  deliver(events: readonly LedgerEvent[], options?: DeliverOptions): Promise<DeliverReport>;
  close(): Promise<void>;
}

export interface DeliverOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface DeliverReport {
  /** Records that the receiver dropped though it took the batch, which its protocol forbids to retry. */
  readonly rejected: number;
  /** Why, in its words. */
  readonly why?: string;
}

export const ALL_TAKEN: DeliverReport = { rejected: 0 };
