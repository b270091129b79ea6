import {
  ledgerChoiceSchema,
  messageOf,
  type LedgerChoice,
  type LedgerFilter,
} from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from '../host/control.js';
import { faultOf } from '../ledger/fault.js';
import type { StoreChange, WindowStore } from '../model/store.js';
import { fillPanel, fillWebview, webviewOptions } from '../views/webview-page.js';
import { linkTarget } from './link-target.js';
import { LedgerReader } from './reader.js';
import type { SavedFilters } from './saved-filters.js';
import { openedFilter, type LedgerFolder } from './session.js';
import { LiveLedger, type LedgerActions } from './live-ledger.js';

export const LEDGER_PANEL_TYPE = 'axtary.ledgerPanel';
const REST_MS = 250;

type OwnActions = 'openLink' | 'copyText' | 'saveFilter' | 'deleteFilter' | 'openPanel';

export interface LiveLedgersDependencies {
  readonly extensionUri: vscode.Uri;
  readonly store: WindowStore;
  readonly saved: SavedFilters;
  readonly caller: () => ControlCaller;
  readonly actions: Omit<LedgerActions, OwnActions>;
  readonly onLog: (message: string) => void;
}

/** The live ledgers of this window: a panel in the editor area, and a narrow view below it. */
export class LiveLedgers implements vscode.Disposable {
  readonly #dependencies: LiveLedgersDependencies;
  readonly #reader: LedgerReader;
  readonly #windows = new Set<LiveLedger>();
  readonly #unsubscribe: () => void;
  #panel: { readonly panel: vscode.WebviewPanel; readonly window: LiveLedger } | undefined;

  constructor(dependencies: LiveLedgersDependencies) {
    this.#dependencies = dependencies;
    this.#reader = new LedgerReader(dependencies.caller);
    this.#unsubscribe = dependencies.store.onDidChange((change) => {
      this.#onChange(change);
    });
  }

  /** Opens the panel, with a choice or a record where there is one. */
  async show(choice?: LedgerChoice, seq?: number): Promise<void> {
    const isNew = this.#panel === undefined;
    this.#panel ??= this.#attach(
      vscode.window.createWebviewPanel(
        LEDGER_PANEL_TYPE,
        vscode.l10n.t('Live Ledger'),
        vscode.ViewColumn.Active,
        webviewOptions(this.#dependencies.extensionUri),
      ),
      choice,
    );
    const { panel, window } = this.#panel;
    panel.reveal();
    if (seq !== undefined) window.reveal(seq);
    if (!isNew && choice !== undefined) await window.session.choose(choice);
  }

  /** Takes over a panel that was open when the window was closed. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    this.#panel?.panel.dispose();
    panel.webview.options = webviewOptions(this.#dependencies.extensionUri);
    this.#panel = this.#attach(panel, choiceOf(state));
  }

  /** Fills the narrow view. */
  resolve(view: vscode.WebviewView, state: unknown): void {
    const { extensionUri } = this.#dependencies;
    view.webview.options = webviewOptions(extensionUri);
    const window = this.#open(view.webview, choiceOf(state));
    view.onDidDispose(() => {
      this.#close(window);
    });
    fillWebview(view.webview, extensionUri, 'axtary-live-ledger');
  }

  /** What the ledger of a folder is confined to: in the panel, or else in the narrow view. */
  shownFilter(folder: string): LedgerFilter | undefined {
    const windows = [this.#panel?.window, ...this.#windows];
    const session = windows.find((window) => window?.session.folder?.id === folder)?.session;
    return session && (openedFilter(session.choice) ?? session.choice.filter);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#panel?.panel.dispose();
    for (const window of [...this.#windows]) this.#close(window);
  }

  #attach(
    panel: vscode.WebviewPanel,
    choice: LedgerChoice | undefined,
  ): { readonly panel: vscode.WebviewPanel; readonly window: LiveLedger } {
    const window = this.#open(panel.webview, choice);
    panel.onDidDispose(() => {
      this.#close(window);
      if (this.#panel?.panel === panel) this.#panel = undefined;
    });
    fillPanel(panel, this.#dependencies.extensionUri, 'axtary-ledger');
    return { panel, window };
  }

  #open(webview: vscode.Webview, choice: LedgerChoice | undefined): LiveLedger {
    const { store, saved, onLog } = this.#dependencies;
    const window = new LiveLedger({
      webview,
      choice,
      actions: this.#actions(),
      onLog,
      ports: {
        folders: () => store.folders.map(folderOf),
        isConnected: () => store.host.kind === 'ready',
        reader: this.#reader,
        saved: () => saved.all,
        restMs: REST_MS,
      },
    });
    this.#windows.add(window);
    return window;
  }

  #close(window: LiveLedger): void {
    this.#windows.delete(window);
    window.dispose();
  }

  #onChange(change: StoreChange): void {
    for (const { session } of this.#windows) {
      if (change === 'host') this.#inBackground(session.reconnect());
      else if (change === 'ledger' || change === 'state' || change === 'folders') session.notice();
    }
  }

  #actions(): LedgerActions {
    return {
      ...this.#dependencies.actions,
      openLink,
      copyText: async (text) => {
        await vscode.env.clipboard.writeText(text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('It is on the clipboard.'), 3000);
      },
      saveFilter: (choice) => this.#saveFilter(choice),
      deleteFilter: async (name) => {
        await this.#dependencies.saved.delete(name);
        this.#noticeAll();
      },
      openPanel: (choice, seq) => this.show(choice, seq),
    };
  }

  async #saveFilter(choice: LedgerChoice): Promise<void> {
    const { saved } = this.#dependencies;
    const name = await vscode.window.showInputBox({
      title: vscode.l10n.t('Save Ledger Filter'),
      prompt: vscode.l10n.t('A name for this filter. The time range is not kept.'),
      validateInput: (text) => saved.problem(text),
    });
    if (name === undefined) return;
    await saved.save(name, choice);
    this.#noticeAll();
  }

  #noticeAll(): void {
    for (const { session } of this.#windows) session.notice();
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#dependencies.onLog(`live ledger: ${messageOf(error)}`);
    });
  }
}

function folderOf({ folder, name, ledger, state }: WindowStore['folders'][number]): LedgerFolder {
  return {
    id: folder,
    label: name,
    size: Math.max(ledger.size, state?.ledger.size ?? 0),
    fault: state && faultOf(state.ledger),
  };
}

async function openLink(target: string, folder: string): Promise<void> {
  const link = linkTarget(target, folder);
  if (link === undefined) return;
  if (link.kind === 'page') {
    await vscode.env.openExternal(vscode.Uri.parse(link.url, true));
    return;
  }
  await vscode.window.showTextDocument(vscode.Uri.file(link.path), { preview: true });
}

/** What a page kept of itself; it may be of an earlier version, or nothing. */
function choiceOf(state: unknown): LedgerChoice | undefined {
  return ledgerChoiceSchema.safeParse(state).data;
}
