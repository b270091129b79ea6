import { randomBytes } from 'node:crypto';
import path from 'node:path';

import type { LedgerAnchor, LedgerItem, VerifyReport } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import { withOlder } from '../model/ledger-window.js';
import type { WindowStore } from '../model/store.js';
import { pickFolder } from '../policy/policy-file.js';
import type { VirtualDocuments } from '../views/documents.js';
import type { LedgerAnchors } from './anchors.js';
import { findRecordLine, prettyRecord } from './find-record.js';
import { reportText, verdictText } from './report.js';

/** Records that one more page of the view holds. */
const PAGE = 200;

export interface LedgerDependencies {
  readonly store: WindowStore;
  readonly documents: VirtualDocuments;
  readonly anchors: LedgerAnchors;
  readonly caller: () => ControlCaller;
}

/** What can be done with a ledger from the editor. */
export class LedgerCommands {
  readonly #dependencies: LedgerDependencies;
  readonly #verifying = new Map<string, (read: number, of: number) => void>();

  constructor(dependencies: LedgerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Follows a connection; each has its own notifications. */
  listen(caller: ControlCaller): void {
    caller.on('ledger/verifying', ({ run, bytes, totalBytes }) => {
      this.#verifying.get(run)?.(bytes, totalBytes);
    });
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
    const { folder, item } = record;
    const uri = this.#document(`${folder}#${item.seq}`, item.line, item.seq);
    const viewColumn = vscode.ViewColumn.Active;
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn });
  }

  async exportLedger(): Promise<void> {
    const { store, caller, anchors } = this.#dependencies;
    const folder = await pickFolder(store);
    if (folder === undefined) return;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export Ledger'),
      defaultUri: vscode.Uri.file(path.join(folder.folder, 'axtary-ledger.jsonl')),
      filters: { [vscode.l10n.t('Ledger export')]: ['jsonl'] },
    });
    if (target === undefined) return;
    const file = target.fsPath;
    const { records, anchor } = await caller().call('ledger/export', {
      workspace: folder.folder,
      file,
    });
    await anchors.noteExport(anchor);
    const verify = vscode.l10n.t('Verify');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t('{0} records exported to {1}.', records, path.basename(file)),
      verify,
    );
    if (chosen === verify) await this.verifyExport(target);
  }

  async verifyExport(given?: vscode.Uri): Promise<void> {
    const { anchors } = this.#dependencies;
    const target = given ?? (await pickExport());
    if (target === undefined) return;
    const file = target.fsPath;
    const bare = await this.#verify(file);
    if (bare === undefined) return;
    const anchor = await anchors.forVerification(bare.log, bare.size);
    const report = anchor === undefined ? bare : await this.#verify(file, anchor);
    if (report !== undefined) await this.#showReport(file, report);
  }

  /** Verifies a file, with progress. `undefined`: it was cancelled. */
  async #verify(file: string, anchor?: LedgerAnchor): Promise<VerifyReport | undefined> {
    const { caller } = this.#dependencies;
    const run = randomBytes(9).toString('base64url');
    const title = vscode.l10n.t('Verifying {0}', path.basename(file));
    const location = vscode.ProgressLocation.Notification;
    return vscode.window.withProgress(
      { location, title, cancellable: true },
      async (shown, end) => {
        let done = 0;
        this.#verifying.set(run, (read, of) => {
          const percent = of === 0 ? 0 : Math.floor((100 * read) / of);
          shown.report({ increment: percent - done, message: `${percent}%` });
          done = percent;
        });
        end.onCancellationRequested(() => void caller().call('policy/cancel', { run }));
        try {
          return await caller().call('ledger/verify', { file, run, ...(anchor && { anchor }) });
        } catch (error) {
          if (end.isCancellationRequested) return undefined;
          throw error;
        } finally {
          this.#verifying.delete(run);
        }
      },
    );
  }

  async #showReport(file: string, report: VerifyReport): Promise<void> {
    const name = `${path.basename(file)}.txt`;
    const text = reportText(file, report);
    const key = `${report.verdict}-${report.head}-${file}`;
    const uri = this.#dependencies.documents.put('axtary-report', { key, name, text });
    await vscode.window.showTextDocument(uri, { preview: true });
    if (report.seq !== undefined) await this.#showFaulty(file, report.seq, report.head);
    const summary = `${report.verdict}: ${verdictText(report)}`;
    // Not awaited: the report is already in view, and a message may stay open for long.
    if (report.verdict === 'VALID_ANCHORED') void vscode.window.showInformationMessage(summary);
    else if (report.verdict === 'INVALID') void vscode.window.showErrorMessage(summary);
    else void vscode.window.showWarningMessage(summary);
  }

  async #showFaulty(file: string, seq: number, head: string): Promise<void> {
    const line = await findRecordLine(file, seq);
    if (line === undefined) return;
    const uri = this.#document(`${file}#${head}`, line, seq);
    const viewColumn = vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn, preserveFocus: true });
  }

  #document(key: string, line: string, seq: number): vscode.Uri {
    const name = `record-${seq}.json`;
    const text = prettyRecord(line);
    return this.#dependencies.documents.put('axtary-record', { key, name, text });
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

async function pickExport(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Verify Export'),
    openLabel: vscode.l10n.t('Verify'),
    filters: { [vscode.l10n.t('Ledger export')]: ['jsonl'], [vscode.l10n.t('All files')]: ['*'] },
  });
  return picked?.[0];
}
