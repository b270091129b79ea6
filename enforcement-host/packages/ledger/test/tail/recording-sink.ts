import {
  SinkError,
  type DeliverReport,
  type LedgerEvent,
  type LedgerSink,
} from '../../src/index.js';

/** Keeps what it is given in memory. */
export class RecordingSink implements LedgerSink {
  readonly name = 'recording';
  readonly events: LedgerEvent[] = [];
  readonly batches: number[] = [];
  /** What the next deliveries end with, in place of keeping anything. */
  readonly failures: Error[] = [];
  report: DeliverReport = { rejected: 0 };
  isClosed = false;
  /** Called after each delivery that succeeded. */
  onDelivered: (() => void | Promise<void>) | undefined;

  get seqs(): number[] {
    return this.events.map(({ record }) => record.seq);
  }

  async deliver(events: readonly LedgerEvent[]): Promise<DeliverReport> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.events.push(...events);
    this.batches.push(events.length);
    await this.onDelivered?.();
    return this.report;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

export function away(retryAfterMs?: number): SinkError {
  return new SinkError('SINK_UNAVAILABLE', 'it is away', { retryAfterMs });
}
