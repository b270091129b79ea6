import { performance } from 'node:perf_hooks';

import type { Clock } from '@axtary/core';
import { newId, type Sha256 } from '@axtary/core/digest';

import { GENESIS_PREV, leafHash, toRecord, writeLine } from '../record/chain.js';
import type { PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord, RecordPlace } from '../record/records.js';

/** Records written out, in order, and where the chain stands after them. */
export interface Draft {
  readonly text: string;
  readonly records: readonly LedgerRecord[];
  readonly end: TailMark;
}

/** Where a chain stands. */
export interface TailMark {
  readonly size: number;
  readonly head: Sha256;
  /** Bytes of the last line with its newline. */
  readonly lastLineBytes: number;
}

const EMPTY: TailMark = { size: 0, head: GENESIS_PREV, lastLineBytes: 0 };

/** The durable end of one ledger, as one opening of it by one process continues it. */
export class Tail {
  readonly log: string;
  readonly #boot = newId('boot');
  readonly #clock: Clock;
  #mark: TailMark;

  constructor(clock: Clock, log: string, mark: TailMark = EMPTY) {
    this.log = log;
    this.#clock = clock;
    this.#mark = mark;
  }

  get mark(): TailMark {
    return this.#mark;
  }

  /** The place of the next record, now. */
  nextPlace(): RecordPlace {
    return {
      log: this.log,
      seq: this.#mark.size,
      prev: this.#mark.head,
      ts: this.#clock.now().toISOString(),
      boot: this.#boot,
      mono: Math.floor(performance.now()),
    };
  }

  /** Writes entries out, the first at `place`. Changes nothing: `advance` does, once durable. */
  draft(entries: readonly PreparedEntry[], place: RecordPlace): Draft {
    const records: LedgerRecord[] = [];
    let { seq, prev: head } = place;
    let text = '';
    let line = '';
    for (const { content, bodyText } of entries) {
      const here = { ...place, seq, prev: head };
      line = writeLine(here, content.type, bodyText);
      records.push(toRecord(here, content));
      text += `${line}\n`;
      head = leafHash(line);
      seq++;
    }
    return { text, records, end: { size: seq, head, lastLineBytes: Buffer.byteLength(line) + 1 } };
  }

  /** The draft is durable. */
  advance({ end }: Draft): void {
    this.#mark = end;
  }
}
