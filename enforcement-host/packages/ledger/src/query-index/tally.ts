import type { Columns } from './columns.js';
import type { Attribute } from './record-facts.js';

/** Groups that one answer holds. */
const MAX_GROUPS = 1000;

/** The records that share a word. */
export interface Group {
  readonly key: string;
  readonly count: number;
  /** Sequence number of the newest. */
  readonly newest: number;
}

/** How many decisions of each verdict, and other records, one span of time has. */
export interface Span {
  readonly allow: number;
  readonly deny: number;
  readonly step_up: number;
  readonly other: number;
}

/** Equal spans, the first of which begins with the earliest record. */
export interface Timeline {
  /** Milliseconds since the epoch; 0 where nothing was found. */
  readonly start: number;
  readonly spanMs: number;
  readonly spans: readonly Span[];
}

const KINDS = ['other', 'allow', 'deny', 'step_up'] as const;

/** Gathers what a query found, segment by segment, newest first. */
export class Tally {
  readonly #group: Attribute | undefined;
  readonly #seqs: Uint32Array;
  readonly #times: Float64Array;
  /** Of `KINDS`. */
  readonly #kinds: Uint8Array;
  #count = 0;
  #least = Infinity;
  #greatest = -Infinity;
  readonly #groups = new Map<string, { count: number; newest: number }>();

  constructor(size: number, group: Attribute | undefined) {
    this.#group = group;
    // Memory that is never written costs nothing.
    this.#seqs = new Uint32Array(size);
    this.#times = new Float64Array(size);
    this.#kinds = new Uint8Array(size);
  }

  /** Adds records of a segment by their positions, ascending; all where they are undefined. */
  add(columns: Columns, positions: Uint32Array | undefined): void {
    const { first, count, times, codes, dictionaries } = columns;
    const kinds = kindsOf(dictionaries.verdict.words);
    const verdicts = codes.verdict;
    for (let n = (positions?.length ?? count) - 1; n >= 0; n--) {
      const at = positions ? (positions[n] ?? 0) : n;
      const time = times[at] ?? 0;
      if (time < this.#least) this.#least = time;
      if (time > this.#greatest) this.#greatest = time;
      this.#seqs[this.#count] = first + at;
      this.#times[this.#count] = time;
      this.#kinds[this.#count++] = kinds[verdicts[at] ?? 0] ?? 0;
    }
    if (this.#group) this.#addGroups(columns, this.#group, positions);
  }

  result(spans: number): {
    readonly seqs: Uint32Array;
    readonly groups: readonly Group[];
    readonly timeline: Timeline;
  } {
    return {
      // A copy, so that what was not found takes no memory.
      seqs: this.#seqs.slice(0, this.#count),
      groups: this.#newestGroups(),
      timeline: this.#timeline(spans),
    };
  }

  #addGroups(
    { first, count, codes, dictionaries }: Columns,
    group: Attribute,
    positions: Uint32Array | undefined,
  ): void {
    const { size, words } = dictionaries[group];
    const counts = new Uint32Array(size + 1);
    const newest = new Uint32Array(size + 1);
    const column = codes[group];
    const length = positions?.length ?? count;
    for (let n = 0; n < length; n++) {
      const at = positions ? (positions[n] ?? 0) : n;
      const code = column[at] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
      newest[code] = at;
    }
    for (const [code, counted] of counts.entries()) {
      if (counted > 0) this.#merge(words[code - 1] ?? '', counted, first + (newest[code] ?? 0));
    }
  }

  #merge(key: string, count: number, newest: number): void {
    const known = this.#groups.get(key);
    if (known) known.count += count;
    else this.#groups.set(key, { count, newest });
  }

  #newestGroups(): readonly Group[] {
    const groups = [...this.#groups].map(([key, group]) => ({ key, ...group }));
    return groups.sort((a, b) => b.newest - a.newest).slice(0, MAX_GROUPS);
  }

  #timeline(most: number): Timeline {
    if (this.#count === 0) return { start: 0, spanMs: 1, spans: [] };
    const start = this.#least;
    const length = this.#greatest - start + 1;
    const spanMs = Math.max(1, Math.ceil(length / most));
    const counts = new Uint32Array(Math.ceil(length / spanMs) * KINDS.length);
    for (let n = 0; n < this.#count; n++) {
      const span = Math.floor(((this.#times[n] ?? 0) - start) / spanMs);
      const at = span * KINDS.length + (this.#kinds[n] ?? 0);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const spans = Array.from({ length: counts.length / KINDS.length }, (_, n) => spanOf(counts, n));
    return { start, spanMs, spans };
  }
}

/** The kind of each code of a verdict. */
function kindsOf(verdicts: readonly string[]): readonly number[] {
  return [
    0,
    ...verdicts.map((verdict) =>
      Math.max(
        0,
        KINDS.findIndex((kind) => kind === verdict),
      ),
    ),
  ];
}

function spanOf(counts: Uint32Array, n: number): Span {
  const [other = 0, allow = 0, deny = 0, stepUp = 0] = counts.subarray(
    n * KINDS.length,
    (n + 1) * KINDS.length,
  );
  return { allow, deny, step_up: stepUp, other };
}
