import { messageOf, type PolicyIssue } from '@axtary/protocol';
import * as vscode from 'vscode';

import { isPolicyDocument } from './policy-file.js';

const DEBOUNCE_MS = 250;

/** Checks a policy text. `undefined`: there is nobody to ask. */
export type PolicyCheck = (text: string) => Promise<readonly PolicyIssue[] | undefined>;

/** Problems of axtary.yml, as it is in the editor: saved or not. */
export class PolicyDiagnostics implements vscode.Disposable {
  readonly #check: PolicyCheck;
  readonly #onLog: (message: string) => void;
  readonly #collection = vscode.languages.createDiagnosticCollection('axtary');
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(check: PolicyCheck, onLog: (message: string) => void) {
    this.#check = check;
    this.#onLog = onLog;
    const { workspace } = vscode;
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => {
        this.#schedule(document, 0);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.#schedule(document, DEBOUNCE_MS);
      }),
      workspace.onDidCloseTextDocument((document) => {
        this.#forget(document.uri);
      }),
    ];
  }

  /** Checks every open policy again, as after the enforcement host has come back. */
  refresh(): void {
    for (const document of vscode.workspace.textDocuments) this.#schedule(document, 0);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #schedule(document: vscode.TextDocument, delay: number): void {
    if (!isPolicyDocument(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#run(document).catch((error: unknown) => {
        this.#onLog(`policy/check: ${messageOf(error)}`);
      });
    }, delay);
    this.#timers.set(key, timer);
  }

  async #run(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const issues = await this.#check(document.getText());
    // A later edit has its own check under way.
    if (document.isClosed || document.version !== version) return;
    this.#collection.set(document.uri, issues?.map(diagnosticOf));
  }

  #forget(uri: vscode.Uri): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
    this.#collection.delete(uri);
  }
}

function diagnosticOf({ code, message, severity, range }: PolicyIssue): vscode.Diagnostic {
  const { start, end } = range;
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(start.line, start.column, end.line, end.column),
    message,
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.code = code;
  diagnostic.source = 'Axtary';
  return diagnostic;
}
