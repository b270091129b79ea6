import { messageOf, systemClock, type ApprovalSummary, type LedgerItem } from '@axtary/protocol';
import * as vscode from 'vscode';

import { createApproverKey, isApproverKeySecret, loadApproverKey } from './approver/key.js';
import { ApprovalReview } from './approver/review.js';
import { AuthorityCommands } from './authority/commands.js';
import { parseAnchorSettings } from './host/anchor-settings.js';
import { connectControl, type ControlCaller } from './host/control.js';
import { payloadRetention } from './host/payload-retention.js';
import { startHost, type HostProgram } from './host/process.js';
import { openSession } from './host/session.js';
import { HostSupervisor, type ProvedSession } from './host/supervisor.js';
import { WindowSession } from './host/window-session.js';
import { LedgerAnchors } from './ledger/anchors.js';
import { acceptLedger } from './ledger/accept.js';
import { LedgerCommands } from './ledger/commands.js';
import { LiveLedgers } from './live-ledger/live-ledgers.js';
import { SavedFilters } from './live-ledger/saved-filters.js';
import type { WindowStore } from './model/store.js';
import { recordItem, recordText } from './language/record-document.js';
import { PolicyTools } from './policy-tools.js';
import { PolicyReviewPanelController } from './policy/review-panel.js';
import { PolicyReview } from './policy/review.js';
import { announceAnchorConflicts } from './views/anchor-conflicts.js';
import { authorityDialogs } from './views/authority-dialogs.js';
import type { VirtualDocuments } from './views/documents.js';
import { announceLedgerFaults } from './views/ledger-faults.js';
import { ApprovalPanelController } from './views/panel.js';
import {
  anchorSettingText,
  contradictionText,
  logHostEntry,
  showRecoveryCode,
} from './views/notices.js';
import { announceApprovals } from './views/toasts.js';

const RETRY_MS = [200, 1000, 5000, 5000, 5000] as const;
const HANDSHAKE_MS = 15_000;
const STABLE_MS = 30_000;
/** Another window stores its key just before it enrols it. */
const ENROLMENT_MS = 1000;

export interface AppDependencies {
  readonly context: vscode.ExtensionContext;
  readonly store: WindowStore;
  readonly documents: VirtualDocuments;
  readonly log: vscode.LogOutputChannel;
  readonly version: string;
  readonly endpoint: string;
  readonly program: HostProgram;
  readonly defaultApproverName: string;
  readonly showBudgets: () => Promise<void>;
}

/** Everything behind the views, loaded after activation. */
export class App implements vscode.Disposable {
  readonly authority: AuthorityCommands;
  readonly ledger: LedgerCommands;
  readonly policy: PolicyReview;
  readonly tools: PolicyTools;
  readonly live: LiveLedgers;
  readonly #dependencies: AppDependencies;
  readonly #anchors: LedgerAnchors;
  readonly #session: WindowSession;
  readonly #supervisor: HostSupervisor;
  readonly #panel: ApprovalPanelController;
  readonly #reviewPanel: PolicyReviewPanelController;
  readonly #subscriptions: vscode.Disposable[] = [];

  constructor(dependencies: AppDependencies) {
    const { context, store, documents, log } = dependencies;
    this.#dependencies = dependencies;
    this.#anchors = new LedgerAnchors(context.secrets);
    const onLog = (message: string): void => {
      log.warn(message);
    };
    this.#session = new WindowSession({
      store,
      noteAnchor: (anchor) => this.#anchors.note(anchor),
      onContradiction: (before, now) => {
        void vscode.window.showErrorMessage(contradictionText(before, now));
      },
      onHostLog: (entry) => {
        logHostEntry(log, entry);
      },
      onLog,
    });
    this.#supervisor = this.#createSupervisor();
    const caller = () => this.#session.caller;
    const signer = () => this.#session.signer;
    const review = new ApprovalReview({
      fetch: ({ workspace, id }) => caller().call('approvals/get', { workspace, id }),
      answer: ({ workspace, id }, statement) =>
        caller().call('approvals/answer', { workspace, id, statement }),
      signer,
      clock: systemClock,
    });
    this.#panel = new ApprovalPanelController({
      extensionUri: context.extensionUri,
      store,
      documents,
      review,
      createRule: (approval) => this.tools.createRule(approval),
      onLog,
    });
    this.authority = this.#createAuthority();
    const shown = (folder: string) => this.live.shownFilter(folder);
    this.ledger = new LedgerCommands({ store, documents, anchors: this.#anchors, caller, shown });
    const { extensionUri } = context;
    const openRecord = (folder: string, seq: number) => this.#openRecordOf(folder, seq);
    this.#reviewPanel = new PolicyReviewPanelController({ extensionUri, openRecord, onLog });
    const panel = this.#reviewPanel;
    this.policy = new PolicyReview({ store, documents, caller, signer, clock: systemClock, panel });
    this.tools = new PolicyTools({
      extensionUri,
      store,
      caller,
      openRecord,
      loadMore: (folder) => this.ledger.loadMore(folder),
      onLog,
    });
    this.live = this.#createLiveLedgers();
    documents.setLoader((uri) => recordText(uri, store, caller));
    this.#follow();
  }

  /** Serves the window's folders, as far as the window may. */
  start(): void {
    const { store } = this.#dependencies;
    store.setFolders(fileFolders());
    if (!vscode.workspace.isTrusted) {
      this.#supervisor.detach({ kind: 'off', reason: 'untrusted' });
    } else if (store.folders.length === 0) {
      this.#supervisor.detach({ kind: 'off', reason: 'no-folder' });
    } else {
      this.#supervisor.start();
    }
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop('user');
  }

  async restart(): Promise<void> {
    await this.#supervisor.stop('restart');
    this.start();
  }

  /** Asks for the recovery code and enrols this editor's key with it. */
  async enrol(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Enrol with Recovery Code'),
      prompt: vscode.l10n.t('The code that was shown when the first approver was enrolled.'),
      password: true,
      ignoreFocusOut: true,
    });
    if (text !== undefined && text.trim() !== '') {
      this.#supervisor.start({ kind: 'recovery', text: text.trim() });
    }
  }

  async review(approval?: ApprovalSummary): Promise<void> {
    await this.#panel.show(approval?.id);
  }

  async openRecord(node?: { readonly folder: string; readonly item: LedgerItem }): Promise<void> {
    await this.ledger.openRecord(node);
  }

  async #openRecordOf(folder: string, seq: number): Promise<void> {
    const item = await recordItem(this.#session.caller, folder, seq);
    if (item !== undefined) await this.ledger.openRecord({ folder, item });
  }

  /** Lets a ledger go on that is not the one whose head was kept, once a person has said so. */
  async acceptLedger(folder?: string): Promise<void> {
    const { store } = this.#dependencies;
    const onAccepted = async (accepted: string, log: string): Promise<void> => {
      this.#anchors.replace(log);
      await this.#session.openFolder(accepted);
    };
    await acceptLedger({ store, caller: () => this.#session.caller, onAccepted }, folder);
  }

  async restorePanel(panel: vscode.WebviewPanel, id: string | undefined): Promise<void> {
    await this.#panel.restore(panel, id);
  }

  async showBudgets(): Promise<void> {
    await this.#dependencies.showBudgets();
  }

  bearer(folder: string): Promise<string> {
    return this.#session.bearer(folder);
  }

  /** What must not be lost when the window closes. */
  async flush(): Promise<void> {
    await this.#anchors.flush();
  }

  dispose(): void {
    this.#supervisor.detach({ kind: 'off', reason: 'stopped' });
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel.dispose();
    this.#reviewPanel.dispose();
    this.live.dispose();
    this.tools.dispose();
  }

  #createLiveLedgers(): LiveLedgers {
    const { context, store, log } = this.#dependencies;
    return new LiveLedgers({
      extensionUri: context.extensionUri,
      store,
      saved: new SavedFilters(context.workspaceState),
      caller: () => this.#session.caller,
      actions: {
        openRecord: (folder, seq) => this.#openRecordOf(folder, seq),
        openRule: (folder, rule) => this.tools.openRule(folder, rule),
        createRule: (decision) => this.tools.createRule(decision),
        simulate: (decision) => this.tools.simulate(decision),
        accept: (folder) => this.acceptLedger(folder),
      },
      onLog: (message) => {
        log.warn(message);
      },
    });
  }

  #createAuthority(): AuthorityCommands {
    const { context, store, log } = this.#dependencies;
    return new AuthorityCommands({
      store,
      secrets: context.secrets,
      caller: () => this.#session.caller,
      clock: systemClock,
      dialogs: authorityDialogs,
      stopReason: vscode.l10n.t('stopped by hand in the editor'),
      onLog: (message) => {
        log.warn(message);
      },
    });
  }

  #createSupervisor(): HostSupervisor {
    const { context, store, log, version, endpoint, program } = this.#dependencies;
    const { secrets } = context;
    return new HostSupervisor({
      version,
      connect: () => connectControl(endpoint),
      start: async (enrolmentCode) => {
        const { pid } = await startHost(program, { enrolmentCode });
        log.info(`started the enforcement host, process ${pid}`);
      },
      openSession: (caller, code) =>
        openSession(caller, {
          version,
          approverName: this.#approverName(),
          clock: systemClock,
          loadKey: () => loadApproverKey(secrets),
          createKey: () => createApproverKey(secrets),
          code,
        }),
      onStatus: (status) => {
        if (status.kind !== 'ready' && status.kind !== 'starting') this.#session.end();
        store.setHost(status);
        if (status.kind === 'failed') this.#reportFailure(status.message);
      },
      onSession: (caller, session) => this.#onSession(caller, session),
      onLog: (message) => {
        log.warn(message);
      },
      delays: RETRY_MS,
      stableAfterMs: STABLE_MS,
      handshakeMs: HANDSHAKE_MS,
    });
  }

  async #onSession(...[caller, session]: Parameters<WindowSession['begin']>): Promise<void> {
    this.#showRecoveryCode(session);
    this.tools.listen(caller);
    this.ledger.listen(caller);
    this.#retain(caller);
    this.#anchor(caller);
    await Promise.all([this.authority.provideKey(caller), this.#session.begin(caller, session)]);
  }

  #retain(caller: ControlCaller): void {
    caller.call('payloads/retain', payloadRetention()).catch((error: unknown) => {
      this.#dependencies.log.warn(`payloads are kept as before: ${messageOf(error)}`);
    });
  }

  #anchor(caller: ControlCaller): void {
    const setting = vscode.workspace.getConfiguration('axtary.ledger').get<unknown>('anchors', []);
    const { anchors, problems } = parseAnchorSettings(setting);
    if (problems.length > 0) void vscode.window.showWarningMessage(anchorSettingText(problems));
    caller.call('anchors/set', { anchors }).catch((error: unknown) => {
      this.#dependencies.log.warn(`checkpoints are anchored as before: ${messageOf(error)}`);
    });
  }

  #showRecoveryCode({ recoveryCode, approver }: ProvedSession): void {
    if (recoveryCode === undefined) return;
    showRecoveryCode(recoveryCode, approver.name).catch((error: unknown) => {
      this.#dependencies.log.error(messageOf(error));
    });
  }

  #reportFailure(message: string): void {
    const { log } = this.#dependencies;
    log.error(message);
    const start = vscode.l10n.t('Start Enforcement Host');
    const showLog = vscode.l10n.t('Show Log');
    const text = vscode.l10n.t('Axtary is not enforcing: {0}', message);
    void vscode.window.showErrorMessage(text, start, showLog).then((chosen) => {
      if (chosen === start) void vscode.commands.executeCommand('axtary.startHost');
      if (chosen === showLog) log.show();
    });
  }

  #approverName(): string {
    const configured = vscode.workspace
      .getConfiguration('axtary')
      .get<string>('approverName')
      ?.trim();
    return configured === undefined || configured === ''
      ? this.#dependencies.defaultApproverName
      : configured;
  }

  #follow(): void {
    const { context, store } = this.#dependencies;
    const toasts = announceApprovals(store, {
      isWanted: () =>
        !this.#panel.isVisible &&
        vscode.workspace.getConfiguration('axtary').get<string>('notifications') !== 'none',
      onReview: () => void this.review(),
    });
    this.#subscriptions.push(
      toasts,
      announceLedgerFaults(store, {
        onAccept: (folder) => void this.acceptLedger(folder),
        onShow: (folder) => void this.live.show({ folder, filter: {} }),
      }),
      announceAnchorConflicts(store, {
        onShow: (folder) => void this.live.show({ folder, filter: {} }),
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (store.host.kind !== 'ready') return;
        const { caller } = this.#session;
        if (change.affectsConfiguration('axtary.payloads')) this.#retain(caller);
        if (change.affectsConfiguration('axtary.ledger.anchors')) this.#anchor(caller);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.start();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders((change) => {
        void this.#onFolders(change);
      }),
      context.secrets.onDidChange(({ key }) => {
        if (isApproverKeySecret(key) && store.host.kind === 'not-enrolled') {
          setTimeout(() => {
            this.start();
          }, ENROLMENT_MS);
        }
      }),
    );
  }

  async #onFolders({ added, removed }: vscode.WorkspaceFoldersChangeEvent): Promise<void> {
    const { store } = this.#dependencies;
    const wasEmpty = store.folders.length === 0;
    store.setFolders(fileFolders());
    if (wasEmpty || store.folders.length === 0) {
      this.start();
      return;
    }
    for (const { uri } of removed) await this.#session.closeFolder(uri.fsPath);
    for (const { uri } of added) await this.#session.openFolder(uri.fsPath);
  }
}

/** The enforcement host reads files, so only folders on a disk can be served. */
function fileFolders(): { readonly path: string; readonly name: string }[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri, name }) => ({ path: uri.fsPath, name }));
}
