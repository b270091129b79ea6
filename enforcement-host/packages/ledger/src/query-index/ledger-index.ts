import { LedgerError } from '../errors.js';
import { Pace } from './pace.js';
import { queryRecords, type QueryResult, type RecordQuery } from './query.js';
import { readRecords, type IndexedEntry } from './read-records.js';
import { reading } from './entries.js';
import { SealedSegments, type SealedSegment } from './sealed-segments.js';
import { SegmentBuilder } from './segment-builder.js';
import type { SegmentFile, SegmentSource } from './segment-source.js';
import type { IndexedSegment, IndexSnapshot } from './snapshot.js';

const LEAF_BYTES = 32;

export interface LedgerIndexOptions {
  readonly source: SegmentSource;
  /** For sidecars; made when the first one is. */
  readonly folder: string;
  /** Told when a sidecar could not be kept, which costs time and nothing else. */
  readonly onError?: (error: unknown) => void;
  /** Bytes of sealed files' indexes that are kept in memory. Default: 64 MiB. */
  readonly cacheBytes?: number;
  /** Milliseconds without use after which none of them is kept. Default: 60,000. */
  readonly idleMs?: number;
}

/**
 * An index over a ledger's records, made of the lines and nothing else: it may be deleted at any
 * time. Sealed files have sidecars, which are made anew where they are missing, damaged or of
 * another ledger; the last file is read again from where the index ends. Records are taken as
 * they are, in an unbroken chain: `verifyLedger` says whether they are what was recorded.
 */
export class LedgerIndex {
  readonly #source: SegmentSource;
  readonly #segments: SealedSegments;
  #sealed: readonly SealedSegment[] = [];
  #active: SegmentBuilder | undefined;
  #activeFile: SegmentFile | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ source, folder, onError, cacheBytes, idleMs }: LedgerIndexOptions) {
    this.#source = source;
    this.#segments = new SealedSegments({
      source,
      folder,
      onError: onError ?? (() => undefined),
      maxBytes: cacheBytes ?? 64 * 1024 * 1024,
      idleMs: idleMs ?? 60_000,
    });
  }

  /**
   * The index with every record that is durable at the call.
   *
   * @throws LedgerError `LEDGER_CHAIN_BROKEN` (with `seq`), `LEDGER_UNREADABLE`.
   */
  snapshot(): Promise<IndexSnapshot> {
    return this.#inTurn(() => this.#again(() => this.#refresh()));
  }

  /** Makes the sidecars of sealed files that have none, so that no query has to wait for them. */
  async prepare(): Promise<void> {
    await this.#inTurn(() => this.#again(() => this.#follow(false)));
  }

  /**
   * The records with these sequence numbers, by number; those that the ledger does not have are
   * left out.
   *
   * @throws LedgerError as `snapshot`.
   */
  records(seqs: Iterable<number>): Promise<ReadonlyMap<number, IndexedEntry>> {
    const wanted = [...seqs];
    return this.#looking((snapshot) => readRecords(snapshot, wanted));
  }

  /**
   * Finds, groups and counts the records that are durable at the call.
   *
   * @throws LedgerError as `snapshot`; the reason of the query's signal.
   */
  query(query: RecordQuery): Promise<QueryResult> {
    return this.#looking((snapshot) => queryRecords(snapshot, query));
  }

  /**
   * Leaf hashes of the records from one sequence number up to another, 32 bytes each.
   *
   * @throws LedgerError as `snapshot`; TypeError for records that the ledger does not have.
   */
  leaves(from: number, to: number): Promise<Uint8Array> {
    return this.#inTurn(() => this.#again(() => this.#leaves(from, to)));
  }

  /** Keeps nothing of sealed files in memory until it is needed again. */
  release(): void {
    this.#segments.release();
  }

  async #leaves(from: number, to: number): Promise<Uint8Array> {
    const { size } = await this.#refresh();
    if (from < 0 || to < from || to > size) {
      throw new TypeError(`expected records of a ledger of ${size}, got ${from} to ${to}`);
    }
    const leaves = Buffer.alloc((to - from) * LEAF_BYTES);
    const take = (first: number, some: Uint8Array): void => {
      const skipped = Math.max(0, from - first) * LEAF_BYTES;
      const part = some.subarray(skipped, Math.max(skipped, (to - first) * LEAF_BYTES));
      if (part.length > 0) leaves.set(part, Math.max(0, first - from) * LEAF_BYTES);
    };
    for (const segment of this.#sealed) {
      const { first } = segment.file;
      const isWanted = first < to && first + segment.count > from;
      if (isWanted) take(first, await this.#segments.leaves(segment));
    }
    if (this.#active) take(this.#active.start.first, this.#active.view().leaves);
    return leaves;
  }

  /** As `#again`, where others have their turn meanwhile. */
  async #looking<T>(look: (snapshot: IndexSnapshot) => Promise<T>): Promise<T> {
    try {
      return await look(await this.snapshot());
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      await this.#inTurn(() => {
        this.#forget();
        return Promise.resolve();
      });
      return look(await this.snapshot());
    }
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** A file that was sealed, or replaced, meanwhile is not what it was: the second look counts. */
  async #again<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#forget();
      return run();
    }
  }

  #forget(): void {
    this.#sealed = [];
    this.#active = undefined;
  }

  async #refresh(): Promise<IndexSnapshot> {
    await this.#follow(true);
    const segments: IndexedSegment[] = this.#sealed.map((segment) => ({
      file: segment.file,
      first: segment.file.first,
      count: segment.count,
      columns: async () => (await this.#segments.sidecar(segment)).columns,
    }));
    const active = this.#activeSegment();
    if (active) segments.push(active);
    const size = segments.reduce((sum, { count }) => sum + count, 0);
    return { size, segments, read: (entry) => this.#source.read(entry) };
  }

  #activeSegment(): IndexedSegment | undefined {
    if (!this.#active || !this.#activeFile) return undefined;
    const { columns } = this.#active.view();
    const { first, count } = columns;
    return { file: this.#activeFile, first, count, columns: () => Promise.resolve(columns) };
  }

  async #follow(withActive: boolean): Promise<void> {
    const files = await this.#source.list();
    const sealed: SealedSegment[] = [];
    for (const file of files) {
      if (!file.sealed) continue;
      const before = sealed.at(-1);
      const known = this.#sealed[sealed.length];
      const isKnown = known && known.before === before && isSame(known.file, file);
      sealed.push(isKnown ? known : await this.#segments.open(file, before, this.#active));
    }
    this.#sealed = sealed;
    const active = files.find((file) => !file.sealed);
    this.#activeFile = active;
    if (withActive && active) await this.#catchUp(active, sealed.at(-1));
  }

  async #catchUp(file: SegmentFile, before: SealedSegment | undefined): Promise<void> {
    const follows = this.#active?.start.first === file.first && this.#active.bytes <= file.bytes;
    if (!this.#active || !follows) {
      const start = await this.#segments.startAfter(before);
      this.#active = new SegmentBuilder(start, (entry) => this.#source.read(entry));
    }
    const active = this.#active;
    const count = file.count ?? Number.POSITIVE_INFINITY;
    await reading(file.file, (handle) =>
      active.catchUp(handle, { end: file.bytes, count, pace: new Pace() }),
    );
  }
}

function isSame(one: SegmentFile, other: SegmentFile): boolean {
  return one.first === other.first && one.file === other.file && one.bytes === other.bytes;
}
