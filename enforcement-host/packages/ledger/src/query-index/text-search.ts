import type { FileHandle } from 'node:fs/promises';

import type { Columns } from './columns.js';
import { splitEntries } from '../store/lines.js';
import { readExactly } from './entries.js';
import type { Pace } from './pace.js';
import { readingSegment, runsOf, startOf, type Run } from './read-records.js';
import type { SegmentSource } from './segment-source.js';
import type { IndexedSegment } from './snapshot.js';
import { textPattern, type TextPattern } from './text-pattern.js';

const RUN_LIMITS = { maxGap: 64 * 1024, maxBytes: 512 * 1024 };
const BACKSLASH = '\\';

/** Where a search ends early. */
export interface TextLimits {
  /** Records found. */
  readonly hits: number;
  readonly milliseconds: number;
}

const DEFAULT_LIMITS: TextLimits = { hits: 10_000, milliseconds: 3000 };

export interface TextSearchOptions {
  readonly read: SegmentSource['read'];
  readonly pace: Pace;
  readonly limits?: TextLimits | undefined;
}

/** A search through a ledger's lines, from the newest to the oldest. */
export interface TextSearch {
  /** Whether it ended early. */
  readonly isOver: boolean;
  /** Those of the records that contain the text, ascending; all are candidates if undefined. */
  in(
    segment: IndexedSegment,
    columns: Columns,
    candidates: Uint32Array | undefined,
  ): Promise<Uint32Array>;
}

export function searchText(text: string, options: TextSearchOptions): TextSearch {
  return new LineSearch(textPattern(text), options);
}

class LineSearch implements TextSearch {
  readonly #pattern: TextPattern;
  readonly #read: SegmentSource['read'];
  readonly #pace: Pace;
  readonly #until: number;
  #left: number;
  #isOver = false;

  constructor(pattern: TextPattern, { read, pace, limits = DEFAULT_LIMITS }: TextSearchOptions) {
    this.#pattern = pattern;
    this.#read = read;
    this.#pace = pace;
    this.#until = performance.now() + limits.milliseconds;
    this.#left = limits.hits;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async in(
    segment: IndexedSegment,
    columns: Columns,
    candidates: Uint32Array | undefined,
  ): Promise<Uint32Array> {
    const { count, starts } = columns;
    const positions = candidates ?? new Uint32Array(count).map((_, at) => at);
    const isCandidate = new Uint8Array(count);
    for (const at of positions) isCandidate[at] = 1;
    const hits: number[] = [];
    await readingSegment(segment, { columns, read: this.#read }, async (handle) => {
      for (const run of runsOf(positions, starts, RUN_LIMITS).toReversed()) {
        const lines = { bytes: await readRun(handle, starts, run), run, starts };
        for (const at of this.#search(lines, isCandidate).reverse()) {
          if (this.#left-- > 0) hits.push(at);
        }
        this.#isOver = this.#left <= 0 || performance.now() > this.#until;
        if (this.#isOver) return;
        await this.#pace.rest();
      }
    });
    return Uint32Array.from(hits).sort();
  }

  /** Positions of the candidates of a run that contain the text, ascending. */
  #search({ bytes, run, starts }: Lines, isCandidate: Uint8Array): number[] {
    const { inBytes } = this.#pattern;
    const text = bytes.toString('latin1');
    const base = startOf(starts, run.from);
    const hits: number[] = [];
    let at = run.from;
    inBytes.lastIndex = 0;
    for (let match = inBytes.exec(text); match; match = inBytes.exec(text)) {
      const after = afterOther(text, match.index, inBytes.lastIndex);
      if (after !== undefined) {
        inBytes.lastIndex = after;
        continue;
      }
      while (startOf(starts, at + 1) <= base + match.index) at++;
      const end = startOf(starts, at + 1) - base;
      const isHit =
        isCandidate[at] === 1 && this.#isIn(bytes.subarray(startOf(starts, at) - base, end));
      if (isHit) hits.push(at);
      inBytes.lastIndex = end;
    }
    return hits;
  }

  /** Whether it is in a value, and not in what seals one. */
  #isIn(lines: Buffer): boolean {
    const [entry] = splitEntries(lines).entries;
    return entry !== undefined && this.#pattern.isIn(this.#read(entry).record);
  }
}

interface Lines {
  readonly bytes: Buffer;
  readonly run: Run;
  readonly starts: Uint32Array;
}

function readRun(handle: FileHandle, starts: Uint32Array, { from, to }: Run): Promise<Buffer> {
  return readExactly(handle, startOf(starts, from), startOf(starts, to));
}

/**
 * Where to go on if what was found is none: it begins within an escape, such as the `n` of `\n`, or
 * is in the name of a member. This need not find all that is none, but must not name what is one.
 */
function afterOther(text: string, start: number, end: number): number | undefined {
  if (isEscaped(text, start)) return start + 1;
  let quote = text.indexOf('"', end);
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return text[quote + 1] === ':' ? quote + 1 : undefined;
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}
