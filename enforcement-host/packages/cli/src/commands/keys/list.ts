import type { KeyringKey } from '@axtary/actionpass';

import type { CliContext } from '../../context.js';
import type { StateOption } from '../../program-options.js';
import { tableLines } from '../../table.js';
import { withTrustStore } from '../../trust-store.js';

export interface KeysListOptions extends StateOption {
  readonly json: boolean;
}

/** Lists the keys that passes are verified with, oldest first. */
export async function keysList(options: KeysListOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  const stored = await withTrustStore(options, context, (store) => store.keys());
  if (options.json) {
    terminal.printJson({ keys: stored.map(viewOf) });
    return;
  }
  if (stored.length === 0) {
    terminal.print('No pass keys: the enforcement host makes one for its first pass.');
    return;
  }
  const rows = stored.map(viewOf).map(({ kid, state, notAfter = '' }) => [kid, state, notAfter]);
  for (const line of tableLines([['KID', 'STATE', 'NOT AFTER'], ...rows])) terminal.print(line);
}

interface KeyView {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly state: KeyringKey['state'];
  /** RFC 3339, UTC; of retired keys. */
  readonly notAfter?: string;
}

function viewOf(key: KeyringKey): KeyView {
  const { kid, state } = key;
  return { kid, state, ...(key.state === 'retired' && { notAfter: key.notAfter.toISOString() }) };
}
