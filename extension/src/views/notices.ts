import type { ControlProtocol, LedgerAnchor, Params } from '@axtary/protocol';
import * as vscode from 'vscode';

import { visible } from './visible.js';

/**
 * Shows the recovery code, once. The code is in the modal dialog only, so that no notification,
 * log or document keeps it.
 */
export async function showRecoveryCode(code: string, approver: string): Promise<void> {
  const show = vscode.l10n.t('Show Recovery Code');
  const offer = vscode.l10n.t(
    'This editor is now enrolled as approver {0}. Keep the recovery code: it is shown once and lets you in again if this editor loses its key.',
    approver,
  );
  const last = vscode.l10n.t(
    'Without the recovery code, a lost key means a new state folder and a new ledger. It cannot be shown later.',
  );
  const chosen =
    (await vscode.window.showWarningMessage(offer, show)) ??
    (await vscode.window.showWarningMessage(last, show));
  if (chosen !== show) return;
  const copy = vscode.l10n.t('Copy');
  const detail = vscode.l10n.t(
    'Keep it where agents cannot read it, such as a password manager. It enrols one more key, for example after a new machine or a fresh editor profile, and is replaced when used.',
  );
  const answer = await vscode.window.showInformationMessage(code, { modal: true, detail }, copy);
  if (answer === copy) await vscode.env.clipboard.writeText(code);
}

/** What it means that a ledger is not the one this editor saw. */
export function contradictionText(before: LedgerAnchor, now: LedgerAnchor): string {
  return vscode.l10n.t(
    'The ledger {0} is not the one this editor saw: it had {1} records, now it has {2}. It was cut short, replaced or rewritten.',
    now.log,
    before.size,
    now.size,
  );
}

/** Which entries of the setting of anchors are left out, and why. */
export function anchorSettingText(problems: readonly string[]): string {
  return vscode.l10n.t(
    'No ledger is anchored with these entries of axtary.ledger.anchors until they are put right: {0}',
    visible(problems.join('; ')),
  );
}

export function logHostEntry(
  log: vscode.LogOutputChannel,
  { level, message }: Params<ControlProtocol, 'host/log'>,
): void {
  log[level](`[enforcement host] ${message}`);
}
