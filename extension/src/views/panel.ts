import {
  fromApprovalPanelSchema,
  messageOf,
  type ApprovalDetail,
  type FromApprovalPanel,
  type ToApprovalPanel,
} from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ApprovalReview, Click } from '../approver/review.js';
import { fileTexts } from '../model/diff-texts.js';
import type { WindowStore } from '../model/store.js';
import type { VirtualDocuments } from './documents.js';
import { visible } from './visible.js';
import { fillPanel, webviewOptions } from './webview-page.js';

/** Type of the panel, for its serializer too. */
const PANEL_TYPE = 'axtary.approval';

export interface PanelDependencies {
  readonly extensionUri: vscode.Uri;
  readonly store: WindowStore;
  readonly documents: VirtualDocuments;
  readonly review: ApprovalReview;
  /** Begins a rule from a request. */
  readonly createRule: (approval: ApprovalDetail) => Promise<void>;
  readonly onLog: (message: string) => void;
}

/** The approval panel: one per window, in the editor area. It relays; `ApprovalReview` decides. */
export class ApprovalPanelController implements vscode.Disposable {
  readonly #dependencies: PanelDependencies;
  #panel: vscode.WebviewPanel | undefined;
  #notice = vscode.l10n.t('Nothing waits for approval.');
  /** What to show once the list of waiting requests has come. */
  #wanted: string | undefined;
  readonly #unsubscribe: () => void;

  constructor(dependencies: PanelDependencies) {
    this.#dependencies = dependencies;
    this.#unsubscribe = dependencies.store.onDidChange((change) => {
      if (change === 'pending' || change === 'host') void this.#follow();
    });
  }

  get isVisible(): boolean {
    return this.#panel?.visible ?? false;
  }

  /** Shows a request: the given one, or the one that has waited longest. */
  async show(id: string | undefined): Promise<void> {
    this.#panel ??= this.#attach(
      vscode.window.createWebviewPanel(
        PANEL_TYPE,
        vscode.l10n.t('Approval'),
        vscode.ViewColumn.Active,
        webviewOptions(this.#dependencies.extensionUri),
      ),
    );
    this.#panel.reveal();
    await this.#open(id ?? this.#dependencies.store.pending[0]?.id);
  }

  /** Takes over a panel that was open when the window was closed. */
  async restore(panel: vscode.WebviewPanel, id: string | undefined): Promise<void> {
    this.#panel?.dispose();
    panel.webview.options = webviewOptions(this.#dependencies.extensionUri);
    this.#panel = this.#attach(panel);
    await this.#open(id);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#panel?.dispose();
  }

  #attach(panel: vscode.WebviewPanel): vscode.WebviewPanel {
    panel.webview.onDidReceiveMessage((message: unknown) => {
      this.#receive(message).catch((error: unknown) => {
        this.#dependencies.onLog(`approval panel: ${messageOf(error)}`);
      });
    });
    panel.onDidDispose(() => {
      if (this.#panel === panel) this.#panel = undefined;
    });
    fillPanel(panel, this.#dependencies.extensionUri, 'axtary-approval');
    return panel;
  }

  async #receive(message: unknown): Promise<void> {
    const parsed = fromApprovalPanelSchema.safeParse(message);
    if (!parsed.success) return;
    const request = parsed.data;
    switch (request.type) {
      case 'ready':
        this.#post();
        return;
      case 'next':
        await this.#open(this.#nextId());
        return;
      case 'approve':
      case 'deny':
        await this.#answer({ ...request, verdict: request.type });
        return;
      case 'openDiff':
        await this.#openDiff(request);
        return;
      case 'copyPayload':
        await this.#copyPayload(request.id);
        return;
      case 'createRule':
        await this.#createRule(request.id);
    }
  }

  async #createRule(id: string): Promise<void> {
    const { review, createRule } = this.#dependencies;
    if (review.detail?.id === id) await createRule(review.detail);
  }

  async #open(id: string | undefined): Promise<void> {
    const { review, store } = this.#dependencies;
    const folder = id === undefined ? undefined : store.folderOfApproval(id);
    if (id === undefined || folder === undefined) {
      this.#wanted = id;
      this.#setNotice(vscode.l10n.t('Nothing waits for approval.'));
      return;
    }
    this.#wanted = undefined;
    try {
      await review.open({ workspace: folder.folder, id });
    } catch (error) {
      this.#setNotice(vscode.l10n.t('This request cannot be reviewed: {0}', messageOf(error)));
      return;
    }
    this.#setTitle();
    this.#post();
  }

  #setNotice(notice: string): void {
    this.#dependencies.review.close();
    this.#notice = notice;
    this.#setTitle();
    this.#post();
  }

  #setTitle(): void {
    if (this.#panel === undefined) return;
    const title = this.#dependencies.review.detail?.title;
    this.#panel.title =
      title === undefined
        ? vscode.l10n.t('Approval')
        : vscode.l10n.t('Approval: {0}', visible(title));
  }

  #post(): void {
    const { review, store } = this.#dependencies;
    const empty: ToApprovalPanel = { type: 'empty', message: this.#notice };
    void this.#panel?.webview.postMessage(review.message(store.pending) ?? empty);
  }

  /** The list of waiting requests has changed: also what is shown may have been answered elsewhere. */
  async #follow(): Promise<void> {
    const { review, store } = this.#dependencies;
    if (this.#panel === undefined) return;
    const wanted = this.#wanted;
    if (wanted !== undefined && store.folderOfApproval(wanted) !== undefined)
      return this.#open(wanted);
    const id = review.target?.id;
    // It may have been answered elsewhere, or have one approval more.
    if (id !== undefined) await review.refresh();
    this.#post();
  }

  #nextId(): string | undefined {
    const { pending } = this.#dependencies.store;
    const shown = pending.findIndex((item) => item.id === this.#dependencies.review.target?.id);
    return pending[(shown + 1) % pending.length]?.id;
  }

  async #answer(click: Click): Promise<void> {
    await this.#dependencies.review.answer(click, () => {
      this.#post();
    });
    this.#post();
  }

  async #openDiff({ id, path }: Extract<FromApprovalPanel, { type: 'openDiff' }>): Promise<void> {
    const { review, documents } = this.#dependencies;
    const { detail } = review;
    const texts = detail?.id === id ? fileTexts(detail, path) : undefined;
    if (detail === undefined || texts === undefined) return;
    const name = texts.path.replaceAll('\\', '/').replace(/^\/+/, '');
    const key = detail.payloadHash;
    const before = documents.put('axtary-before', { key, name, text: texts.before });
    const after = documents.put('axtary-after', { key, name, text: texts.after });
    const title = texts.isPartial
      ? vscode.l10n.t('{0} (proposed, changed parts only)', visible(texts.path))
      : vscode.l10n.t('{0} (proposed)', visible(texts.path));
    await vscode.commands.executeCommand('vscode.diff', before, after, title, {
      viewColumn: vscode.ViewColumn.Active,
    });
  }

  async #copyPayload(id: string): Promise<void> {
    const { detail } = this.#dependencies.review;
    if (detail?.id !== id) return;
    await vscode.env.clipboard.writeText(detail.payloadText);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Payload copied'), 3000);
  }
}
