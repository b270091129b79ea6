import * as vscode from 'vscode';

import { columnFor } from '../editor-column.js';
import { DRAFT_SUFFIX, POLICY_FILE, policyKind, policyUri } from '../policy/policy-file.js';
import type { DraftText } from './session.js';

/** Policies and drafts that are open in this window, saved or not. */
export function openDrafts(): readonly DraftText[] {
  const documents = vscode.workspace.textDocuments.filter(
    (document) => policyKind(document) === 'policy' && !document.isClosed,
  );
  return documents.map(draftOf).sort((a, b) => Number(a.isDraft) - Number(b.isDraft));
}

function draftOf(document: vscode.TextDocument): DraftText {
  const { uri, isDirty } = document;
  const isDraft = !uri.path.endsWith(`/${POLICY_FILE}`);
  const name = vscode.workspace.asRelativePath(uri);
  const label =
    uri.scheme === 'untitled'
      ? vscode.l10n.t('{0} (new draft)', name.slice(name.lastIndexOf('/') + 1))
      : isDirty
        ? vscode.l10n.t('{0} (edited)', name)
        : name;
  return {
    id: uri.toString(),
    label,
    text: document.getText(),
    isDirty,
    isDraft,
    errors: errorsIn(uri),
  };
}

function errorsIn(uri: vscode.Uri): number {
  const { Error } = vscode.DiagnosticSeverity;
  return vscode.languages.getDiagnostics(uri).filter(({ severity }) => severity === Error).length;
}

/** Opens a draft: a copy of axtary.yml under a name that nothing enforces, not on the disk yet. */
export async function newDraft(folder: string): Promise<vscode.TextDocument> {
  const policy = policyUri(folder);
  const text = await textOf(policy);
  const uri = unusedDraftUri(policy);
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, new vscode.Position(0, 0), text);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

function unusedDraftUri(policy: vscode.Uri): vscode.Uri {
  const used = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.toString()));
  for (let number = 1; ; number += 1) {
    const name = `draft-${number}${DRAFT_SUFFIX}`;
    const uri = vscode.Uri.joinPath(policy, '..', name).with({ scheme: 'untitled' });
    if (!used.has(uri.toString())) return uri;
  }
}

async function textOf(policy: vscode.Uri): Promise<string> {
  try {
    return (await vscode.workspace.openTextDocument(policy)).getText();
  } catch {
    return 'version: 1\npreset: none\npolicies: []\n';
  }
}

/** Shows a draft in an editor, at a rule where it has the place of one. */
export async function showDraft(id: string, range?: vscode.Range): Promise<void> {
  const uri = vscode.Uri.parse(id);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, {
    viewColumn: columnFor(uri),
    preview: false,
    ...(range === undefined ? {} : { selection: range }),
  });
}
