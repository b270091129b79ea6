import type { Position, Range } from '../issue.js';
import { Lines } from '../parse/lines.js';

/** The offset of a position; positions outside the text count as its nearest end. */
export function offsetAt(text: string, { line, column }: Position): number {
  let start = 0;
  for (let at = 0; at < line; at++) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + Math.max(column, 0), end === -1 ? text.length : end);
}

/** Ranges of a text by offsets. */
export function rangesOf(text: string): (start: number, end: number) => Range {
  const lines = new Lines(text);
  return (start, end) => {
    // `Lines` widens what is empty, which an insertion must stay.
    const range = lines.range(start, end);
    return end > start ? range : { start: range.start, end: range.start };
  };
}
