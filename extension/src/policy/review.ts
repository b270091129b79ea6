import { randomBytes } from 'node:crypto';

import type { ApprovalStatement, Clock } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { Signer } from '../approver/review.js';
import { policyTrustStatement } from '../approver/statement.js';
import { ExtensionError } from '../errors.js';
import type { ControlCaller } from '../host/control.js';
import type { WindowStore } from '../model/store.js';
import type { VirtualDocuments } from '../views/documents.js';
import { meaningOf, type Proposed } from './meaning.js';
import { POLICY_FILE, pickFolder, policyUri } from './policy-file.js';
import type { PolicyReviewPanelController } from './review-panel.js';
import { POLICY_TEMPLATE } from './template.js';

export interface PolicyReviewDependencies {
  readonly store: WindowStore;
  readonly documents: VirtualDocuments;
  readonly caller: () => ControlCaller;
  readonly signer: () => Signer;
  readonly clock: Clock;
  readonly panel: PolicyReviewPanelController;
}

interface Proposal {
  readonly folder: string;
  readonly text: string;
  readonly hash: ApprovalStatement['policy_hash'];
  readonly uri: vscode.Uri;
  /** Whether more may be allowed by it than is now. */
  readonly mayLoosen: boolean;
}

/** Making a policy file the enforced one: shown as a diff first, signed for the hash that was shown. */
export class PolicyReview {
  readonly #dependencies: PolicyReviewDependencies;
  #shown: Proposal | undefined;

  constructor(dependencies: PolicyReviewDependencies) {
    this.#dependencies = dependencies;
  }

  /** Writes axtary.yml where there is none, opens it, and offers to trust it. */
  async init(): Promise<void> {
    const folder = await pickFolder(this.#dependencies.store);
    if (folder === undefined) {
      void vscode.window.showWarningMessage(vscode.l10n.t('Open a folder first.'));
      return;
    }
    const uri = policyUri(folder.folder);
    if (!(await exists(uri))) {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(POLICY_TEMPLATE));
    }
    await vscode.window.showTextDocument(uri);
    const review = vscode.l10n.t('Review and Trust');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t('axtary.yml is a proposal: it is enforced once you trust it.'),
      review,
    );
    if (chosen === review) await this.review(folder.folder);
  }

  /** Shows what is enforced beside what the file proposes, and offers to trust it. */
  async review(path?: string): Promise<void> {
    const { store, caller, documents } = this.#dependencies;
    const folder = path === undefined ? await pickFolder(store) : store.folder(path);
    if (folder === undefined) return;
    const proposal = await caller().call('policy/proposal', { workspace: folder.folder });
    const { proposedText, proposedHash } = proposal;
    if (proposedText === undefined) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('There is no axtary.yml in {0}.', folder.name),
      );
      return;
    }
    const key = `${folder.folder}#${proposedHash ?? 'broken'}`;
    const before = proposal.enforcedText ?? '';
    const left = documents.put('axtary-policy', {
      key: `${key}/enforced`,
      name: POLICY_FILE,
      text: before,
    });
    const uri = documents.put('axtary-policy', {
      key: `${key}/proposed`,
      name: POLICY_FILE,
      text: proposedText,
    });
    await vscode.commands.executeCommand('vscode.diff', left, uri, this.#title(folder.name));
    if (proposedHash === undefined || !isSha256(proposedHash) || proposal.issues.some(isError)) {
      this.#shown = undefined;
      void vscode.window.showErrorMessage(
        vscode.l10n.t('This policy cannot be trusted yet: it has errors. See the Problems view.'),
      );
      return;
    }
    const proposed = { folder: folder.folder, text: proposedText, hash: proposedHash };
    const mayLoosen = await this.#explain({ ...proposed, name: folder.name });
    this.#shown = { ...proposed, uri, mayLoosen };
    if (proposedHash === folder.state?.policy.enforcedHash) {
      void vscode.window.showInformationMessage(vscode.l10n.t('This policy is already enforced.'));
      return;
    }
    await this.confirm();
  }

  /**
   * Asks whether the policy in view is to be enforced, and signs if so. A command can bring up the
   * question but not answer it: what `notifications.acceptPrimaryAction` presses changes nothing.
   */
  async confirm(): Promise<void> {
    const shown = this.#shown;
    if (shown === undefined || !isOpen(shown.uri)) {
      await this.review();
      return;
    }
    const trust = vscode.l10n.t('Trust This Policy');
    const keep = vscode.l10n.t('Keep What Is Enforced');
    const chosen = await vscode.window.showWarningMessage(this.#question(shown), keep, trust);
    if (chosen === trust) await this.#trust(shown);
  }

  #question({ folder, hash, mayLoosen }: Proposal): string {
    const name = this.#dependencies.store.folder(folder)?.name ?? folder;
    const short = hash.slice(0, 'sha256:'.length + 12);
    return mayLoosen
      ? vscode.l10n.t(
          'Enforce the axtary.yml in view for {0}? More may be allowed by it than now. Its hash is {1}.',
          name,
          short,
        )
      : vscode.l10n.t('Enforce the axtary.yml in view for {0}? Its hash is {1}.', name, short);
  }

  /**
   * On return the differences are in view; the effect on past actions follows.
   *
   * @returns Whether more may be allowed than now: also where nobody can tell.
   */
  async #explain(proposed: Proposed): Promise<boolean> {
    const { caller, panel } = this.#dependencies;
    const meanings = meaningOf(caller(), proposed);
    const first = await meanings.next();
    if (first.done === true) return true;
    await panel.show(proposed.folder, first.value);
    void (async () => {
      for await (const meaning of meanings) panel.update(meaning);
    })();
    const { direction } = first.value;
    return direction === 'loosens' || direction === 'unclear';
  }

  async #trust(shown: Proposal): Promise<void> {
    const { caller, signer, clock, store } = this.#dependencies;
    const { folder, hash } = shown;
    // The name that the enforcement host has for the folder: links are resolved.
    const workspace = store.folder(folder)?.state?.folder ?? folder;
    const now = await caller().call('policy/proposal', { workspace: folder });
    if (now.proposedHash !== hash || now.proposedText !== shown.text) {
      throw new ExtensionError(
        'POLICY_CHANGED',
        'axtary.yml is not the one that was shown: nothing was signed, review it again',
      );
    }
    const { key, approver } = signer();
    const nonce = randomBytes(16).toString('base64url');
    const claims = policyTrustStatement({ nonce, approver, workspace, policyHash: hash }, clock);
    const statement = await key.sign('policyTrust', claims);
    const state = await caller().call('policy/trust', { workspace: folder, statement });
    store.update(folder, 'state', { state });
    this.#dependencies.panel.close();
    void vscode.window.showInformationMessage(vscode.l10n.t('The policy is trusted and enforced.'));
  }

  #title(name: string): string {
    return vscode.l10n.t('Policy of {0}: enforced ↔ proposed', name);
  }
}

function isError(issue: { readonly severity: string }): boolean {
  return issue.severity === 'error';
}

function isSha256(hash: string): hash is Proposal['hash'] {
  return /^sha256:[0-9a-f]{64}$/.test(hash);
}

function isOpen(uri: vscode.Uri): boolean {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return tab instanceof vscode.TabInputTextDiff && tab.modified.toString() === uri.toString();
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
