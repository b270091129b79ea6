import { hash } from 'node:crypto';

import type { Dictionary } from './dictionary.js';
import { GrowingDictionary } from './dictionary.js';
import { ATTRIBUTES, type Attribute, type Attributes } from './record-facts.js';

export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** What the index knows of a run of records, one entry a record, oldest first. */
export interface Columns {
  readonly first: number;
  readonly count: number;
  /** Where reading a record begins in its file; one more, where the last ends. */
  readonly starts: Uint32Array;
  /** Milliseconds since the epoch. */
  readonly times: Float64Array;
  /** `callKey` of the decision that the record belongs to; 0 for none. */
  readonly calls: Float64Array;
  /**
   * How many records before this one that decision stands; of a decision after an approval, the one
   * that asked for it. 0 for none.
   */
  readonly origins: Uint32Array;
  readonly codes: Readonly<Record<Attribute, Codes>>;
  readonly dictionaries: Readonly<Record<Attribute, Dictionary>>;
}

/** The first 53 bits of the id's digest, never 0: whoever looks for one id meets no other. */
export function callKey(decisionId: string): number {
  const digest = hash('sha256', decisionId, 'buffer');
  return digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11) || 1;
}

export interface ColumnEntry {
  /** Offset after the record. */
  readonly end: number;
  readonly time: number;
  readonly call: number;
  readonly origin: number;
  readonly attributes: Attributes;
}

/** Columns that grow by one record at a time. */
export class GrowingColumns {
  readonly #first: number;
  #count = 0;
  #capacity = 1024;
  #starts = new Uint32Array(this.#capacity + 1);
  #times = new Float64Array(this.#capacity);
  #calls = new Float64Array(this.#capacity);
  #origins = new Uint32Array(this.#capacity);
  #codes = byAttribute(() => new Uint32Array(this.#capacity));
  readonly #dictionaries = byAttribute(() => new GrowingDictionary());

  constructor(first: number) {
    this.#first = first;
  }

  add({ end, time, call, origin, attributes }: ColumnEntry): void {
    if (this.#count === this.#capacity) this.#grow();
    const at = this.#count++;
    this.#starts[at + 1] = end;
    this.#times[at] = time;
    this.#calls[at] = call;
    this.#origins[at] = origin;
    for (const name of ATTRIBUTES) {
      this.#codes[name][at] = this.#dictionaries[name].codeOf(attributes[name]);
    }
  }

  /** The records so far; it stays as it is when more come. */
  view(): Columns {
    const count = this.#count;
    return {
      first: this.#first,
      count,
      starts: this.#starts.subarray(0, count + 1),
      times: this.#times.subarray(0, count),
      calls: this.#calls.subarray(0, count),
      origins: this.#origins.subarray(0, count),
      codes: byAttribute((name) => this.#codes[name].subarray(0, count)),
      dictionaries: byAttribute((name) => this.#dictionaries[name].view()),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    const capacity = this.#capacity;
    this.#starts = filled(new Uint32Array(capacity + 1), this.#starts);
    this.#times = filled(new Float64Array(capacity), this.#times);
    this.#calls = filled(new Float64Array(capacity), this.#calls);
    this.#origins = filled(new Uint32Array(capacity), this.#origins);
    this.#codes = byAttribute((name) => filled(new Uint32Array(capacity), this.#codes[name]));
  }
}

/** Makes one value for each attribute. */
export function byAttribute<T>(make: (name: Attribute) => T): Record<Attribute, T> {
  return {
    type: make('type'),
    verdict: make('verdict'),
    status: make('status'),
    agent: make('agent'),
    human: make('human'),
    tool: make('tool'),
    task: make('task'),
    rules: make('rules'),
  };
}

function filled<T extends { set(values: ArrayLike<number>): void }>(
  array: T,
  values: ArrayLike<number>,
): T {
  array.set(values);
  return array;
}

/** The same codes in as few bytes as the dictionary's size allows. */
export function narrowed(codes: Codes, { size }: Dictionary): Codes {
  if (size < 2 ** 8) return Uint8Array.from(codes);
  return size < 2 ** 16 ? Uint16Array.from(codes) : Uint32Array.from(codes);
}
