import path from 'node:path';

import { leafHash } from '../record/line.js';
import { splitEntries } from '../store/lines.js';
import { readExactly, reading } from './entries.js';
import { Pace } from './pace.js';
import { LEDGER_START, SegmentBuilder, type SegmentStart } from './segment-builder.js';
import type { SegmentFile, SegmentSource } from './segment-source.js';
import { SidecarCache, type SidecarCacheOptions } from './sidecar-cache.js';
import { loadLeaves, loadSidecar, saveSidecar, sidecarName } from './sidecar-file.js';
import { readSidecar, writeSidecar, type Sidecar } from './sidecar.js';

export interface SealedSegmentsOptions extends SidecarCacheOptions {
  readonly source: SegmentSource;
  /** Where the sidecars are. */
  readonly folder: string;
  /** Told when a sidecar could not be kept; it is made anew when it is needed. */
  readonly onError: (error: unknown) => void;
}

/** A sealed file whose sidecar was there, or was made. */
export interface SealedSegment {
  readonly file: SegmentFile;
  readonly start: Omit<SegmentStart, 'calls'>;
  readonly count: number;
  /** Leaf hash of the last record. */
  readonly head: string;
  readonly before: SealedSegment | undefined;
}

/** The indexes of a ledger's sealed files: read from sidecars, or built from the lines. */
export class SealedSegments {
  readonly #options: SealedSegmentsOptions;
  readonly #cache: SidecarCache;

  constructor(options: SealedSegmentsOptions) {
    this.#options = options;
    this.#cache = new SidecarCache(options);
  }

  /**
   * Finds or builds the index of a file, which follows on the one before.
   *
   * @param known an index of the same file that is built in part.
   * @throws LedgerError `LEDGER_CHAIN_BROKEN`, `LEDGER_UNREADABLE`.
   */
  async open(
    file: SegmentFile,
    before: SealedSegment | undefined,
    known: SegmentBuilder | undefined,
  ): Promise<SealedSegment> {
    const start = { first: file.first, prev: before?.head ?? LEDGER_START.prev };
    const sidecar =
      (await this.#load({ file, start })) ?? (await this.#build({ file, start, before }, known));
    this.#cache.set(file.first, sidecar);
    return { file, start, before, count: sidecar.count, head: sidecar.head };
  }

  /** The index of a file that was opened; read or built once more where it is not at hand. */
  async sidecar(segment: SealedSegment): Promise<Sidecar> {
    const kept = this.#cache.get(segment.file.first);
    if (kept) return kept;
    const sidecar = (await this.#load(segment)) ?? (await this.#build(segment, undefined));
    this.#cache.set(segment.file.first, sidecar);
    return sidecar;
  }

  /** Where a file that comes after this one begins. */
  async startAfter(segment: SealedSegment | undefined): Promise<SegmentStart> {
    if (!segment) return LEDGER_START;
    const sidecar = await this.sidecar(segment);
    const first = segment.file.first + segment.count;
    return { first, prev: segment.head, calls: sidecar.open() };
  }

  /** Leaf hashes of all its records, 32 bytes each. */
  async leaves(segment: SealedSegment): Promise<Uint8Array> {
    const name = this.#nameOf(segment);
    const leaves = await loadLeaves(name, await this.sidecar(segment));
    if (leaves) return leaves;
    this.#cache.delete(segment.file.first);
    return (await this.#builder(segment, undefined)).view().leaves;
  }

  /** Keeps nothing in memory until it is needed again. */
  release(): void {
    this.#cache.clear();
  }

  #nameOf({ file }: Pick<SealedSegment, 'file'>): string {
    return path.join(this.#options.folder, sidecarName(file.first));
  }

  async #load(segment: Pick<SealedSegment, 'file' | 'start'>): Promise<Sidecar | undefined> {
    const sidecar = await loadSidecar(this.#nameOf(segment));
    return sidecar && (await isOf(sidecar, segment)) ? sidecar : undefined;
  }

  async #build(
    segment: Pick<SealedSegment, 'file' | 'start' | 'before'>,
    known: SegmentBuilder | undefined,
  ): Promise<Sidecar> {
    const built = (await this.#builder(segment, known)).view();
    const bytes = writeSidecar(built, segment.file.bytes);
    const name = this.#nameOf(segment);
    await saveSidecar(name, [bytes, built.leaves]).catch(this.#options.onError);
    const sidecar = readSidecar(bytes);
    if (!sidecar) throw new TypeError('expected to read what was written');
    return sidecar;
  }

  async #builder(
    { file, start, before }: Pick<SealedSegment, 'file' | 'start' | 'before'>,
    known: SegmentBuilder | undefined,
  ): Promise<SegmentBuilder> {
    const { source } = this.#options;
    const follows = known?.start.first === start.first && known.start.prev === start.prev;
    const builder =
      known && follows
        ? known
        : new SegmentBuilder(await this.startAfter(before), (entry) => source.read(entry));
    const count = file.count ?? Number.POSITIVE_INFINITY;
    await reading(file.file, (handle) =>
      builder.catchUp(handle, { end: file.bytes, count, pace: new Pace() }),
    );
    return builder;
  }
}

/** Whether a sidecar is of this file: of its place, its size and its last line. */
async function isOf(
  { first, count, bytes, prev, head, columns }: Sidecar,
  { file, start }: Pick<SealedSegment, 'file' | 'start'>,
): Promise<boolean> {
  const isThere =
    first === start.first &&
    prev === start.prev &&
    bytes === file.bytes &&
    count === (file.count ?? count) &&
    count > 0;
  if (!isThere) return false;
  const [from = 0, to = 0] = columns.starts.subarray(count - 1);
  const last = await reading(file.file, (handle) => readExactly(handle, from, to));
  const [entry] = splitEntries(last).entries;
  return entry !== undefined && leafHash(entry.line.toString('utf8')) === head;
}
