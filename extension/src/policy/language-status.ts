import * as vscode from 'vscode';

import type { PolicyState } from '@axtary/protocol';

import type { WindowStore } from '../model/store.js';
import { hostText, policyText } from '../views/texts.js';
import { DRAFT_SUFFIX, POLICY_FILE, POLICY_SELECTOR } from './policy-file.js';

/** Names that no other tool has for its tests. */
const OWN_TESTS = ['**/axtary.test.yml', '**/*.axtary.test.yml'] as const;

/**
 * Says beside axtary.yml whether what is written there is what is enforced, and beside drafts and
 * tests whether anybody is there to read them.
 */
export class PolicyLanguageStatus implements vscode.Disposable {
  readonly #store: WindowStore;
  readonly #item = vscode.languages.createLanguageStatusItem('axtary.policy', [
    ...POLICY_SELECTOR,
    ...OWN_TESTS.map((pattern) => ({ pattern })),
  ]);
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
      this.#item.command = undefined;
      return;
    }
    if (active !== undefined && !active.path.endsWith(`/${POLICY_FILE}`)) {
      this.#showBeside(active);
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

  /** Drafts and tests lie beside the policy; nothing in them is enforced. */
  #showBeside({ path }: vscode.Uri): void {
    const isDraft = path.endsWith(DRAFT_SUFFIX);
    this.#item.text = isDraft ? vscode.l10n.t('Policy: draft') : vscode.l10n.t('Policy tests');
    this.#item.detail = isDraft
      ? vscode.l10n.t('A draft is never enforced: simulate it, and copy it into axtary.yml.')
      : vscode.l10n.t('Run them in the Test Explorer.');
    this.#item.severity = vscode.LanguageStatusSeverity.Information;
    this.#item.command = isDraft
      ? { command: 'axtary.simulate', title: vscode.l10n.t('Simulate') }
      : undefined;
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
