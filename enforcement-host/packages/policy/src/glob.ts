// The glob language of policies. A glob and a subject are split at every `/` into segments.
//
//   glob    = segment *( "/" segment )          at most 512 UTF-16 units
//   segment = "**"                              whole segment: any number of segments, also none;
//                                               as the last segment: at least one
//           / *( "*" / literal )                "*" is any run inside one segment, also an empty one
//   literal = any character but  ? [ ] { } ! \ NUL
//
// At most two `**`, at most eight segments between them; with two, no segment holds a `*`, because
// Cedar could not decide such a glob. Names with a leading dot are like any
// other name, case matters, and nothing is decoded or normalised. Matching takes time linear in
// the subject: heads and tails are compared in place, `*` searches with Knuth-Morris-Pratt.

import { foldCase } from './path.js';

const MAX_LENGTH = 512;
const MAX_DOUBLE_STARS = 2;
const MAX_BETWEEN = 8;
const MAX_REQUIRED = 16;
const REFUSED = /[?[\]{}!\\\0]/;

/** Says whether a subject matches. Never throws, linear in the length of the subject. */
export type Glob = (subject: string) => boolean;

/** Why a text is not a glob of the language above; `undefined` where it is one. */
export function globProblem(glob: string): string | undefined {
  if (glob === '') return 'expected a glob, got an empty text';
  if (glob.length > MAX_LENGTH) return `expected at most ${MAX_LENGTH} characters in a glob`;
  const unicode = unicodeProblem(glob);
  if (unicode !== undefined) return unicode;
  const refused = REFUSED.exec(glob)?.[0];
  if (refused !== undefined) return refusal(refused);
  const segments = glob.split('/');
  if (segments.some((segment) => segment.includes('**') && segment !== '**')) {
    return 'expected "**" to be a whole segment, as in "src/**/test"; use "*" inside a segment';
  }
  return doubleStarProblem(segments);
}

/**
 * Compiles a glob.
 *
 * @throws TypeError when `globProblem` has something to say of it.
 */
export function compileGlob(glob: string): Glob {
  const problem = globProblem(glob);
  if (problem !== undefined) throw new TypeError(problem);
  if (!glob.includes('*')) return (subject) => subject === glob;
  const simple = compileSimple(glob);
  if (simple !== undefined) return simple;
  const matches = compileSegments(glob.split('/'));
  const required = requiredText(glob);
  return (subject) => subject.includes(required) && matches(subject);
}

// Restricting rules compare what paths and globs fold to: it must be a glob as well.
function unicodeProblem(glob: string): string | undefined {
  if (glob !== glob.normalize('NFC')) {
    return 'expected composed characters (Unicode NFC): no path in its clear spelling has others';
  }
  const plain = foldCase(glob);
  if (plain.length > MAX_LENGTH) return `expected at most ${MAX_LENGTH} characters in a glob`;
  const isSpecial = /[*?[\]{}!\\/]/g;
  if (plain.match(isSpecial)?.length === glob.match(isSpecial)?.length) return undefined;
  return 'expected no other form of "*", "/" or a refused character, such as a fullwidth one';
}

function refusal(character: string): string {
  const shown = character === '\0' ? 'NUL' : `"${character}"`;
  return `${shown} has no meaning in a glob: only "*" and "**" do, list alternatives as separate globs`;
}

function doubleStarProblem(segments: readonly string[]): string | undefined {
  const at = segments.flatMap((segment, index) => (segment === '**' ? [index] : []));
  if (at.length > MAX_DOUBLE_STARS) return `expected at most ${MAX_DOUBLE_STARS} "**" in a glob`;
  const [first, second] = at;
  if (first === undefined || second === undefined) return undefined;
  const between = second - first - 1;
  if (between > MAX_BETWEEN) {
    return `expected at most ${MAX_BETWEEN} segments between two "**", got ${between}`;
  }
  return segments.some((segment) => segment !== '**' && segment.includes('*'))
    ? 'expected no "*" inside a segment beside two "**": Cedar cannot decide it; write the names out'
    : undefined;
}

// `head/**` and globs with a single `*` are the common case and need no walk over segments.
function compileSimple(glob: string): Glob | undefined {
  if (glob === '**') return () => true;
  const [before = '', after, ...more] = glob.split('*');
  if (after === undefined || more.length > 1) return undefined;
  if (more.length === 1) {
    const isTrailing = after === '' && more[0] === '' && before.endsWith('/');
    return isTrailing ? (subject) => subject.startsWith(before) : undefined;
  }
  const fixed = before.length + after.length;
  return (subject) => {
    if (!subject.startsWith(before) || subject.length < fixed) return false;
    if (!subject.endsWith(after)) return false;
    const slash = subject.indexOf('/', before.length);
    return slash === -1 || slash >= subject.length - after.length;
  };
}

// Most subjects lack what a glob is about, and `includes` says so at once. Its worst case grows with
// the text searched for, so that one stays short. A slash next to `**` may be absent.
function requiredText(glob: string): string {
  const parts = glob.split('*').map((part) => part.replace(/^\//, '').replace(/\/$/, ''));
  const [longest = ''] = parts.toSorted((a, b) => b.length - a.length);
  return longest.slice(0, MAX_REQUIRED);
}

interface Needle {
  readonly text: string;
  /** Knuth-Morris-Pratt: length of the longest border of each prefix. */
  readonly borders: readonly number[];
}

interface Segment {
  readonly prefix: string;
  readonly needles: readonly Needle[];
  /** `undefined`: the segment has no star and equals its prefix. */
  readonly suffix: string | undefined;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function compileSegments(texts: readonly string[]): Glob {
  const first = texts.indexOf('**');
  if (first === -1) {
    const all = texts.map(compileSegment);
    return (subject) => afterHead(all, subject, 0) === subject.length + 1;
  }
  const last = texts.lastIndexOf('**');
  const head = texts.slice(0, first).map(compileSegment);
  const middle = texts.slice(first + 1, Math.max(first + 1, last)).map(compileSegment);
  const tail = texts.slice(last + 1).map(compileSegment);
  const atLeast = tail.length === 0 ? 1 : 0;
  return (subject) => {
    const start = afterHead(head, subject, 0);
    if (start === undefined) return false;
    const end = beforeTail(tail, subject, start);
    if (end === undefined) return false;
    return findMiddle(middle, subject, { start, end, atLeast });
  };
}

function compileSegment(text: string): Segment {
  const [prefix = '', ...rest] = text.split('*');
  const suffix = rest.pop();
  return { prefix, suffix, needles: rest.filter((part) => part !== '').map(compileNeedle) };
}

function compileNeedle(text: string): Needle {
  const borders = [0];
  let border = 0;
  for (let index = 1; index < text.length; index++) {
    while (border > 0 && text[index] !== text[border]) border = borders[border - 1] ?? 0;
    if (text[index] === text[border]) border++;
    borders.push(border);
  }
  return { text, borders };
}

// Where the segment after the head starts: one past the end of the subject when none is left.
function afterHead(head: readonly Segment[], subject: string, from: number): number | undefined {
  let start = from;
  for (const segment of head) {
    if (start > subject.length) return undefined;
    const end = segmentEnd(subject, start);
    if (!matchesSegment(segment, subject, { start, end })) return undefined;
    start = end + 1;
  }
  return start;
}

// Where the last segment before the tail ends: one before `start` when none is left.
function beforeTail(tail: readonly Segment[], subject: string, start: number): number | undefined {
  let end = subject.length;
  for (const segment of tail.toReversed()) {
    if (end < start) return undefined;
    const from = end === 0 ? 0 : subject.lastIndexOf('/', end - 1) + 1;
    if (!matchesSegment(segment, subject, { start: from, end })) return undefined;
    end = from - 1;
  }
  return end;
}

// The leftmost place of the middle leaves the most segments for a trailing `**`.
function findMiddle(
  middle: readonly Segment[],
  subject: string,
  region: Span & { readonly atLeast: number },
): boolean {
  const { end, atLeast } = region;
  if (middle.length === 0) return atLeast === 0 || region.start <= end;
  for (let start = region.start; start <= end; start = segmentEnd(subject, start) + 1) {
    const after = afterHead(middle, subject, start);
    if (after !== undefined && after <= end + 1) return atLeast === 0 || after <= end;
  }
  return false;
}

function segmentEnd(subject: string, start: number): number {
  const end = subject.indexOf('/', start);
  return end === -1 ? subject.length : end;
}

function matchesSegment(segment: Segment, subject: string, { start, end }: Span): boolean {
  const { prefix, suffix, needles } = segment;
  if (!subject.startsWith(prefix, start)) return false;
  if (suffix === undefined) return end - start === prefix.length;
  const limit = end - suffix.length;
  let position = start + prefix.length;
  if (position > limit || !subject.startsWith(suffix, limit)) return false;
  for (const needle of needles) {
    const next = afterNeedle(needle, subject, { start: position, end: limit });
    if (next === undefined) return false;
    position = next;
  }
  return true;
}

// `indexOf` has no end bound and would read past the segment, which makes matching quadratic.
function afterNeedle({ text, borders }: Needle, subject: string, span: Span): number | undefined {
  let matched = 0;
  for (let index = span.start; index < span.end; index++) {
    const unit = subject.charCodeAt(index);
    while (matched > 0 && unit !== text.charCodeAt(matched)) matched = borders[matched - 1] ?? 0;
    if (unit === text.charCodeAt(matched)) matched++;
    if (matched === text.length) return index + 1;
  }
  return undefined;
}
