import type { FileHandle } from 'node:fs/promises';

import { brokenAt, LedgerError } from '../errors.js';
import { GENESIS_PREV } from '../record/chain.js';
import { leafHash } from '../record/line.js';
import { callKey, GrowingColumns, type Columns } from './columns.js';
import type { RawEntry } from '../record/line.js';
import { entryBytes, readEntries } from '../store/lines.js';
import { OpenCalls, type Call } from './open-calls.js';
import type { Pace } from './pace.js';
import { factsOf } from './record-facts.js';
import type { OpenedEntry } from './segment-source.js';

const LEAF_BYTES = 32;
const MAX_OFFSET = 2 ** 32 - 1;

/** Where a run of records follows on the one before it. */
export interface SegmentStart {
  /** Sequence number of the first record. */
  readonly first: number;
  /** Leaf hash of the record before it. */
  readonly prev: string;
  /** Calls that records before it left open. */
  readonly calls: readonly Call[];
}

export const LEDGER_START: SegmentStart = { first: 0, prev: GENESIS_PREV, calls: [] };

/** A run of records, indexed. */
export interface BuiltSegment {
  readonly columns: Columns;
  /** Leaf hashes, 32 bytes each. */
  readonly leaves: Uint8Array;
  readonly prev: string;
  /** Leaf hash of the last record; `prev` where there is none. */
  readonly head: string;
  readonly calls: readonly Call[];
}

/** Indexes the records of one file as they come, each after the one before. */
export class SegmentBuilder {
  readonly #start: SegmentStart;
  readonly #read: (entry: RawEntry) => OpenedEntry;
  readonly #columns: GrowingColumns;
  readonly #calls: OpenCalls;
  #leaves = Buffer.alloc(LEAF_BYTES * 1024);
  #next: number;
  #head: string;
  #bytes = 0;

  constructor(start: SegmentStart, read: (entry: RawEntry) => OpenedEntry) {
    this.#start = start;
    this.#read = read;
    this.#columns = new GrowingColumns(start.first);
    this.#calls = new OpenCalls(start.calls);
    this.#next = start.first;
    this.#head = start.prev;
  }

  get start(): SegmentStart {
    return this.#start;
  }

  /** Records so far. */
  get count(): number {
    return this.#next - this.#start.first;
  }

  /** Bytes of the file that they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes what the file holds beyond the records so far, up to `count` records altogether.
   *
   * @throws LedgerError `LEDGER_CHAIN_BROKEN` where a record does not follow on the one before.
   */
  async catchUp(
    handle: FileHandle,
    { end, count, pace }: { readonly end: number; readonly count: number; readonly pace: Pace },
  ): Promise<void> {
    if (this.count >= count) return;
    for await (const { entries } of readEntries(handle, { start: this.#bytes, end })) {
      for (const entry of entries) {
        if (this.count >= count) return;
        this.#add(entry);
        await pace.rest();
      }
    }
  }

  /** The records so far; it stays as it is when more come. */
  view(): BuiltSegment {
    return {
      columns: this.#columns.view(),
      leaves: this.#leaves.subarray(0, this.count * LEAF_BYTES),
      prev: this.#start.prev,
      head: this.#head,
      calls: this.#calls.carry(),
    };
  }

  #add(entry: RawEntry): void {
    const { record, line } = this.#read(entry);
    this.#assertNext(record);
    const end = this.#bytes + entryBytes(entry);
    if (end > MAX_OFFSET) {
      throw new LedgerError('LEDGER_UNREADABLE', 'a file of the ledger is larger than 4 GiB');
    }
    const facts = factsOf(record);
    const { call, follows = record.seq } = this.#calls.join(record, facts);
    const decisionId = call?.decisionId ?? facts.decisionId;
    const { agent, human, tool, task } = call ?? facts.attributes;
    this.#columns.add({
      end,
      time: Date.parse(record.ts),
      call: decisionId === undefined ? 0 : callKey(decisionId),
      origin: record.seq - follows,
      attributes: { ...facts.attributes, agent, human, tool, task },
    });
    this.#head = leafHash(line);
    this.#addLeaf(this.#head);
    this.#bytes = end;
    this.#next++;
  }

  #assertNext({ seq, prev }: { readonly seq: number; readonly prev: string }): void {
    if (seq === this.#next && prev === this.#head) return;
    throw brokenAt({ seq: this.#next, message: 'it does not follow on the record before it' });
  }

  #addLeaf(leaf: string): void {
    const at = this.count * LEAF_BYTES;
    if (at === this.#leaves.length) {
      this.#leaves = Buffer.concat([this.#leaves, Buffer.alloc(this.#leaves.length)]);
    }
    this.#leaves.write(leaf.slice('sha256:'.length), at, 'hex');
  }
}
