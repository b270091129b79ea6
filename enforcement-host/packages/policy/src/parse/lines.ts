import type { Position, Range } from '../issue.js';

const LF = 10;
const CR = 13;

/** Finds lines and columns in a text. Lines end with LF, CR LF or CR. */
export class Lines {
  readonly #starts: readonly number[];
  readonly #length: number;

  constructor(text: string) {
    const starts = [0];
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      const isEnd = unit === LF || (unit === CR && text.charCodeAt(index + 1) !== LF);
      if (isEnd) starts.push(index + 1);
    }
    this.#starts = starts;
    this.#length = text.length;
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The range between two offsets, at least one column wide where the text goes on. */
  range(start: number, end: number): Range {
    const last = Math.min(Math.max(end, start + 1), this.#length);
    return { start: this.#position(Math.min(start, this.#length)), end: this.#position(last) };
  }

  #position(offset: number): Position {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low, column: offset - (this.#starts[low] ?? 0) };
  }
}
