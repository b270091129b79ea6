import { LedgerError } from '@axtary/ledger';
import type { WorkspaceState } from '@axtary/protocol';

import { workspaceKey } from '../state/folder.js';

/**
 * The state of a folder whose ledger was refused, so that it is not served.
 *
 * @throws the error, where it is about something else.
 */
export function refusedState(folder: string, error: unknown): WorkspaceState {
  if (!(error instanceof LedgerError)) throw error;
  const { code, message, expected } = error;
  return {
    key: workspaceKey(folder),
    folder,
    policy: { status: 'untrusted', message: 'nothing executes while the ledger is refused' },
    servers: [],
    ledger: {
      size: 0,
      head: '',
      error: message,
      code,
      ...(expected && { expected }),
      anchors: [],
    },
  };
}
