import { randomBytes } from 'node:crypto';

import * as vscode from 'vscode';

import { panelHtml, type PanelResources } from './panel-html.js';

/** What every panel of ours may do: run our script, and load what lies beside it. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [folderOf(extensionUri)] };
}

/** Fills a panel with one of our pages. On return it loads; it will say when it is ready. */
export function fillPanel(
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  element: PanelResources['element'],
): void {
  const icon = (theme: string): vscode.Uri =>
    vscode.Uri.joinPath(extensionUri, 'media', `panel-${theme}.svg`);
  panel.iconPath = { light: icon('light'), dark: icon('dark') };
  fillWebview(panel.webview, extensionUri, element);
}

/** The same, of a webview that is in no panel. */
export function fillWebview(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  element: PanelResources['element'],
): void {
  const address = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folderOf(extensionUri), name)).toString();
  webview.html = panelHtml({
    cspSource: webview.cspSource,
    script: address('approval.js'),
    style: address('approval.css'),
    codicons: address('codicon.css'),
    nonce: randomBytes(18).toString('base64url'),
    language: vscode.env.language,
    element,
  });
}

function folderOf(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}
