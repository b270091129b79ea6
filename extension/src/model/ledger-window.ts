import type { LedgerItem } from '@axtary/protocol';

import type { LedgerWindow } from './store.js';

/**
 * Adds the newest records, newest first. `undefined`: between what is known and what has come some
 * are missing, so the window is to be read anew.
 */
export function withNewest(
  window: LedgerWindow,
  items: readonly LedgerItem[],
  size: number,
): LedgerWindow | undefined {
  if (items.length === 0) return size === window.size ? window : undefined;
  const newestKnown = window.items[0]?.seq;
  const oldestCome = items.at(-1)?.seq;
  if (oldestCome === undefined || newestKnown === undefined) {
    return items.length === size ? { items, size } : undefined;
  }
  if (oldestCome > newestKnown + 1 || size < window.size) return undefined;
  return { items: [...items, ...window.items.filter((item) => item.seq < oldestCome)], size };
}

/** Adds an older page, newest first, which begins right before the window's oldest record. */
export function withOlder(
  window: LedgerWindow,
  items: readonly LedgerItem[],
  size: number,
): LedgerWindow {
  const oldest = window.items.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  return { items: [...window.items, ...items.filter((item) => item.seq < oldest)], size };
}
