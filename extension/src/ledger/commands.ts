import type { LedgerFilter, LedgerItem } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import { withOlder } from '../model/ledger-window.js';
import type { WindowStore } from '../model/store.js';
import { pickFolder } from '../policy/policy-file.js';
import type { VirtualDocuments } from '../views/documents.js';
import type { LedgerAnchors } from './anchors.js';
import { exportLedger } from './export-ledger.js';
import { prettyRecord } from './find-record.js';
import { ShownRuns } from './shown-runs.js';
import { ExportVerifier } from './verify-export.js';

/** Records that one more page of the view holds. */
const PAGE = 200;

export interface LedgerDependencies {
  readonly store: WindowStore;
  readonly documents: VirtualDocuments;
  readonly anchors: LedgerAnchors;
  readonly caller: () => ControlCaller;
  /** What the live ledger of a folder is confined to. `undefined`: it is not open. */
  readonly shown: (folder: string) => LedgerFilter | undefined;
}

/** What can be done with a ledger from the editor. */
export class LedgerCommands {
  readonly #dependencies: LedgerDependencies;
  readonly #runs: ShownRuns;
  readonly #verifier: ExportVerifier;

  constructor(dependencies: LedgerDependencies) {
    this.#dependencies = dependencies;
    this.#runs = new ShownRuns(dependencies.caller);
    this.#verifier = new ExportVerifier({ ...dependencies, runs: this.#runs });
  }

  /** Follows a connection; each has its own notifications. */
  listen(caller: ControlCaller): void {
    this.#runs.listen(caller);
  }

  async loadMore(folder: string): Promise<void> {
    const { store, caller } = this.#dependencies;
    const before = store.folder(folder)?.ledger.items.at(-1)?.seq;
    if (before === undefined) return;
    const page = await caller().call('ledger/list', { workspace: folder, before, limit: PAGE });
    const window = store.folder(folder)?.ledger;
    // Newer records may have come meanwhile; only what is older is added.
    if (window?.items.at(-1)?.seq !== before) return;
    store.update(folder, 'ledger', { ledger: withOlder(window, page.items, window.size) });
  }

  /** Opens a record read-only; without one, asks which. */
  async openRecord(node?: { readonly folder: string; readonly item: LedgerItem }): Promise<void> {
    const record = node ?? (await this.#pickRecord());
    if (record === undefined) return;
    await this.#show(`${record.folder}#${record.item.seq}`, record.item.line, record.item.seq);
  }

  async exportLedger(): Promise<void> {
    const { store, shown } = this.#dependencies;
    const picked = await pickFolder(store);
    if (picked === undefined) return;
    const { folder, ledger, state } = picked;
    const size = Math.max(ledger.size, state?.ledger.size ?? 0);
    await exportLedger(
      { folder, size, shown: shown(folder) },
      {
        ...this.#dependencies,
        runs: this.#runs,
        verify: (file) => this.verifyExport(file),
      },
    );
  }

  async verifyExport(given?: vscode.Uri): Promise<void> {
    await this.#verifier.verify(given);
  }

  async #show(key: string, line: string, seq: number): Promise<void> {
    const name = `record-${seq}.json`;
    const uri = this.#dependencies.documents.put('axtary-record', {
      key,
      name,
      text: prettyRecord(line),
    });
    await vscode.window.showTextDocument(uri, {
      preview: true,
      viewColumn: vscode.ViewColumn.Active,
    });
  }

  async #pickRecord(): Promise<{ readonly folder: string; readonly item: LedgerItem } | undefined> {
    const folder = await pickFolder(this.#dependencies.store);
    const picked = await vscode.window.showQuickPick(
      (folder?.ledger.items ?? []).map((item) => ({
        label: `${item.seq} ${item.type}`,
        description: item.title,
        item,
      })),
      { placeHolder: vscode.l10n.t('Which record?'), matchOnDescription: true },
    );
    return folder && picked && { folder: folder.folder, item: picked.item };
  }
}
