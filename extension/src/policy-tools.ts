import { messageOf, type ControlProtocol, type Params } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { ControlCaller } from './host/control.js';
import { rangeOf } from './language/convert.js';
import { RuleActivity } from './language/activity.js';
import { PolicyAnalyses } from './language/analyses.js';
import { PolicyDiagnostics } from './language/diagnostics.js';
import { RuleLenses } from './language/lenses.js';
import { registerOutline } from './language/outline.js';
import { PolicyHost } from './language/policy-host.js';
import { registerProviders } from './language/providers.js';
import { RuleFromDecision } from './language/rule-from-decision.js';
import type { WindowStore } from './model/store.js';
import { PolicyTests } from './policy-tests/controller.js';
import { FailedTests } from './policy-tests/failed-tests.js';
import { policyKind, policyUri } from './policy/policy-file.js';
import { showDraft } from './simulation/draft-documents.js';
import { SimulationHostPorts } from './simulation/host-ports.js';
import { SimulationPanelController } from './simulation/panel.js';

/** Pages of the ledger that are loaded to show what a rule decided. */
const MAX_PAGES = 10;

export interface PolicyToolsDependencies {
  readonly extensionUri: vscode.Uri;
  readonly store: WindowStore;
  readonly caller: () => ControlCaller;
  readonly openRecord: (folder: string, seq: number) => Promise<void>;
  readonly loadMore: (folder: string) => Promise<void>;
  readonly onLog: (message: string) => void;
}

type Progress = Params<ControlProtocol, 'policy/progress'>;

/** Everything the editor does for whoever writes a policy. None of it enforces anything. */
export class PolicyTools implements vscode.Disposable {
  readonly #dependencies: PolicyToolsDependencies;
  readonly #activity: RuleActivity;
  readonly #analyses: PolicyAnalyses;
  readonly #diagnostics: PolicyDiagnostics;
  readonly #failed: FailedTests;
  readonly #lenses: RuleLenses;
  readonly #tests: PolicyTests;
  readonly #rules: RuleFromDecision;
  readonly #simulation: SimulationPanelController;
  readonly #registrations: vscode.Disposable;
  readonly #progress = new Map<string, (done: number, total: number) => void>();

  constructor(dependencies: PolicyToolsDependencies) {
    this.#dependencies = dependencies;
    const { store, caller, onLog, extensionUri, openRecord } = dependencies;
    const host = new PolicyHost(store, caller);
    const analyses = new PolicyAnalyses(host, onLog);
    const activity = new RuleActivity(store, caller, onLog);
    this.#analyses = analyses;
    this.#activity = activity;
    const failed = new FailedTests();
    this.#failed = failed;
    this.#diagnostics = new PolicyDiagnostics({ host, analyses, activity, failed });
    this.#lenses = new RuleLenses({ host, analyses, activity });
    this.#tests = new PolicyTests({ host, analyses, failed, onLog });
    this.#rules = new RuleFromDecision({ store, caller });
    this.#simulation = new SimulationPanelController({
      extensionUri,
      store,
      host,
      analyses,
      ports: new SimulationHostPorts({
        store,
        host,
        tests: () => this.#tests.places(),
        onProgress: (run, listener) => this.#onProgress(run, listener),
      }),
      latestOf: (folder, rule) => this.#latestOf(folder, rule),
      openRecord,
      onLog,
    });
    this.#registrations = vscode.Disposable.from(
      registerProviders(host),
      registerOutline(analyses),
      new vscode.Disposable(
        store.onDidChange((change) => {
          if (change === 'host') this.#onHost();
        }),
      ),
    );
  }

  /** Follows a connection; each has its own notifications. */
  listen(caller: ControlCaller): void {
    caller.on('policy/progress', ({ run, done, total }: Progress) => {
      this.#progress.get(run)?.(done, total);
    });
  }

  createRule(decision: unknown): Promise<void> {
    return this.#rules.create(decision);
  }

  simulate(subject: unknown): Promise<void> {
    return this.#simulation.show(subject ?? activePolicy());
  }

  newDraft(): Promise<void> {
    return this.#simulation.newDraft();
  }

  /** Opens axtary.yml at a rule, or at its beginning where the rule is in no file. */
  async openRule(folder: string, rule: string): Promise<void> {
    const uri = policyUri(folder);
    const analysis = await this.#analyses.of(await vscode.workspace.openTextDocument(uri));
    const place = analysis?.rules.find(({ id }) => id === rule);
    await showDraft(uri.toString(), place && rangeOf(place.idRange));
  }

  restoreSimulation(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    return this.#simulation.restore(panel, state);
  }

  /** Confines the ledger view to the calls of a rule, and loads those that are counted on it. */
  async showInLedger(argument: unknown): Promise<void> {
    const { store, loadMore, onLog } = this.#dependencies;
    const chosen = ruleArgument(argument) ?? (await this.#pickRule());
    if (chosen === undefined) return;
    const { folder, rule } = chosen;
    store.filterLedger(rule);
    await vscode.commands.executeCommand('axtary.ledger.focus');
    const oldest = this.#activity.of(folder)?.denials.findLast((denial) => denial.rule === rule);
    try {
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const known = store.folder(folder)?.ledger.items.at(-1)?.seq ?? 0;
        if (oldest === undefined || known <= oldest.seq) return;
        await loadMore(folder);
      }
    } catch (error) {
      onLog(`ledger/list: ${messageOf(error)}`);
    }
  }

  clearLedgerFilter(): void {
    this.#dependencies.store.filterLedger(undefined);
  }

  dispose(): void {
    this.#registrations.dispose();
    this.#simulation.dispose();
    this.#tests.dispose();
    this.#lenses.dispose();
    this.#diagnostics.dispose();
    this.#failed.dispose();
    this.#activity.dispose();
    this.#analyses.dispose();
  }

  /** What was known is of another connection: nothing of it is kept. */
  #onHost(): void {
    this.#analyses.clear();
    this.#diagnostics.refresh();
    this.#lenses.refresh();
    void this.#tests.discover();
  }

  #onProgress(run: string, listener: (done: number, total: number) => void): () => void {
    this.#progress.set(run, listener);
    return () => this.#progress.delete(run);
  }

  /** The newest decision that the rule is named in. */
  #latestOf(folder: string, rule: string): number | undefined {
    const items = this.#dependencies.store.folder(folder)?.ledger.items ?? [];
    const decided = items.filter(({ verdict }) => verdict !== undefined);
    const listed = decided.find(({ rules }) => rules.includes(rule))?.seq;
    return listed ?? this.#activity.of(folder)?.denials.find((one) => one.rule === rule)?.seq;
  }

  async #pickRule(): Promise<{ readonly folder: string; readonly rule: string } | undefined> {
    const known = this.#dependencies.store.folders.flatMap(({ folder, ledger }) =>
      [...new Set(ledger.items.flatMap(({ rules }) => rules))].map((rule) => ({
        label: rule,
        folder,
        rule,
      })),
    );
    return vscode.window.showQuickPick(known, { placeHolder: vscode.l10n.t('Which rule?') });
  }
}

/** From the palette: the policy that is in the active editor. */
function activePolicy(): unknown {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || policyKind(document) !== 'policy') return undefined;
  return { draft: document.uri.toString() };
}

function ruleArgument(
  argument: unknown,
): { readonly folder: string; readonly rule: string } | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if (!('folder' in argument && 'rule' in argument)) return undefined;
  const { folder, rule } = argument;
  return typeof folder === 'string' && typeof rule === 'string' ? { folder, rule } : undefined;
}
