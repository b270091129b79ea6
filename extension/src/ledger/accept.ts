import path from 'node:path';

import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import type { FolderModel, WindowStore } from '../model/store.js';
import { numberText } from '../views/format.js';
import { visible } from '../views/visible.js';
import { isAcceptable } from './fault.js';

const WORD = 'accept';

export interface AcceptDependencies {
  readonly store: WindowStore;
  readonly caller: () => Pick<ControlCaller, 'call'>;
  /** The ledger goes on: its folder can be served, and its head is another than was seen. */
  readonly onAccepted: (folder: string, log: string) => Promise<void>;
}

/**
 * Lets a ledger go on that is not the one whose head was kept. A person reads what that means and
 * types a word; the enforcement host records it as a gap, with the approver's name.
 */
export async function acceptLedger(
  { store, caller, onAccepted }: AcceptDependencies,
  folder?: string,
): Promise<void> {
  const faulty = store.folders.filter(({ state }) => state && isAcceptable(state.ledger));
  const chosen = faulty.find((one) => one.folder === folder) ?? faulty[0];
  const expected = chosen?.state?.ledger.expected;
  if (chosen === undefined || expected === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No ledger of this window waits to be accepted.'),
    );
    return;
  }
  if (!(await isConfirmed(chosen))) return;
  const { size } = await caller().call('ledger/accept', {
    workspace: chosen.folder,
    expected: expected.head,
  });
  await onAccepted(chosen.folder, expected.log);
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'The ledger of {0} goes on with {1} records. The gap is recorded under your name.',
      chosen.name,
      numberText(size),
    ),
  );
}

async function isConfirmed(folder: FolderModel): Promise<boolean> {
  const go = vscode.l10n.t('Continue…');
  const question = vscode.l10n.t('Accept the changed ledger of {0}?', folder.name);
  const answer = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail: detailOf(folder) },
    go,
  );
  if (answer !== go) return false;
  const typed = await vscode.window.showInputBox({
    title: question,
    prompt: vscode.l10n.t('Type "{0}" to record the gap under your name.', WORD),
    ignoreFocusOut: true,
    validateInput: (text) =>
      isWord(text) ? undefined : vscode.l10n.t('Type "{0}", or press Escape.', WORD),
  });
  return typed !== undefined && isWord(typed);
}

function isWord(text: string): boolean {
  return text.trim().toLowerCase() === WORD;
}

function detailOf({ folder, state }: FolderModel): string {
  const { error = '', expected, size = 0 } = state?.ledger ?? {};
  return [
    visible(error),
    vscode.l10n.t(
      'Expected: {0} records, ending in {1}. Found: {2} records.',
      numberText(expected?.size ?? 0),
      expected?.head ?? '',
      numberText(size),
    ),
    vscode.l10n.t(
      'Records that are missing or changed stay so: nobody can prove any more what they said. Accepting writes a gap record with your name and the head that was expected, and calls execute again.',
    ),
    vscode.l10n.t(
      'If you do not know why this happened, do not accept: keep a copy of the state folder of {0} and find out who wrote there.',
      path.basename(folder),
    ),
  ].join('\n\n');
}
