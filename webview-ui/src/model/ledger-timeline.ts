import type { LedgerFound } from '@axtary/protocol';

import { countText, rowTime } from './ledger-texts.js';

type Timeline = LedgerFound['timeline'];
type Kind = keyof Timeline['spans'][number];

/** From the bottom of a bar to its top. */
export const KINDS = ['allow', 'step_up', 'deny', 'other'] as const satisfies readonly Kind[];

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  allow: 'allowed',
  step_up: 'asked a human',
  deny: 'denied',
  other: 'other records',
};

/** What is counted of a range of time. */
export interface RangeCounts {
  readonly range: string;
  /** Kinds that occur, in the order of `KINDS`, in words. */
  readonly kinds: readonly { readonly kind: Kind; readonly text: string }[];
}

/** One part of a bar; lengths from 0 to 1, `y` from the top. */
export interface BarPart {
  readonly kind: Kind;
  readonly y: number;
  readonly height: number;
}

/** Bars of the chart, the earliest first. The fullest one is as high as the chart. */
export function barsOf({ spans }: Timeline): (readonly BarPart[])[] {
  const most = Math.max(1, ...spans.map(totalOf));
  return spans.map((span) => {
    let filled = 0;
    return KINDS.flatMap((kind): BarPart[] => {
      if (span[kind] === 0) return [];
      const height = span[kind] / most;
      filled += height;
      return [{ kind, y: 1 - filled, height }];
    });
  });
}

/** Spans from `first` to `last`, both included, as times; RFC 3339. */
export function rangeOf(
  { start, spanMs }: Timeline,
  first: number,
  last: number,
): { readonly since: string; readonly until: string } {
  const begin = Date.parse(start);
  return {
    since: timeAt(begin + Math.min(first, last) * spanMs),
    until: timeAt(begin + (Math.max(first, last) + 1) * spanMs),
  };
}

/** What spans from `first` to `last` hold together, in words. */
export function countsOf(timeline: Timeline, first: number, last: number): RangeCounts {
  const begin = Math.min(first, last);
  const spans = timeline.spans.slice(Math.max(0, begin), Math.max(first, last) + 1);
  if (spans.length === 0) return { range: 'No records', kinds: [] };
  const { since, until } = rangeOf(timeline, first, last);
  const kinds = KINDS.flatMap((kind) => {
    const count = spans.reduce((sum, span) => sum + span[kind], 0);
    return count === 0 ? [] : [{ kind, text: `${countText(count)} ${KIND_NAMES[kind]}` }];
  });
  return { range: `${rowTime(since)} – ${rowTime(until)}`, kinds };
}

/** The same as one text. */
export function rangeText({ range, kinds }: RangeCounts): string {
  const counts = kinds.map(({ text }) => text).join(', ');
  return counts === '' ? `${range}: nothing` : `${range}: ${counts}`;
}

/** Places of the spans that hold anything. */
export function filledSpans({ spans }: Timeline): number[] {
  return spans.flatMap((span, index) => (totalOf(span) > 0 ? [index] : []));
}

function totalOf({ allow, deny, step_up, other }: Timeline['spans'][number]): number {
  return allow + deny + step_up + other;
}

function timeAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
