import { messageOf, type PolicyAnalysis } from '@axtary/protocol';
import * as vscode from 'vscode';

import { policyKind } from '../policy/policy-file.js';
import type { PolicyHost } from './policy-host.js';

interface Entry {
  readonly version: number;
  readonly analysis: Promise<PolicyAnalysis | undefined>;
}

/**
 * What the enforcement host makes of open policy texts, once for each version of a document, for
 * everyone who shows a part of it.
 */
export class PolicyAnalyses implements vscode.Disposable {
  readonly #host: PolicyHost;
  readonly #onLog: (message: string) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #subscription: vscode.Disposable;

  constructor(host: PolicyHost, onLog: (message: string) => void) {
    this.#host = host;
    this.#onLog = onLog;
    this.#subscription = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      this.#entries.delete(uri.toString());
    });
  }

  /** The analysis of a document as it is now. `undefined`: not ours, or there is nobody to ask. */
  of(document: vscode.TextDocument): Promise<PolicyAnalysis | undefined> {
    const key = document.uri.toString();
    const known = this.#entries.get(key);
    if (known?.version === document.version) return known.analysis;
    const analysis = this.#analyze(document);
    this.#entries.set(key, { version: document.version, analysis });
    return analysis;
  }

  /** As after the enforcement host has gone or come back. */
  clear(): void {
    this.#entries.clear();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#entries.clear();
  }

  async #analyze(document: vscode.TextDocument): Promise<PolicyAnalysis | undefined> {
    const kind = policyKind(document);
    const reached = this.#host.reach(document.uri);
    if (kind === undefined || reached === undefined) return undefined;
    const { caller, workspace } = reached;
    try {
      return await caller.call('policy/analyze', { workspace, text: document.getText(), kind });
    } catch (error) {
      this.#onLog(`policy/analyze: ${messageOf(error)}`);
      return undefined;
    }
  }
}
