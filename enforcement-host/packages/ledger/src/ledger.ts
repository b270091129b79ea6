import type { Sha256 } from '@axtary/core/digest';

import type { IntentBody, LedgerEntry, LedgerRecord, RecordType } from './record/records.js';

/** Where evidence goes. */
export interface Ledger {
  /**
   * On return every entry is durable, in the given order with nothing between.
   *
   * @throws LedgerError, and then none of the entries is in the ledger.
   */
  append(entries: readonly LedgerEntry[]): Promise<readonly LedgerRecord[]>;
}

/** The end of a ledger: what an anchor outside the file keeps. */
export interface LedgerHead {
  readonly log: string;
  /** Number of records. */
  readonly size: number;
  /** Leaf hash of the last record. */
  readonly head: Sha256;
}

/** A person's word that a ledger which is not the one that was kept is to be gone on with. */
export interface AcceptedGap {
  /** The approver. */
  readonly by: string;
  /** Leaf hash of the head that was expected, as the person was shown it. */
  readonly expected: Sha256;
}

/** What opening a ledger found. */
export interface OpenReport extends LedgerHead {
  /** Whether this opening wrote the genesis. */
  readonly created: boolean;
  /** An unfinished last line that was cut off, as after a crash. */
  readonly recovered: { readonly droppedBytes: number; readonly droppedHash: Sha256 } | undefined;
  /** Intents without an outcome: whether they happened is unknown. */
  readonly openIntents: readonly IntentBody[];
}

export interface ReadOptions {
  /** First sequence number; 0 by default. */
  readonly from?: number;
  /** Greatest number of records. */
  readonly limit?: number;
  /** Only these types. */
  readonly types?: readonly RecordType[];
}

export type AppendListener = (records: readonly LedgerRecord[]) => void;
