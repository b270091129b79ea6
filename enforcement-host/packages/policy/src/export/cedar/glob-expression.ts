import { and, FALSE, literal, or, pattern, relation, TRUE, type Expression } from './expression.js';

// Cedar has one wildcard, which crosses slashes, and no quantifiers. What a glob says of segments is
// therefore said of facts that come with the text: how many segments it has, and single segments
// from the head and from the tail.
//
//   no "**"                  as many segments, and the text is like the glob
//   one "**"                 enough segments, the head matches, the tail matches
//   two "**", no other "*"   each of the two stands for no segment or for some: up to four patterns

/** How many single segments a text must bring, from its head and from its tail. */
export interface SegmentNeeds {
  readonly heads: number;
  readonly tails: number;
}

/** A glob as a condition on `subject`: a record with `text`, `segments`, `head0`…, `tail0`…. */
export function globExpression(glob: string, subject: string): Expression {
  const { head, middle, tail, gaps } = splitGlob(glob);
  if (gaps === 0) return withoutGap(head, subject);
  if (middle.length > 0) return withTwoGaps({ head, middle, tail }, subject);
  return withOneGap(head, tail, subject);
}

/** The single segments that the condition of a glob reads. */
export function segmentNeeds(globs: readonly string[]): SegmentNeeds {
  const all = globs.map(splitGlob).filter(({ gaps }) => gaps > 0);
  const heads = all.map(({ head }) => (hasStar(head) ? head.length : 0));
  const tails = all.map(({ tail }) => (hasStar(tail) ? tail.length : 0));
  return { heads: Math.max(0, ...heads), tails: Math.max(0, ...tails) };
}

interface SplitGlob {
  readonly head: readonly string[];
  readonly middle: readonly string[];
  readonly tail: readonly string[];
  /** How many `**` there are. */
  readonly gaps: number;
}

function splitGlob(glob: string): SplitGlob {
  const segments = glob.split('/');
  const first = segments.indexOf('**');
  if (first === -1) return { head: segments, middle: [], tail: [], gaps: 0 };
  const last = segments.lastIndexOf('**');
  return {
    head: segments.slice(0, first),
    middle: segments.slice(first + 1, Math.max(first + 1, last)),
    tail: segments.slice(last + 1),
    gaps: first === last ? 1 : 2,
  };
}

// As many slashes in the text as in the glob leave none for a wildcard.
function withoutGap(segments: readonly string[], subject: string): Expression {
  const glob = segments.join('/');
  if (!glob.includes('*')) return relation(`${subject}.text == ${literal(glob)}`);
  return and([
    relation(`${subject}.segments == ${segments.length}`),
    like(`${subject}.text`, glob.split('*')),
  ]);
}

function withOneGap(head: readonly string[], tail: readonly string[], subject: string): Expression {
  const least = head.length + Math.max(1, tail.length);
  return and([
    least > 1 ? relation(`${subject}.segments >= ${least}`) : TRUE,
    headExpression(head, subject),
    tailExpression(tail, subject),
  ]);
}

function headExpression(head: readonly string[], subject: string): Expression {
  if (head.length === 0) return TRUE;
  if (hasStar(head)) {
    return and(head.map((segment, index) => segmentExpression(segment, `${subject}.head${index}`)));
  }
  return like(`${subject}.text`, [`${head.join('/')}/`, '']);
}

function tailExpression(tail: readonly string[], subject: string): Expression {
  if (tail.length === 0) return TRUE;
  const { length } = tail;
  if (hasStar(tail)) {
    return and(
      tail.map((segment, index) =>
        segmentExpression(segment, `${subject}.tail${length - 1 - index}`),
      ),
    );
  }
  const text = tail.join('/');
  return or([
    relation(`${subject}.text == ${literal(text)}`),
    like(`${subject}.text`, ['', `/${text}`]),
  ]);
}

function segmentExpression(segment: string, place: string): Expression {
  if (segment === '*') return TRUE;
  return segment.includes('*')
    ? like(place, segment.split('*'))
    : relation(`${place} == ${literal(segment)}`);
}

// A wildcard between two slashes is at least one segment, which may be an empty one.
function withTwoGaps({ head, middle, tail }: Omit<SplitGlob, 'gaps'>, subject: string): Expression {
  const before = head.length === 0 ? [''] : [`${head.join('/')}/`];
  const after = tail.length === 0 ? [''] : [`/${tail.join('/')}`];
  const [start = '', end = ''] = [before[0], after[0]];
  const core = middle.join('/');
  const openings = [[`${start}${core}`], [start, `/${core}`]];
  const isTrailing = tail.length === 0;
  return or(
    openings
      .flatMap((opening) => {
        const some = addTo(opening, ['/', end]);
        return isTrailing ? [some] : [addTo(opening, [end]), some];
      })
      .map((texts) => like(`${subject}.text`, texts)),
  );
}

// The last text of `texts` and the first of `more` are next to each other.
function addTo(
  texts: readonly string[],
  [next = '', ...more]: readonly string[],
): readonly string[] {
  return [...texts.slice(0, -1), (texts.at(-1) ?? '') + next, ...more];
}

function like(place: string, texts: readonly string[]): Expression {
  const [only = '', ...others] = texts;
  return others.length === 0
    ? relation(`${place} == ${literal(only)}`)
    : relation(`${place} like ${pattern(texts)}`);
}

function hasStar(segments: readonly string[]): boolean {
  return segments.some((segment) => segment.includes('*'));
}

/** Any of the globs. */
export function globsExpression(globs: readonly string[], subject: string): Expression {
  return globs.length === 0 ? FALSE : or(globs.map((glob) => globExpression(glob, subject)));
}
