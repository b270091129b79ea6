import type { PolicyActivity, PolicyRulePlace, RuleActivity as Counts } from '@axtary/protocol';
import * as vscode from 'vscode';

import { POLICY_SELECTOR } from '../policy/policy-file.js';
import type { RuleActivity } from './activity.js';
import type { PolicyAnalyses } from './analyses.js';
import { rangeOf } from './convert.js';
import type { PolicyHost } from './policy-host.js';
import { policySettings } from './settings.js';

export interface LensDependencies {
  readonly host: PolicyHost;
  readonly analyses: PolicyAnalyses;
  readonly activity: RuleActivity;
}

/** Above each rule: what it has done lately, and a way to try it. */
export class RuleLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #dependencies: LensDependencies;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(dependencies: LensDependencies) {
    this.#dependencies = dependencies;
    this.#subscriptions = [
      vscode.languages.registerCodeLensProvider([...POLICY_SELECTOR], this),
      dependencies.activity.onDidChange(() => {
        this.#changed.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('axtary.policy')) this.#changed.fire();
      }),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const { host, analyses, activity } = this.#dependencies;
    const folder = host.folderOf(document.uri);
    if (folder === undefined || !policySettings().codeLens) return [];
    const rules = (await analyses.of(document))?.rules ?? [];
    const known = activity.of(folder);
    return rules.flatMap((rule) => lensesOf({ document, folder, rule, known }));
  }

  /** As after the enforcement host has gone or come back. */
  refresh(): void {
    this.#changed.fire();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

interface LensContext {
  readonly document: vscode.TextDocument;
  readonly folder: string;
  readonly rule: PolicyRulePlace;
  readonly known: PolicyActivity | undefined;
}

function lensesOf({ document, folder, rule, known }: LensContext): vscode.CodeLens[] {
  const range = rangeOf(rule.idRange);
  const simulate = new vscode.CodeLens(range, {
    title: vscode.l10n.t('Simulate'),
    command: 'axtary.simulate',
    arguments: [{ draft: document.uri.toString(), folder, rule: rule.id }],
  });
  if (known === undefined) return [simulate];
  const counts = known.rules.find((candidate) => candidate.rule === rule.id);
  const activity = new vscode.CodeLens(range, {
    title: activityTitle(counts),
    command: 'axtary.showRuleInLedger',
    tooltip: vscode.l10n.t('Show the calls that this rule decided in the ledger view'),
    arguments: [{ folder, rule: rule.id }],
  });
  return [activity, simulate];
}

function activityTitle(counts: Counts | undefined): string {
  const { hours } = policySettings();
  if (counts === undefined || counts.matches + counts.shadowed === 0) {
    return vscode.l10n.t('No matches in {0} h', hours);
  }
  const { matches, denied, asked, shadowed } = counts;
  const parts = [
    matches === 1
      ? vscode.l10n.t('1 match in {0} h', hours)
      : vscode.l10n.t('{0} matches in {1} h', matches, hours),
    ...(denied > 0 ? [vscode.l10n.t('{0} denied', denied)] : []),
    ...(asked > 0 ? [vscode.l10n.t('{0} asked', asked)] : []),
    ...(shadowed > 0 ? [vscode.l10n.t('{0} on trial', shadowed)] : []),
  ];
  return parts.join(', ');
}
