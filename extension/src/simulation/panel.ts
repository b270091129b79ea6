import { randomBytes } from 'node:crypto';

import {
  fromSimulationPanelSchema,
  messageOf,
  simulationChoiceSchema,
  type SimulationChoice,
  type ToSimulationPanel,
} from '@axtary/protocol';
import * as vscode from 'vscode';

import type { PolicyAnalyses } from '../language/analyses.js';
import { rangeOf } from '../language/convert.js';
import { decisionSource } from '../language/decision-source.js';
import type { PolicyHost } from '../language/policy-host.js';
import type { WindowStore } from '../model/store.js';
import { pickFolder, policyKind, policyUri } from '../policy/policy-file.js';
import { fillPanel, webviewOptions } from '../views/webview-page.js';
import { newDraft, openDrafts, showDraft } from './draft-documents.js';
import type { SimulationHostPorts } from './host-ports.js';
import { SimulationSession } from './session.js';

export const SIMULATION_TYPE = 'axtary.simulation';
const REST_MS = 150;

export interface SimulationPanelDependencies {
  readonly extensionUri: vscode.Uri;
  readonly store: WindowStore;
  readonly host: PolicyHost;
  readonly analyses: PolicyAnalyses;
  readonly ports: SimulationHostPorts;
  /** The rule's latest decision, to begin a simulation of it with. */
  readonly latestOf: (folder: string, rule: string) => number | undefined;
  readonly openRecord: (folder: string, seq: number) => Promise<void>;
  readonly onLog: (message: string) => void;
}

/** The simulation panel: one per window, beside the editor of the draft. It changes nothing. */
export class SimulationPanelController implements vscode.Disposable {
  readonly #dependencies: SimulationPanelDependencies;
  readonly #subscriptions: vscode.Disposable[];
  #open: { readonly panel: vscode.WebviewPanel; readonly session: SimulationSession } | undefined;

  constructor(dependencies: SimulationPanelDependencies) {
    this.#dependencies = dependencies;
    const { workspace, languages } = vscode;
    const refresh = (): void => this.#open?.session.refresh();
    const ifPolicy = (document: vscode.TextDocument): void => {
      if (policyKind(document) !== undefined) refresh();
    };
    this.#subscriptions = [
      workspace.onDidChangeTextDocument(({ document }) => {
        ifPolicy(document);
      }),
      workspace.onDidOpenTextDocument(ifPolicy),
      workspace.onDidCloseTextDocument(ifPolicy),
      workspace.onDidSaveTextDocument(ifPolicy),
      languages.onDidChangeDiagnostics(() => {
        this.#post();
      }),
      new vscode.Disposable(
        dependencies.store.onDidChange((change) => {
          if (change === 'host') this.#open?.session.again();
          if (change === 'ledger' || change === 'pending') refresh();
        }),
      ),
    ];
  }

  /** Opens the panel on what a lens, a menu or the palette hands over. */
  async show(argument?: unknown): Promise<void> {
    const choice = this.#choiceFrom(argument);
    await this.#openSomeDraft(choice.draft);
    if (this.#open === undefined) {
      const panel = vscode.window.createWebviewPanel(
        SIMULATION_TYPE,
        vscode.l10n.t('Policy Simulation'),
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false },
        webviewOptions(this.#dependencies.extensionUri),
      );
      this.#attach(panel, choice);
      return;
    }
    this.#open.panel.reveal();
    await this.#open.session.choose(choice);
  }

  /** Takes over a panel that was open when the window was closed. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.#open?.panel.dispose();
    panel.webview.options = webviewOptions(this.#dependencies.extensionUri);
    const choice = simulationChoiceSchema.safeParse(state);
    if (choice.success) await this.#openSomeDraft(choice.data.draft);
    this.#attach(panel, choice.success ? choice.data : {});
  }

  /** Opens a draft of the policy, and follows it where the panel is open. */
  async newDraft(): Promise<void> {
    const folder = await pickFolder(this.#dependencies.store);
    if (folder === undefined) return;
    const document = await newDraft(folder.folder);
    await this.#open?.session.choose({ draft: document.uri.toString() });
  }

  /** The enforcement host answers again, or the tests have changed. */
  refresh(): void {
    this.#open?.session.refresh();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#open?.panel.dispose();
  }

  #attach(panel: vscode.WebviewPanel, choice: Partial<SimulationChoice>): void {
    const { ports, extensionUri, onLog } = this.#dependencies;
    const session = new SimulationSession(
      {
        drafts: openDrafts,
        choices: (kind, draft) => ports.choices(kind, draft),
        simulate: (question) => ports.simulate(question),
        impact: (question) => ports.impact(question),
        cancel: (run) => ports.cancel(run),
        newRun: () => randomBytes(9).toString('base64url'),
        onChange: () => {
          this.#post();
        },
        restMs: REST_MS,
      },
      choice,
    );
    this.#open = { panel, session };
    panel.webview.onDidReceiveMessage((message: unknown) => {
      this.#receive(session, message).catch((error: unknown) => {
        onLog(`simulation panel: ${messageOf(error)}`);
      });
    });
    panel.onDidDispose(() => {
      session.dispose();
      if (this.#open?.panel === panel) this.#open = undefined;
    });
    fillPanel(panel, extensionUri, 'axtary-simulation');
  }

  #post(): void {
    if (this.#open === undefined) return;
    const { panel, session } = this.#open;
    const message: ToSimulationPanel = { type: 'show', panel: session.panel };
    void panel.webview.postMessage(message);
  }

  async #receive(session: SimulationSession, message: unknown): Promise<void> {
    const parsed = fromSimulationPanelSchema.safeParse(message);
    if (!parsed.success) return;
    const { data } = parsed;
    const { draftId } = session;
    switch (data.type) {
      case 'newDraft':
        await this.newDraft();
        return;
      case 'openDraft':
        if (draftId !== undefined) await showDraft(draftId);
        return;
      case 'openRule':
        if (draftId !== undefined) await this.#openRule(draftId, data.rule);
        return;
      case 'openRecord':
        await this.#openRecord(draftId, data.seq);
        return;
      default:
        await session.receive(data);
    }
  }

  async #openRule(draftId: string, rule: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(draftId));
    const analysis = await this.#dependencies.analyses.of(document);
    const place = analysis?.rules.find(({ id }) => id === rule);
    await showDraft(draftId, place && rangeOf(place.idRange));
  }

  async #openRecord(draftId: string | undefined, seq: number): Promise<void> {
    const { host, openRecord } = this.#dependencies;
    const folder = draftId && host.folderOf(vscode.Uri.parse(draftId));
    if (folder) await openRecord(folder, seq);
  }

  /** A panel without any open policy would be empty: the folder's own is opened in the background. */
  async #openSomeDraft(draft: string | undefined): Promise<void> {
    try {
      if (draft !== undefined) {
        const uri = vscode.Uri.parse(draft);
        if (uri.scheme === 'file') await vscode.workspace.openTextDocument(uri);
      }
      const [folder] = this.#dependencies.store.folders;
      if (openDrafts().length === 0 && folder !== undefined) {
        await vscode.workspace.openTextDocument(policyUri(folder.folder));
      }
    } catch (error) {
      this.#dependencies.onLog(`simulation panel: ${messageOf(error)}`);
    }
  }

  #choiceFrom(argument: unknown): Partial<SimulationChoice> {
    const { store, latestOf } = this.#dependencies;
    const lens = lensArgument(argument);
    if (lens !== undefined) {
      const { draft, folder, rule } = lens;
      const seq = folder && rule ? latestOf(folder, rule) : undefined;
      return seq === undefined ? { draft } : { draft, kind: 'ledger', subject: String(seq) };
    }
    const source = decisionSource(argument, store);
    if (source === undefined) return {};
    const draft = policyUri(source.folder).toString();
    return 'approvalId' in source
      ? { draft, kind: 'approval', subject: source.approvalId }
      : { draft, kind: 'ledger', subject: String(source.decisionSeq) };
  }
}

interface LensArgument {
  readonly draft: string;
  readonly folder?: string;
  readonly rule?: string;
}

/** A draft, and where a lens was pressed the rule below it. */
function lensArgument(argument: unknown): LensArgument | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if (!('draft' in argument) || typeof argument.draft !== 'string') return undefined;
  const { draft } = argument;
  if (!('folder' in argument && 'rule' in argument)) return { draft };
  const { folder, rule } = argument;
  if (typeof folder !== 'string' || typeof rule !== 'string') return { draft };
  return { draft, folder, rule };
}
