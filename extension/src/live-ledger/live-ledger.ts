import {
  fromLedgerPanelSchema,
  messageOf,
  type FromLedgerPanel,
  type LedgerChoice,
  type ToLedgerPanel,
} from '@axtary/protocol';
import type * as vscode from 'vscode';

import { LedgerSession, type LedgerSessionPorts } from './session.js';

/** What a live ledger asks the editor for; it does none of it itself. */
export interface LedgerActions {
  openRecord(folder: string, seq: number): Promise<void>;
  openRule(folder: string, rule: string): Promise<void>;
  openLink(target: string, folder: string): Promise<void>;
  copyText(text: string): Promise<void>;
  createRule(decision: unknown): Promise<void>;
  simulate(decision: unknown): Promise<void>;
  accept(folder: string): Promise<void>;
  saveFilter(choice: LedgerChoice): Promise<void>;
  deleteFilter(name: string): Promise<void>;
  openPanel(choice: LedgerChoice, seq: number | undefined): Promise<void>;
}

export interface LiveLedgerDependencies {
  readonly webview: Pick<vscode.Webview, 'onDidReceiveMessage' | 'postMessage'>;
  readonly actions: LedgerActions;
  readonly ports: Omit<LedgerSessionPorts, 'send'>;
  readonly choice: LedgerChoice | undefined;
  readonly onLog: (message: string) => void;
}

/** One webview with a live ledger in it: parses what it says, and has it done. */
export class LiveLedger {
  readonly session: LedgerSession;
  readonly #dependencies: LiveLedgerDependencies;
  readonly #subscription: vscode.Disposable;
  #isReady = false;
  #revealed: number | undefined;

  constructor(dependencies: LiveLedgerDependencies) {
    this.#dependencies = dependencies;
    const { webview, ports, choice, onLog } = dependencies;
    const send = (message: ToLedgerPanel): void => void webview.postMessage(message);
    this.session = new LedgerSession({ ...ports, send }, choice);
    this.#subscription = webview.onDidReceiveMessage((message: unknown) => {
      const parsed = fromLedgerPanelSchema.safeParse(message);
      if (!parsed.success) return;
      this.#receive(parsed.data).catch((error: unknown) => {
        onLog(`live ledger: ${messageOf(error)}`);
      });
    });
  }

  /** Shows a record, now or as soon as the page is there. */
  reveal(seq: number): void {
    this.#revealed = seq;
    if (this.#isReady) this.#sendRevealed();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.session.dispose();
  }

  async #receive(message: FromLedgerPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        this.#sendRevealed();
        await this.session.refresh();
        return;
      case 'choose':
        await this.session.choose(message.choice);
        return;
      case 'refresh':
        await this.session.refresh();
        return;
      case 'rows':
        await this.session.rows(message.run, message.offset);
        return;
      case 'detail':
        await this.session.detail(message.seq);
        return;
      default:
        await this.#act(message);
    }
  }

  async #act(message: FromLedgerPanel): Promise<void> {
    const { actions } = this.#dependencies;
    const { choice, folder } = this.session;
    if (message.type === 'saveFilter') await actions.saveFilter(choice);
    else if (message.type === 'deleteFilter') await actions.deleteFilter(message.name);
    else if (message.type === 'openPanel') await actions.openPanel(message.choice, message.seq);
    else if (folder === undefined) return;
    else if (message.type === 'openRecord') await actions.openRecord(folder.id, message.seq);
    else if (message.type === 'openRule') await actions.openRule(folder.id, message.rule);
    else if (message.type === 'acceptLedger') await actions.accept(folder.id);
    else await this.#actOnRecord(message, folder.id);
  }

  /** Only of the record that is shown: what the page says of it is not believed. */
  async #actOnRecord(message: FromLedgerPanel, folder: string): Promise<void> {
    const { actions } = this.#dependencies;
    if (!('seq' in message) || message.seq === undefined) return;
    const detail = this.session.shownDetail(message.seq);
    if (detail === undefined) return;
    const decision = [detail.row, ...detail.call].find(({ verdict }) => verdict !== undefined);
    if (message.type === 'openLink') {
      const link = detail.links.find(({ target }) => target === message.target);
      if (link !== undefined) await actions.openLink(link.target, folder);
    } else if (message.type === 'copyRecord') {
      await actions.copyText(detail.recordText);
    } else if (message.type === 'copyProof' && detail.proof !== undefined) {
      await actions.copyText(JSON.stringify({ line: detail.line, ...detail.proof }, undefined, 2));
    } else if (decision !== undefined) {
      const subject = { folder, item: { ...decision, line: '' } };
      if (message.type === 'createRule') await actions.createRule(subject);
      else if (message.type === 'simulate') await actions.simulate(subject);
    }
  }

  #sendRevealed(): void {
    const seq = this.#revealed;
    this.#revealed = undefined;
    if (seq === undefined) return;
    const message: ToLedgerPanel = { type: 'reveal', seq };
    void this.#dependencies.webview.postMessage(message);
  }
}
