import { messageOf } from '@axtary/protocol';
import * as vscode from 'vscode';

import type { PolicyAnalyses } from '../language/analyses.js';
import type { PolicyHost } from '../language/policy-host.js';
import { POLICY_FILE, policyKind } from '../policy/policy-file.js';
import type { TestPlace } from '../simulation/host-ports.js';
import type { FailedTests } from './failed-tests.js';
import { fillTestFile } from './test-items.js';
import { TestRunner } from './test-runner.js';

const FILES = '**/*.test.yml';
const EXCLUDED = '**/node_modules/**';
const MAX_FILES = 200;
const SETTLE_MS = 200;

export interface PolicyTestsDependencies {
  readonly host: PolicyHost;
  readonly analyses: PolicyAnalyses;
  readonly failed: FailedTests;
  readonly onLog: (message: string) => void;
}

/** Policy tests in the Test Explorer: one item a file, one a test, rule coverage on the policy. */
export class PolicyTests implements vscode.Disposable {
  readonly #dependencies: PolicyTestsDependencies;
  readonly #controller = vscode.tests.createTestController(
    'axtary.policyTests',
    vscode.l10n.t('Axtary Policy Tests'),
  );
  readonly #runner: TestRunner;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(dependencies: PolicyTestsDependencies) {
    this.#dependencies = dependencies;
    const controller = this.#controller;
    this.#runner = new TestRunner({ ...dependencies, controller });
    this.#controller.resolveHandler = async (item) => {
      if (item === undefined) await this.discover();
      else if (item.uri !== undefined) await this.#fill(item.uri);
    };
    this.#controller.refreshHandler = () => this.discover();
    this.#addProfiles();
    this.#watch();
  }

  /** Looks for files of policy tests anew, as after the enforcement host has come. */
  async discover(): Promise<void> {
    if (!this.#dependencies.host.isReady) return;
    const found = await vscode.workspace.findFiles(FILES, EXCLUDED, MAX_FILES);
    const known = new Set(found.map((uri) => uri.toString()));
    for (const [id] of this.#controller.items) {
      if (known.has(id)) continue;
      this.#controller.items.delete(id);
      this.#dependencies.failed.forget(vscode.Uri.parse(id));
    }
    for (const uri of found) await this.#fill(uri);
  }

  /** Every test that is known, with its place. */
  places(): TestPlace[] {
    return [...this.#controller.items].flatMap(([, file]) =>
      [...file.children].flatMap(([id, test]) =>
        test.uri === undefined ? [] : [{ id: `${file.id}#${id}`, uri: test.uri, name: test.label }],
      ),
    );
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#controller.dispose();
  }

  #addProfiles(): void {
    const { Run, Coverage } = vscode.TestRunProfileKind;
    this.#controller.createRunProfile(
      vscode.l10n.t('Run'),
      Run,
      (request, token) =>
        request.continuous === true
          ? this.#runContinuously(request, token)
          : this.#runner.run(request, token),
      true,
      undefined,
      true,
    );
    const coverage = this.#controller.createRunProfile(
      vscode.l10n.t('Run with Rule Coverage'),
      Coverage,
      (request, token) => this.#runner.run(request, token, { withCoverage: true }),
      true,
    );
    coverage.loadDetailedCoverage = (_run, file) => Promise.resolve(this.#runner.detailsOf(file));
  }

  /** Runs at once, and again whenever a policy or a test is edited, until it is ended. */
  async #runContinuously(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const subscription = this.#changed.event(() => {
      void this.#runner.run(request, token);
    });
    token.onCancellationRequested(() => {
      subscription.dispose();
    });
    await this.#runner.run(request, token);
  }

  #watch(): void {
    const watcher = vscode.workspace.createFileSystemWatcher(FILES);
    const policies = vscode.workspace.createFileSystemWatcher(`**/${POLICY_FILE}`);
    const onTests = (uri: vscode.Uri): void => {
      this.#later(uri, () => this.#onTestsChanged(uri));
    };
    const onPolicy = (uri: vscode.Uri): void => {
      this.#later(uri, () => {
        this.#changed.fire(uri);
      });
    };
    this.#subscriptions.push(
      watcher,
      policies,
      watcher.onDidCreate(onTests),
      watcher.onDidChange(onTests),
      watcher.onDidDelete((uri) => {
        this.#controller.items.delete(uri.toString());
      }),
      policies.onDidChange(onPolicy),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        const kind = policyKind(document);
        if (kind === 'tests') onTests(document.uri);
        if (kind === 'policy') onPolicy(document.uri);
      }),
    );
  }

  async #onTestsChanged(uri: vscode.Uri): Promise<void> {
    await this.#fill(uri);
    this.#changed.fire(uri);
  }

  #later(uri: vscode.Uri, work: () => Promise<void> | void): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      void work();
    }, SETTLE_MS);
    this.#timers.set(key, timer);
  }

  async #fill(uri: vscode.Uri): Promise<void> {
    const { analyses, onLog } = this.#dependencies;
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      const isOurs = policyKind(document) === 'tests';
      const analysis = isOurs ? await analyses.of(document) : undefined;
      if (!isOurs) this.#controller.items.delete(uri.toString());
      if (analysis !== undefined) fillTestFile(this.#controller, uri, analysis.symbols);
    } catch (error) {
      onLog(`${uri.fsPath}: ${messageOf(error)}`);
    }
  }
}
