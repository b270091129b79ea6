import * as vscode from 'vscode';

import { stopOf, unknownOutcomes } from '../model/authority-tree.js';
import { isAcceptable } from '../ledger/fault.js';
import type { WindowStore } from '../model/store.js';

/** Keeps the context keys that the manifest's `when` clauses read in step with the store. */
export function followContextKeys(store: WindowStore): () => void {
  const known = new Map<string, unknown>();
  function set(key: string, value: unknown): void {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
  function refresh(): void {
    const { host, folders, pending } = store;
    set('axtary.host', host.kind === 'off' ? `off-${host.reason}` : host.kind);
    set('axtary.pending', pending.length > 0);
    set('axtary.stopped', stopOf(folders) !== undefined);
    set('axtary.unknownOutcomes', unknownOutcomes(folders).length > 0);
    set(
      'axtary.ledgerAcceptable',
      folders.some(({ state }) => state !== undefined && isAcceptable(state.ledger)),
    );
    set('axtary.ledgerFiltered', store.ledgerFilter !== undefined);
    const statuses = folders.map((folder) => folder.state?.policy.status);
    set(
      'axtary.policy',
      statuses.find((status) => status !== 'trusted') ?? statuses[0] ?? 'unknown',
    );
  }
  refresh();
  return store.onDidChange(refresh);
}
