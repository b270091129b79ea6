import type { LedgerItem } from '@axtary/protocol';

import type { LedgerWindow } from './store.js';

/** The records of calls that a rule had a say in: all records of each such decision. */
export function ofRule(window: LedgerWindow, rule: string): LedgerWindow {
  const decisions = new Set(window.items.filter((item) => item.rules.includes(rule)).map(keyOf));
  return { ...window, items: window.items.filter((item) => decisions.has(keyOf(item))) };
}

function keyOf({ decisionId, seq }: LedgerItem): string {
  return decisionId ?? `seq-${seq}`;
}
