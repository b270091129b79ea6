import { DAYS, type PolicyWindow } from '../document/window.js';
import { normalizeWindow } from '../normal/normalize-condition.js';
import type { NormalTest } from '../normal/normal-form.js';

const DAY = 24 * 60;

type Span = readonly [from: number, to: number];

/** True where no minute of a week is in a window of both; never said across time zones. */
export function areApart(left: readonly PolicyWindow[], right: readonly PolicyWindow[]): boolean {
  return left.every((one) => right.every((other) => arePairApart(one, other)));
}

function arePairApart(left: PolicyWindow, right: PolicyWindow): boolean {
  if (left.timeZone !== right.timeZone) return false;
  const others = spansOf(normalizeWindow(right));
  return spansOf(normalizeWindow(left)).every(([from, to]) =>
    others.every(([start, end]) => to <= start || end <= from),
  );
}

/** True where `outer` is open whenever `inner` is; never said across time zones. */
export function windowCovers(outer: readonly PolicyWindow[], inner: PolicyWindow): boolean {
  const spans = outer
    .filter(({ timeZone }) => timeZone === inner.timeZone)
    .flatMap((window) => spansOf(normalizeWindow(window)));
  return spansOf(normalizeWindow(inner)).every(([from, to]) =>
    spans.some(([start, end]) => start <= from && to <= end),
  );
}

// Minutes of a week, by day; a window over midnight is written out as two parts.
function spansOf(test: NormalTest): readonly Span[] {
  if (test.op === 'any') return test.tests.flatMap(spansOf);
  if (test.op !== 'window') return [];
  return test.days
    .filter((day) => day <= DAYS.length)
    .map((day) => [(day - 1) * DAY + test.from, (day - 1) * DAY + test.to]);
}
