import type { AnalyzedIssue, PolicyAnalysis, RuleDenial } from '@axtary/protocol';
import * as vscode from 'vscode';

import { POLICY_FILE, policyKind } from '../policy/policy-file.js';
import type { FailedTest, FailedTests } from '../policy-tests/failed-tests.js';
import { visible } from '../views/visible.js';
import type { RuleActivity } from './activity.js';
import type { PolicyAnalyses } from './analyses.js';
import { rangeOf } from './convert.js';
import type { PolicyHost } from './policy-host.js';
import { recordUri } from './record-document.js';
import { policySettings } from './settings.js';

const DEBOUNCE_MS = 200;
const SHOWN_DENIALS = 5;
/** Code of the diagnostics that tell what a rule has denied. */
export const DENIED = 'DENIED';
/** Code of the diagnostics that tell which tests a rule has decided otherwise than expected. */
const TEST_FAILED = 'TEST_FAILED';

export interface DiagnosticsDependencies {
  readonly host: PolicyHost;
  readonly analyses: PolicyAnalyses;
  readonly activity: RuleActivity;
  readonly failed: FailedTests;
}

/** Problems of policies and their tests as they are in the editor, saved or not, and what rules denied. */
export class PolicyDiagnostics implements vscode.Disposable {
  readonly #dependencies: DiagnosticsDependencies;
  readonly #collection = vscode.languages.createDiagnosticCollection('axtary');
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(dependencies: DiagnosticsDependencies) {
    this.#dependencies = dependencies;
    const { workspace } = vscode;
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => {
        this.#schedule(document, 0);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.#schedule(document, DEBOUNCE_MS);
      }),
      workspace.onDidCloseTextDocument((document) => {
        this.#forget(document.uri);
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('axtary.policy')) this.refresh();
      }),
      dependencies.activity.onDidChange(() => {
        this.refresh();
      }),
      dependencies.failed.onDidChange(() => {
        this.refresh();
      }),
    ];
  }

  /** Checks every open text again. Without an enforcement host nothing is known, and nothing shown. */
  refresh(): void {
    if (!this.#dependencies.host.isReady) this.#collection.clear();
    for (const document of vscode.workspace.textDocuments) this.#schedule(document, 0);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #schedule(document: vscode.TextDocument, delay: number): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    if (policyKind(document) === undefined) {
      this.#forget(document.uri);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      void this.#run(document);
    }, delay);
    this.#timers.set(key, timer);
  }

  async #run(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    const analysis = await this.#dependencies.analyses.of(document);
    // A later edit has its own check under way.
    if (document.isClosed || document.version !== version) return;
    if (analysis === undefined) {
      this.#collection.delete(uri);
      return;
    }
    this.#collection.set(uri, [
      ...analysis.issues.map(issueDiagnostic),
      ...this.#denials(document, analysis),
      ...this.#failedTests(document, analysis),
    ]);
  }

  #denials(document: vscode.TextDocument, { rules }: PolicyAnalysis): vscode.Diagnostic[] {
    const { host, activity } = this.#dependencies;
    const folder = host.folderOf(document.uri);
    if (!policySettings().showDenials || folder === undefined) return [];
    if (!isPolicyInPlace(document)) return [];
    const denials = activity.of(folder)?.denials ?? [];
    return rules.flatMap(({ id, idRange }) => {
      const ofRule = denials.filter(({ rule }) => rule === id);
      const [latest] = ofRule;
      if (latest === undefined) return [];
      const diagnostic = denialDiagnostic(rangeOf(idRange), latest, ofRule.length);
      diagnostic.relatedInformation = ofRule
        .slice(0, SHOWN_DENIALS)
        .map((denial) => relatedDenial(folder, denial));
      return [diagnostic];
    });
  }

  #failedTests(document: vscode.TextDocument, { rules }: PolicyAnalysis): vscode.Diagnostic[] {
    const folder = this.#dependencies.host.folderOf(document.uri);
    if (folder === undefined || !isPolicyInPlace(document)) return [];
    const failed = this.#dependencies.failed.of(folder);
    return rules.flatMap(({ id, idRange }) => {
      const ofRule = failed.filter((test) => test.rules.includes(id));
      return ofRule.length === 0 ? [] : [failureDiagnostic(rangeOf(idRange), ofRule)];
    });
  }

  #forget(uri: vscode.Uri): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
    this.#collection.delete(uri);
  }
}

/** A draft has denied nothing, even where its rules have the names of those that did. */
function isPolicyInPlace({ uri }: vscode.TextDocument): boolean {
  return uri.path.endsWith(`/${POLICY_FILE}`);
}

function issueDiagnostic({ code, message, severity, range }: AnalyzedIssue): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(rangeOf(range), message, severityOf(severity));
  diagnostic.code = code;
  diagnostic.source = 'Axtary';
  return diagnostic;
}

function severityOf(severity: AnalyzedIssue['severity']): vscode.DiagnosticSeverity {
  switch (severity) {
    case 'error':
      return vscode.DiagnosticSeverity.Error;
    case 'warning':
      return vscode.DiagnosticSeverity.Warning;
    case 'info':
      return vscode.DiagnosticSeverity.Information;
  }
}

function denialDiagnostic(
  range: vscode.Range,
  latest: RuleDenial,
  count: number,
): vscode.Diagnostic {
  const { hours } = policySettings();
  const message = vscode.l10n.t(
    'Denied {0} in {1} h. The last: {2} by {3}.',
    count === 1 ? vscode.l10n.t('1 call') : vscode.l10n.t('{0} calls', count),
    hours,
    visible(latest.resource),
    visible(latest.agent),
  );
  const { Information } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, Information);
  diagnostic.code = DENIED;
  diagnostic.source = 'Axtary';
  return diagnostic;
}

function failureDiagnostic(range: vscode.Range, tests: readonly FailedTest[]): vscode.Diagnostic {
  const names = tests.map(({ name }) => visible(name)).join(', ');
  const message = vscode.l10n.t('This rule decided tests that fail: {0}', names);
  const { Warning } = vscode.DiagnosticSeverity;
  const diagnostic = new vscode.Diagnostic(range, message, Warning);
  diagnostic.code = TEST_FAILED;
  diagnostic.source = 'Axtary';
  diagnostic.relatedInformation = tests.map(
    (test) => new vscode.DiagnosticRelatedInformation(test.location, visible(test.message)),
  );
  return diagnostic;
}

function relatedDenial(
  folder: string,
  { seq, time, resource, message }: RuleDenial,
): vscode.DiagnosticRelatedInformation {
  const start = new vscode.Position(0, 0);
  const text = vscode.l10n.t('{0}: {1}: {2}', time, visible(resource), visible(message));
  const location = new vscode.Location(recordUri(folder, seq), start);
  return new vscode.DiagnosticRelatedInformation(location, text);
}
