import type { Params, ControlProtocol } from '@axtary/protocol';
import * as vscode from 'vscode';

import { columnFor } from '../editor-column.js';
import { ExtensionError } from '../errors.js';
import type { ControlCaller } from '../host/control.js';
import type { WindowStore } from '../model/store.js';
import { POLICY_FILE, policyUri } from '../policy/policy-file.js';
import { rangeOf } from './convert.js';
import { decisionSource, type DecisionSource } from './decision-source.js';

type Effect = Params<ControlProtocol, 'policy/ruleFrom'>['effect'];

export interface RuleFromDecisionDependencies {
  readonly store: WindowStore;
  readonly caller: () => ControlCaller;
}

/**
 * Puts a rule for a decision into axtary.yml as an edit that can be undone. Nothing is saved, and
 * what is saved is a proposal still.
 */
export class RuleFromDecision {
  readonly #dependencies: RuleFromDecisionDependencies;

  constructor(dependencies: RuleFromDecisionDependencies) {
    this.#dependencies = dependencies;
  }

  async create(argument: unknown): Promise<void> {
    const { store } = this.#dependencies;
    const source = decisionSource(argument, store) ?? (await pickDecision(store));
    if (source === undefined) return;
    const effect = await pickEffect();
    if (effect === undefined) return;
    const document = await openPolicy(source.folder);
    if (document !== undefined) await this.#insert(document, source, effect);
  }

  async #insert(
    document: vscode.TextDocument,
    source: DecisionSource,
    effect: Effect,
  ): Promise<void> {
    const { version } = document;
    const { edits, explanation } = await this.#dependencies.caller().call('policy/ruleFrom', {
      workspace: source.folder,
      from:
        'approvalId' in source
          ? { approvalId: source.approvalId }
          : { decisionSeq: source.decisionSeq },
      effect,
      text: document.getText(),
    });
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: columnFor(document.uri),
      preview: false,
    });
    if (document.version !== version) throw edited();
    const isDone = await editor.edit((builder) => {
      for (const { range, newText } of edits) builder.replace(rangeOf(range), newText);
    });
    if (!isDone) throw edited();
    const [first] = edits;
    if (first !== undefined) reveal(editor, first.range.start.line, first.newText);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} It is not saved, and not enforced before you trust it.', explanation),
    );
  }
}

function reveal(editor: vscode.TextEditor, line: number, newText: string): void {
  const lines = newText.split('\n');
  const lead = lines.findIndex((text) => text.trim() !== '');
  const from = Math.min(line + Math.max(lead, 0), editor.document.lineCount - 1);
  const to = Math.min(line + lines.length - 1, editor.document.lineCount - 1);
  const range = new vscode.Range(from, 0, to, editor.document.lineAt(to).text.length);
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

async function openPolicy(folder: string): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(policyUri(folder));
  } catch {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('There is no {0} in {1}: make one first.', POLICY_FILE, folder),
    );
    return undefined;
  }
}

async function pickEffect(): Promise<Effect | undefined> {
  const choices: readonly (vscode.QuickPickItem & { readonly effect: Effect })[] = [
    { effect: 'step_up', label: vscode.l10n.t('Ask a human'), description: 'step_up' },
    { effect: 'deny', label: vscode.l10n.t('Deny'), description: 'deny' },
    { effect: 'allow', label: vscode.l10n.t('Allow'), description: 'allow' },
  ];
  const title = vscode.l10n.t('Create Rule from This Decision');
  const placeHolder = vscode.l10n.t('What should such calls get from now on?');
  return (await vscode.window.showQuickPick(choices, { title, placeHolder }))?.effect;
}

/** Asks which: the decisions that the ledger view has. */
export async function pickDecision(store: WindowStore): Promise<DecisionSource | undefined> {
  const decided = store.folders.flatMap(({ folder, ledger }) =>
    ledger.items.flatMap((item) =>
      item.verdict === undefined
        ? []
        : [{ label: item.title, description: item.resource ?? '', folder, seq: item.seq }],
    ),
  );
  const picked = await vscode.window.showQuickPick(decided, {
    placeHolder: vscode.l10n.t('Which decision?'),
    matchOnDescription: true,
  });
  return picked && { folder: picked.folder, decisionSeq: picked.seq };
}

function edited(): ExtensionError {
  return new ExtensionError(
    'POLICY_CHANGED',
    'axtary.yml was edited meanwhile: nothing was inserted, try again',
  );
}
