import type { LedgerFound } from '@axtary/protocol';

import { countText, rowTime } from './ledger-texts.js';

type Timeline = LedgerFound['timeline'];
type Kind = keyof Timeline['spans'][number];

/** From the bottom of a bar to its top. */
export const KINDS = ['allow', 'step_up', 'deny', 'other'] as const satisfies readonly Kind[];

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  allow: 'allowed',
  step_up: 'asked a human',
  deny: 'denied',
  other: 'other records',
};

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

/** What a span holds, in words. */
export function spanText(timeline: Timeline, index: number): string {
  const span = timeline.spans[index];
  if (span === undefined) return '';
  const { since, until } = rangeOf(timeline, index, index);
  return `${rowTime(since)} – ${rowTime(until)}: ${countsText(span)}`;
}

/** What the whole chart says, in words. */
export function timelineText(timeline: Timeline): string {
  const { spans } = timeline;
  if (spans.length === 0) return 'No records.';
  const { since, until } = rangeOf(timeline, 0, spans.length - 1);
  const sum = (kind: Kind): number => spans.reduce((count, span) => count + span[kind], 0);
  const sums = {
    allow: sum('allow'),
    step_up: sum('step_up'),
    deny: sum('deny'),
    other: sum('other'),
  };
  return `${rowTime(since)} – ${rowTime(until)}: ${countsText(sums)}`;
}

function countsText(span: Readonly<Record<Kind, number>>): string {
  const parts = KINDS.filter((kind) => span[kind] > 0).map(
    (kind) => `${countText(span[kind])} ${KIND_NAMES[kind]}`,
  );
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

function totalOf({ allow, deny, step_up, other }: Timeline['spans'][number]): number {
  return allow + deny + step_up + other;
}

function timeAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
