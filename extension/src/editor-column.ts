import * as vscode from 'vscode';

/**
 * Where to show a text document: the group of editors that holds it already, or else the first, so
 * that it covers no panel beside it.
 */
export function columnFor(uri: vscode.Uri): vscode.ViewColumn {
  const id = uri.toString();
  const holds = (tab: vscode.Tab): boolean =>
    tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === id;
  const group = vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(holds));
  return group?.viewColumn ?? vscode.ViewColumn.One;
}
