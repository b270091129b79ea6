import path from 'node:path';

import type { LedgerAnchor, VerifyReport } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import type { VirtualDocuments } from '../views/documents.js';
import type { LedgerAnchors } from './anchors.js';
import { findRecord, prettyRecord, type FoundRecord } from './find-record.js';
import { reportText, verdictText } from './report.js';
import type { ShownRuns } from './shown-runs.js';

const { l10n } = vscode;

export interface VerifyDependencies {
  readonly documents: VirtualDocuments;
  readonly anchors: LedgerAnchors;
  readonly runs: ShownRuns;
  readonly caller: () => Pick<ControlCaller, 'call'>;
}

/** Verifies exports, as far as possible against what this editor knows, and shows reports. */
export class ExportVerifier {
  readonly #dependencies: VerifyDependencies;

  constructor(dependencies: VerifyDependencies) {
    this.#dependencies = dependencies;
  }

  async verify(given?: vscode.Uri): Promise<void> {
    const target = given ?? (await pickExport());
    if (target === undefined) return;
    const file = target.fsPath;
    const title = l10n.t('Verifying {0}', path.basename(file));
    const report = await this.#dependencies.runs.start(title, (run) => this.#verified(file, run));
    if (report === undefined) return;
    const { seq } = report;
    const faulty = seq === undefined ? undefined : await findRecord(file, seq);
    await showReport(this.#dependencies.documents, { file, report, faulty });
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
