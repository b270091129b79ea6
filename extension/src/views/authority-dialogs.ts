import * as vscode from 'vscode';

import type {
  AuthorityDialogs,
  CallOutcome,
  News,
  ReasonedQuestion,
  UnknownCall,
} from '../authority/dialogs.js';
import type { Candidate, RevocationTarget } from '../model/revocation-candidates.js';
import { kindText, revocationText, revokedText, shortKid, usesText } from './authority-texts.js';
import { newsText, questionTexts } from './authority-questions.js';
import { momentOf } from './format.js';
import { pickOrType } from './pick-or-type.js';
import { visible } from './visible.js';

const KINDS = ['agent', 'task', 'pass', 'key', 'delegation'] as const;
const MAX_REASON = 1024;
const WARNINGS: ReadonlySet<News['kind']> = new Set(['stopped', 'key-not-given']);

/** Asks in VS Code's own dialogs. A modal one is answered by a person: no command presses its buttons. */
export const authorityDialogs: AuthorityDialogs = {
  async chooseKind() {
    const picked = await vscode.window.showQuickPick(
      KINDS.map((target) => ({ label: kindText(target), target })),
      { title: vscode.l10n.t('Revoke'), placeHolder: vscode.l10n.t('What is to be revoked?') },
    );
    return picked?.target;
  },
  chooseValue: (kind, candidates) =>
    pickOrType({
      title: vscode.l10n.t('Revoke: {0}', kindText(kind)),
      placeholder: vscode.l10n.t('Pick one that was seen lately, or type another'),
      items: candidates.map((candidate) => pickable(kind, candidate)),
    }),
  async chooseRevocation(revocations) {
    const picked = await vscode.window.showQuickPick(
      revocations.map((revocation) => ({
        label: revokedText(revocation),
        description: revocationText(revocation),
        revocation,
      })),
      { placeHolder: vscode.l10n.t('Who may act again?'), matchOnDescription: true },
    );
    return picked?.revocation;
  },
  async chooseCall(calls) {
    const picked = await vscode.window.showQuickPick(
      calls.map((call) => ({ ...callItem(call), call })),
      { placeHolder: vscode.l10n.t('How did which call end?'), matchOnDescription: true },
    );
    return picked?.call;
  },
  async chooseOutcome(call) {
    const outcomes: readonly { readonly label: string; readonly outcome: CallOutcome }[] = [
      { label: vscode.l10n.t('It was executed'), outcome: 'executed' },
      { label: vscode.l10n.t('It was not executed'), outcome: 'not_executed' },
    ];
    const picked = await vscode.window.showQuickPick(outcomes, {
      title: callItem(call).label,
      placeHolder: vscode.l10n.t('Look it up where the call went: what is said here is believed.'),
    });
    return picked?.outcome;
  },
  async askReason(purpose) {
    const reason = await vscode.window.showInputBox({
      title: reasonTitle(purpose),
      prompt: vscode.l10n.t('The reason, as the ledger will have it.'),
      ignoreFocusOut: true,
      validateInput: reasonProblem,
    });
    return reason?.trim();
  },
  async confirm(question) {
    const { message, detail, action } = questionTexts(question);
    const options = { modal: true, detail };
    return (await vscode.window.showWarningMessage(message, options, action)) === action;
  },
  tell(news) {
    const text = newsText(news);
    if (WARNINGS.has(news.kind)) void vscode.window.showWarningMessage(text);
    else void vscode.window.showInformationMessage(text);
  },
  async copy(text) {
    await vscode.env.clipboard.writeText(text);
  },
};

function pickable(kind: RevocationTarget['kind'], { value, description }: Candidate) {
  const label = kind === 'key' ? shortKid(value) : visible(value);
  return { value, label, description: visible(description) };
}

function callItem({ node, title }: UnknownCall): vscode.QuickPickItem {
  const { reservation, place } = node;
  const facts = [place, usesText(reservation), momentOf(reservation.since)];
  return {
    label: visible(title ?? reservation.id),
    description: facts.filter(Boolean).join(' · '),
  };
}

function reasonTitle(purpose: ReasonedQuestion): string {
  switch (purpose) {
    case 'revoke':
      return vscode.l10n.t('Revoke');
    case 'lift':
      return vscode.l10n.t('Let Act Again');
    case 'reconcile':
      return vscode.l10n.t('Reconcile Call of Unknown Outcome');
  }
}

function reasonProblem(text: string): string | undefined {
  const { length } = text.trim();
  if (length === 0) return vscode.l10n.t('Say why.');
  if (length <= MAX_REASON) return undefined;
  return vscode.l10n.t('At most {0} characters.', MAX_REASON);
}
