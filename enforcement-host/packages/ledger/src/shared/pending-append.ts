import type { PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord } from '../record/records.js';

/** An append that some process has to make. */
export class PendingAppend {
  /** One number for each append of a process. */
  readonly id: number;
  readonly entries: readonly PreparedEntry[];
  readonly records: Promise<readonly LedgerRecord[]>;
  /**
   * Number of records that were durable before it was first sent to a writer: only from there on can
   * it be in the ledger. Absent while it was not sent.
   */
  since: number | undefined;
  #resolve: (records: readonly LedgerRecord[]) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor(id: number, entries: readonly PreparedEntry[]) {
    this.id = id;
    this.entries = entries;
    this.records = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(records: readonly LedgerRecord[]): void {
    this.#resolve(records);
  }

  reject(reason: unknown): void {
    this.#reject(reason);
  }
}

/** The smallest size from which on any of these can be in the ledger; `undefined` if none can. */
export function earliest(appends: Iterable<PendingAppend>): number | undefined {
  let since: number | undefined;
  for (const append of appends) {
    if (append.since !== undefined) since = Math.min(since ?? append.since, append.since);
  }
  return since;
}
