import { performance } from 'node:perf_hooks';

import type { Clock } from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';

import { digestOf, type TreeFrontier } from '../merkle/tree.js';
import type { ChainState, LastPlace } from '../record/chain.js';
import { leafHash, toRecord, writeLine } from '../record/line.js';
import type { PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord, RecordContent, RecordPlace } from '../record/records.js';

/** Records written out, in order, and where the chain stands after them. */
export interface Draft {
  readonly text: string;
  readonly records: readonly LedgerRecord[];
  /** Their leaf hashes. */
  readonly leaves: readonly Sha256[];
  readonly end: TailMark;
}

/** Where a chain stands. */
export interface TailMark {
  readonly size: number;
  readonly head: Sha256;
  /** Bytes of the last record's line with its newline. */
  readonly lastLineBytes: number;
}

/** The wall clock may differ by so much from the machine's own before that is recorded. */
const SUSPENDED_MS = 30_000;

/** The durable end of one ledger, as one opening of it by one process continues it. */
export class Tail {
  readonly log: string;
  readonly #boot = newId('boot');
  readonly #clock: Clock;
  readonly #tree: TreeFrontier;
  #mark: TailMark;
  #last: LastPlace | undefined;

  constructor(clock: Clock, from: ChainState, lastLineBytes: number) {
    this.#clock = clock;
    this.log = from.log === '' ? newId('log') : from.log;
    this.#tree = from.tree.clone();
    this.#mark = { size: from.size, head: from.head, lastLineBytes };
    this.#last = from.last;
  }

  get mark(): TailMark {
    return this.#mark;
  }

  /** Tree hash of all durable records, RFC 6962 section 2.1. */
  root(): Sha256 {
    return digestOf(this.#tree.root());
  }

  /** A copy of the tree of all durable records. */
  tree(): TreeFrontier {
    return this.#tree.clone();
  }

  /** What of the last record decides about the next. */
  get last(): LastPlace | undefined {
    return this.#last;
  }

  /**
   * The place of the next record, now. Its time is never before that of the last one: of a clock
   * that is set back, the next anomaly tells.
   */
  nextPlace(): RecordPlace {
    const place = this.#placeNow();
    const last = this.#last;
    return last && place.ts < last.ts ? { ...place, ts: last.ts } : place;
  }

  #placeNow(): RecordPlace {
    return {
      log: this.log,
      seq: this.#mark.size,
      prev: this.#mark.head,
      ts: this.#clock.now().toISOString(),
      boot: this.#boot,
      mono: Math.floor(performance.now()),
    };
  }

  /** What the clocks did since the last record, where it is worth a record, and that one's place. */
  anomaly(): { readonly content: RecordContent; readonly place: RecordPlace } | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    const place = this.#placeNow();
    const { ts, boot, mono } = place;
    const passed = Date.parse(ts) - Date.parse(last.ts);
    if (passed < 0) {
      const body = { kind: 'backwards', before: last.ts, byMs: -passed } as const;
      return { content: { type: 'clock_anomaly', body }, place };
    }
    const byMs = boot === last.boot ? passed - (mono - last.mono) : 0;
    if (byMs < SUSPENDED_MS) return undefined;
    const body = { kind: 'suspended', before: last.ts, byMs } as const;
    return { content: { type: 'clock_anomaly', body }, place };
  }

  /** Writes entries out, the first at `place`. Changes nothing: `advance` does, once durable. */
  draft(entries: readonly PreparedEntry[], place: RecordPlace): Draft {
    const records: LedgerRecord[] = [];
    const leaves: Sha256[] = [];
    let { seq, prev: head } = place;
    let text = '';
    let line = '';
    for (const { content, bodyText, disclosuresText } of entries) {
      const here = { ...place, seq, prev: head };
      line = writeLine(here, content.type, bodyText);
      records.push(toRecord(here, content));
      text += disclosuresText === '' ? `${line}\n` : `${disclosuresText}\n${line}\n`;
      head = leafHash(line);
      leaves.push(head);
      seq++;
    }
    const end = { size: seq, head, lastLineBytes: Buffer.byteLength(line) + 1 };
    return { text, records, leaves, end };
  }

  /** The draft is durable. */
  advance({ end, leaves, records }: Draft): void {
    for (const leaf of leaves) this.#tree.appendDigest(leaf);
    this.#mark = end;
    const last = records.at(-1);
    if (last) this.#last = { boot: last.boot, mono: last.mono, ts: last.ts };
  }
}
