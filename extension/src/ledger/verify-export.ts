import { randomBytes } from 'node:crypto';
import path from 'node:path';

import type { ControlProtocol, LedgerAnchor, Params, VerifyReport } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import type { VirtualDocuments } from '../views/documents.js';
import { numberText } from '../views/format.js';
import type { LedgerAnchors } from './anchors.js';
import { findRecord, prettyRecord, type FoundRecord } from './find-record.js';
import { reportText, verdictText } from './report.js';

const { l10n } = vscode;

export interface VerifyDependencies {
  readonly documents: VirtualDocuments;
  readonly anchors: LedgerAnchors;
  readonly caller: () => Pick<ControlCaller, 'call'>;
}

type Progress = Params<ControlProtocol, 'ledger/verifying'>;

/** Verifies exports, as far as possible against what this editor knows, and shows reports. */
export class ExportVerifier {
  readonly #dependencies: VerifyDependencies;
  readonly #listeners = new Map<string, (progress: Progress) => void>();

  constructor(dependencies: VerifyDependencies) {
    this.#dependencies = dependencies;
  }

  /** Follows a connection; each has its own notifications. */
  listen(caller: ControlCaller): void {
    caller.on('ledger/verifying', (progress: Progress) => {
      this.#listeners.get(progress.run)?.(progress);
    });
  }

  async verify(given?: vscode.Uri): Promise<void> {
    const target = given ?? (await pickExport());
    if (target === undefined) return;
    const file = target.fsPath;
    const report = await this.#withProgress(file);
    if (report === undefined) return;
    const { seq } = report;
    const faulty = seq === undefined ? undefined : await findRecord(file, seq);
    await showReport(this.#dependencies.documents, { file, report, faulty });
  }

  /** `undefined`: it was cancelled. */
  async #withProgress(file: string): Promise<VerifyReport | undefined> {
    const run = randomBytes(9).toString('base64url');
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Verifying {0}', path.basename(file)),
      cancellable: true,
    };
    try {
      return await vscode.window.withProgress(options, (progress, token) => {
        const cancelled = new Promise<undefined>((resolve) => {
          token.onCancellationRequested(() => {
            this.#cancel(run);
            resolve(undefined);
          });
        });
        this.#listeners.set(run, reporterOf(progress));
        return Promise.race([this.#verified(file, run), cancelled]);
      });
    } finally {
      this.#listeners.delete(run);
    }
  }

  /** A second reading compares with the head that is kept for a ledger of this id and size. */
  async #verified(file: string, run: string): Promise<VerifyReport> {
    const { caller, anchors } = this.#dependencies;
    const verify = (anchor?: LedgerAnchor): Promise<VerifyReport> =>
      caller().call('ledger/verify', { file, run, ...(anchor && { anchor }) });
    const bare = await verify();
    const anchor = await anchors.forVerification(bare.log, bare.size);
    return anchor === undefined ? bare : verify(anchor);
  }

  #cancel(run: string): void {
    // Where it cannot be told any more, the connection and its runs have ended.
    this.#dependencies
      .caller()
      .call('policy/cancel', { run })
      .catch(() => undefined);
  }
}

/** Says how far a reading has come. The bar is for the whole of it, so a second one fills it again. */
function reporterOf(
  shown: vscode.Progress<{ readonly message?: string; readonly increment?: number }>,
): (progress: Progress) => void {
  let reached = 0;
  return ({ records, bytes, totalBytes }) => {
    const percent = totalBytes === 0 ? 100 : Math.floor((bytes / totalBytes) * 100);
    const increment = Math.max(0, percent - reached);
    reached = percent;
    shown.report({
      message: l10n.t('{0} records, {1} %', numberText(records), percent),
      increment,
    });
  };
}

interface Shown {
  readonly file: string;
  readonly report: VerifyReport;
  readonly faulty: FoundRecord | undefined;
}

async function showReport(documents: VirtualDocuments, shown: Shown): Promise<void> {
  const { file, report, faulty } = shown;
  const name = `${path.basename(file)}.txt`;
  const text = reportText(report, { file, lineNumber: faulty?.lineNumber }, l10n);
  const key = `${report.verdict}-${report.head}-${file}`;
  const uri = documents.put('axtary-report', { key, name, text });
  // A record in preview would take the place of a report in preview.
  await vscode.window.showTextDocument(uri, { preview: false });
  if (faulty !== undefined) await showFaulty(documents, shown, faulty);
  const summary = `${report.verdict}: ${verdictText(report, l10n)}`;
  // Not awaited: the report is already in view, and a message may stay open for long.
  if (report.verdict === 'VALID_ANCHORED') void vscode.window.showInformationMessage(summary);
  else if (report.verdict === 'INVALID') void vscode.window.showErrorMessage(summary);
  else void vscode.window.showWarningMessage(summary);
}

/** Opens the first record concerned, beside the report. */
async function showFaulty(
  documents: VirtualDocuments,
  { file, report }: Shown,
  { line, disclosures, lineNumber }: FoundRecord,
): Promise<void> {
  const uri = documents.put('axtary-record', {
    key: `${file}#${report.head}#${lineNumber}`,
    name: `record-${report.seq ?? 0}.json`,
    text: prettyRecord(line, disclosures),
  });
  await vscode.window.showTextDocument(uri, {
    preview: true,
    preserveFocus: true,
    viewColumn: vscode.ViewColumn.Beside,
  });
}

async function pickExport(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: l10n.t('Verify Export'),
    openLabel: l10n.t('Verify'),
    filters: { [l10n.t('Ledger export')]: ['jsonl'], [l10n.t('All files')]: ['*'] },
  });
  return picked?.[0];
}
