import {
  fromReviewPanelSchema,
  messageOf,
  type PolicyReviewPanel,
  type ToReviewPanel,
} from '@axtary/protocol';
import * as vscode from 'vscode';

import { fillPanel, webviewOptions } from '../views/webview-page.js';

const TYPE = 'axtary.policyReview';
/** A page that does not come up must not keep a person from their policy. */
const READY_MS = 5000;

export interface ReviewPanelDependencies {
  readonly extensionUri: vscode.Uri;
  readonly openRecord: (folder: string, seq: number) => Promise<void>;
  readonly onLog: (message: string) => void;
}

/** Says beside the text diff what a proposal means. It cannot trust it: that is asked for elsewhere. */
export class PolicyReviewPanelController implements vscode.Disposable {
  readonly #dependencies: ReviewPanelDependencies;
  #panel: vscode.WebviewPanel | undefined;
  #onReady: (() => void) | undefined;
  #shown: { readonly folder: string; readonly review: PolicyReviewPanel } | undefined;

  constructor(dependencies: ReviewPanelDependencies) {
    this.#dependencies = dependencies;
  }

  /** Shows a review, in place of an earlier one; on return it is on screen. The focus stays. */
  async show(folder: string, review: PolicyReviewPanel): Promise<void> {
    this.#shown = { folder, review };
    if (this.#panel?.visible === true) {
      this.#post();
      return;
    }
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
      setTimeout(resolve, READY_MS);
    });
    if (this.#panel === undefined) this.#panel = this.#create();
    else this.#panel.reveal(undefined, true);
    await ready;
  }

  /** What it was about is settled. */
  close(): void {
    this.#panel?.dispose();
  }

  /** Brings what is shown up to date, if it still is what is shown. */
  update(review: PolicyReviewPanel): void {
    if (this.#shown?.review.proposedHash !== review.proposedHash) return;
    this.#shown = { ...this.#shown, review };
    this.#post();
  }

  dispose(): void {
    this.#panel?.dispose();
  }

  #create(): vscode.WebviewPanel {
    const { extensionUri, onLog } = this.#dependencies;
    const panel = vscode.window.createWebviewPanel(
      TYPE,
      vscode.l10n.t('What the Policy Change Means'),
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      webviewOptions(extensionUri),
    );
    panel.webview.onDidReceiveMessage((message: unknown) => {
      this.#receive(message).catch((error: unknown) => {
        onLog(`policy review: ${messageOf(error)}`);
      });
    });
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    fillPanel(panel, extensionUri, 'axtary-policy-review');
    return panel;
  }

  async #receive(message: unknown): Promise<void> {
    const parsed = fromReviewPanelSchema.safeParse(message);
    if (!parsed.success || this.#shown === undefined) return;
    if (parsed.data.type === 'ready') {
      this.#post();
      this.#onReady?.();
    } else await this.#dependencies.openRecord(this.#shown.folder, parsed.data.seq);
  }

  #post(): void {
    if (this.#shown === undefined) return;
    const message: ToReviewPanel = { type: 'show', review: this.#shown.review };
    void this.#panel?.webview.postMessage(message);
  }
}
