import * as vscode from 'vscode';

import type { PolicyTextKind } from '@axtary/protocol';

import type { FolderModel, WindowStore } from '../model/store.js';
import { POLICY_FILE, kindOf } from './policy-name.js';

export { DRAFT_SUFFIX, POLICY_FILE } from './policy-name.js';

/** Policies and drafts of one, on disk or still in memory. */
export const POLICY_SELECTOR: readonly vscode.DocumentFilter[] = [
  { scheme: 'file', pattern: `**/${POLICY_FILE}` },
  { scheme: 'untitled', pattern: `**/${POLICY_FILE}` },
  { scheme: 'file', pattern: `**/*.${POLICY_FILE}` },
  { scheme: 'untitled', pattern: `**/*.${POLICY_FILE}` },
];
/** Other tools have files of this name too: `policyKind` tells which are ours. */
export const TESTS_SELECTOR: readonly vscode.DocumentFilter[] = [
  { scheme: 'file', pattern: '**/*.test.yml' },
];

/** Where a folder's policy proposal is. */
export function policyUri(folder: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.Uri.file(folder), POLICY_FILE);
}

/** Whether a document is a policy, a draft of one, or a file of policy tests. */
export function policyKind(document: vscode.TextDocument): PolicyTextKind | undefined {
  const { scheme, path } = document.uri;
  if (scheme !== 'file' && scheme !== 'untitled') return undefined;
  return kindOf(path, () => document.getText());
}

/** The folder a command is about: the active editor's, the only one, or the one that is picked. */
export async function pickFolder(store: WindowStore): Promise<FolderModel | undefined> {
  const { folders } = store;
  if (folders.length <= 1) return folders[0];
  const active = vscode.window.activeTextEditor?.document.uri;
  const ofActive = active && vscode.workspace.getWorkspaceFolder(active)?.uri.fsPath;
  const known = ofActive === undefined ? undefined : store.folder(ofActive);
  if (known !== undefined) return known;
  const picked = await vscode.window.showQuickPick(
    folders.map((folder) => ({ label: folder.name, description: folder.folder, folder })),
    { placeHolder: vscode.l10n.t('Which folder?') },
  );
  return picked?.folder;
}
