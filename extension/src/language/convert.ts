import * as vscode from 'vscode';

import type { TextEdit, TextPosition, TextRange } from '@axtary/protocol';

/** The protocol's positions are VS Code's, under other names. */
export function rangeOf({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line, start.column, end.line, end.column);
}

export function textPositionOf({ line, character }: vscode.Position): TextPosition {
  return { line, column: character };
}

export function workspaceEditOf(uri: vscode.Uri, edits: readonly TextEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    uri,
    edits.map(({ range, newText }) => new vscode.TextEdit(rangeOf(range), newText)),
  );
  return edit;
}
