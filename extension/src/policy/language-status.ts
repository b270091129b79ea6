import * as vscode from 'vscode';

import type { PolicyState } from '@axtary/protocol';

import type { WindowStore } from '../model/store.js';
import { hostText, policyText } from '../views/texts.js';
import { POLICY_FILE } from './policy-file.js';

/** Says beside axtary.yml whether what is written there is what is enforced. */
export class PolicyLanguageStatus implements vscode.Disposable {
  readonly #store: WindowStore;
  readonly #item = vscode.languages.createLanguageStatusItem('axtary.policy', {
    pattern: `**/${POLICY_FILE}`,
  });
  readonly #subscription: vscode.Disposable;
  readonly #unsubscribe: () => void;

  constructor(store: WindowStore) {
    this.#store = store;
    this.#item.name = vscode.l10n.t('Axtary policy');
    this.#unsubscribe = store.onDidChange((change) => {
      if (change === 'host' || change === 'state' || change === 'folders') this.#refresh();
    });
    this.#subscription = vscode.window.onDidChangeActiveTextEditor(() => {
      this.#refresh();
    });
    this.#refresh();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #refresh(): void {
    const { host, folders } = this.#store;
    const active = vscode.window.activeTextEditor?.document.uri;
    const path = active && vscode.workspace.getWorkspaceFolder(active)?.uri.fsPath;
    const folder = path === undefined ? folders[0] : this.#store.folder(path);
    const status = folder?.state?.policy.status;
    if (host.kind !== 'ready' || status === undefined) {
      this.#item.text = vscode.l10n.t('Axtary: not enforced now');
      this.#item.detail = hostText(host);
      this.#item.severity = vscode.LanguageStatusSeverity.Warning;
      return;
    }
    this.#item.text = statusText(status);
    this.#item.detail = policyText(status);
    this.#item.severity = severityOf(status);
    this.#item.command = {
      command: 'axtary.reviewPolicy',
      title: vscode.l10n.t('Review'),
      ...(folder === undefined ? {} : { arguments: [folder.folder] }),
    };
  }
}

function statusText(status: PolicyState['status']): string {
  switch (status) {
    case 'missing':
      return vscode.l10n.t('Policy: missing');
    case 'untrusted':
      return vscode.l10n.t('Policy: untrusted');
    case 'trusted':
      return vscode.l10n.t('Policy: trusted');
    case 'changed':
      return vscode.l10n.t('Policy: changed');
    case 'broken':
      return vscode.l10n.t('Policy: broken');
  }
}

function severityOf(status: PolicyState['status']): vscode.LanguageStatusSeverity {
  const { Error, Information, Warning } = vscode.LanguageStatusSeverity;
  if (status === 'broken') return Error;
  return status === 'trusted' ? Information : Warning;
}
