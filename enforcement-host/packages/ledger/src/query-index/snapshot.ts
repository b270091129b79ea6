import type { Columns } from './columns.js';
import type { SegmentFile, SegmentSource } from './segment-source.js';

/** A run of records whose columns are at hand, or are read. */
export interface IndexedSegment {
  readonly file: SegmentFile;
  readonly first: number;
  readonly count: number;
  columns(): Promise<Columns>;
}

/** A ledger's index as of one moment: records that come later are not in it. */
export interface IndexSnapshot {
  /** Number of records. */
  readonly size: number;
  /** In the order of the ledger. */
  readonly segments: readonly IndexedSegment[];
  readonly read: SegmentSource['read'];
}
