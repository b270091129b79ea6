import path from 'node:path';

import type { ControlProtocol, Result } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import { exportDialogs } from '../views/export-dialogs.js';
import { numberText } from '../views/format.js';
import type { LedgerAnchors } from './anchors.js';
import { askExport, type ExportRequest, type ExportSubject } from './export-questions.js';
import type { ShownRuns } from './shown-runs.js';

const { l10n } = vscode;

export interface ExportDependencies {
  readonly anchors: LedgerAnchors;
  readonly runs: ShownRuns;
  readonly caller: () => Pick<ControlCaller, 'call'>;
  readonly verify: (file: vscode.Uri) => Promise<void>;
}

/** Asks what is exported, exports it, and offers what is usually done next. */
export async function exportLedger(
  subject: ExportSubject,
  dependencies: ExportDependencies,
): Promise<void> {
  const request = await askExport(exportDialogs, subject);
  if (request === undefined) return;
  const { anchors, runs, caller, verify } = dependencies;
  const title = l10n.t('Exporting {0}', path.basename(request.file));
  const exported = await runs.start(title, (run) =>
    caller().call('ledger/export', { ...request, run }),
  );
  if (exported === undefined) return;
  await anchors.noteExport(exported.anchor);
  const actions = { verify: l10n.t('Verify'), show: l10n.t('Show File') };
  const chosen = await vscode.window.showInformationMessage(
    exportedText(request, exported),
    actions.verify,
    actions.show,
  );
  const target = vscode.Uri.file(request.file);
  if (chosen === actions.verify) await verify(target);
  else if (chosen === actions.show) await show(target);
}

/** In the Explorer where it has the file: a browser, and a remote window, have no other place. */
async function show(file: vscode.Uri): Promise<void> {
  const isInWorkspace = vscode.workspace.getWorkspaceFolder(file) !== undefined;
  await vscode.commands.executeCommand(isInWorkspace ? 'revealInExplorer' : 'revealFileInOS', file);
}

function exportedText(
  { file, redact, disclosures }: ExportRequest,
  { records, hidden }: Result<ControlProtocol, 'ledger/export'>,
): string {
  const texts = [
    l10n.t('{0} records exported to {1}.', numberText(records), path.basename(file)),
    redact === undefined ? '' : l10n.t('{0} sealed members are hidden.', numberText(hidden)),
    disclosures === undefined ? '' : l10n.t('{0} opens them.', path.basename(disclosures)),
  ];
  return texts.filter((text) => text !== '').join(' ');
}
