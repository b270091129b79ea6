import type { LedgerPanel, WorkspaceState } from '@axtary/protocol';
import { l10n } from 'vscode';

import { visible } from '../views/visible.js';

type Ledger = WorkspaceState['ledger'];

/** Faults that are over once a person accepts the ledger as it is. */
const ACCEPTABLE: ReadonlySet<string | undefined> = new Set([
  'LEDGER_WENT_BACK',
  'LEDGER_MISSING',
  'LEDGER_CHAIN_BROKEN',
]);

/** Whether a person can let a ledger go on that is not the one whose head was kept. */
export function isAcceptable({ error, code, expected }: Ledger): boolean {
  return error !== undefined && expected !== undefined && ACCEPTABLE.has(code);
}

/** What a fault of a ledger means, and what to do. `undefined`: it has none. */
export function faultOf(ledger: Ledger): LedgerPanel['fault'] {
  const { error } = ledger;
  if (error === undefined) return undefined;
  return {
    title: l10n.t('Nothing executes: the ledger cannot be written. {0}', visible(error)),
    advice: adviceOf(ledger),
    canAccept: isAcceptable(ledger),
  };
}

function adviceOf(ledger: Ledger): string {
  switch (ledger.code) {
    case 'LEDGER_WENT_BACK':
      return l10n.t(
        'The ledger ends before the last record that was seen: it was cut short, or an older copy was put back. Put the right file back, or accept the change.',
      );
    case 'LEDGER_MISSING':
      return l10n.t(
        'The ledger file is gone. Put it back from a copy, or accept that a new ledger begins.',
      );
    case 'LEDGER_CHAIN_BROKEN':
      return l10n.t(
        'A record does not follow from the one before it: the file was changed. Keep a copy as evidence, then put the right file back, or accept the change.',
      );
    case 'LEDGER_LOCKED':
      return l10n.t(
        'Another process writes this ledger: end it, and restart the enforcement host.',
      );
    case 'LEDGER_UNREADABLE':
      return l10n.t('The ledger cannot be read: see that the state folder is yours, and the log.');
    default:
      return l10n.t(
        'Make room on the disk, and see that the state folder can be written. Calls are recorded and executed again as soon as writing works.',
      );
  }
}
