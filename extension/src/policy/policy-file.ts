import * as vscode from 'vscode';

import type { FolderModel, WindowStore } from '../model/store.js';

export const POLICY_FILE = 'axtary.yml';

/** Where a folder's policy proposal is. */
export function policyUri(folder: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.Uri.file(folder), POLICY_FILE);
}

/** Whether a document is the policy of a workspace folder, on disk or still in memory. */
export function isPolicyDocument(document: vscode.TextDocument): boolean {
  const { scheme, path } = document.uri;
  return (scheme === 'file' || scheme === 'untitled') && path.endsWith(`/${POLICY_FILE}`);
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
