import type { JsonValue } from '@axtary/core';

import type { LedgerRecord } from '../record/records.js';

/**
 * What somebody keeps in memory of a ledger's records. It is saved when a segment is sealed, so
 * that opening reads only the records after it.
 */
export interface Projection {
  /** Names what is saved and its version: of another name it is not restored but noted anew. */
  readonly name: string;
  /** Takes the next record, in order: while opening, and from then on when it is durable. */
  note(record: LedgerRecord): void;
  /** What `restore` takes, to stand where this stands now. */
  save(): JsonValue;
  /**
   * Goes back to what was saved, or to nothing for `undefined`.
   *
   * @throws where it cannot read that; then all records are noted anew.
   */
  restore(saved: JsonValue | undefined): void;
  /** All that was there has been restored or noted: what is noted from now on is new. */
  opened?(): void;
}
