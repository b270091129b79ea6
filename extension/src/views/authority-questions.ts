import { l10n } from 'vscode';

import type { RevocationView } from '@axtary/protocol';

import type { News, Question } from '../authority/dialogs.js';
import type { RevocationTarget } from '../model/revocation-candidates.js';
import { kindText, revocationText, revokedText, shortKid, usesText } from './authority-texts.js';
import { visible } from './visible.js';

export interface QuestionTexts {
  readonly message: string;
  readonly detail: string;
  /** The button that does it. */
  readonly action: string;
}

/** What is asked before something is done, and what doing it means. */
export function questionTexts(question: Question): QuestionTexts {
  switch (question.kind) {
    case 'rotate':
      return rotateTexts(question.signing);
    case 'stop':
      return {
        message: l10n.t('Stop everything?'),
        detail: l10n.t(
          'Every pass issued so far is revoked for good, and every call of every agent is refused, in all folders that the enforcement host serves, until a person resumes. A call that is being executed may still finish.',
        ),
        action: l10n.t('Stop Everything'),
      };
    case 'lift':
      return liftTexts(question.revocation);
    case 'revoke':
      return revokeTexts(question.target);
    case 'reconcile':
      return reconcileTexts(question);
  }
}

export function newsText(news: News): string {
  switch (news.kind) {
    case 'rotated':
      return news.previous === undefined
        ? l10n.t('Passes are now signed with key {0}.', shortKid(news.kid))
        : l10n.t(
            'Passes are now signed with key {0}; key {1} is retired.',
            shortKid(news.kid),
            shortKid(news.previous),
          );
    case 'stopped':
      return l10n.t('Everything is stopped: every call is refused until you resume.');
    case 'lifted':
      return l10n.t('{0}: calls are decided by the policy again.', revokedText(news.revocation));
    case 'revoked':
      return l10n.t('Revoked: {0}', targetText(news.target));
    case 'reconciled':
      return news.outcome === 'executed'
        ? l10n.t('Recorded as executed: its budget is charged.')
        : l10n.t('Recorded as not executed: its budget is given back.');
    case 'keys-copied':
      return l10n.t('The public keys of passes are on the clipboard, as a JWK Set.');
    case 'key-not-given':
      return l10n.t(
        'The enforcement host did not take this editor’s pass key, so it signs passes with a key of its own: {0}',
        visible(news.message),
      );
    case 'nothing-unknown':
      return l10n.t('There is no call of unknown outcome.');
    case 'nothing-to-lift':
      return l10n.t('Nothing is stopped or revoked that could be lifted.');
  }
}

function rotateTexts(signing: string | undefined): QuestionTexts {
  const meaning = l10n.t(
    'New passes are signed with a new key, which this editor keeps in its secret storage. The key of before signs no more; it verifies until its last pass has expired. Whoever verifies passes with a copy of the keys needs the new ones.',
  );
  const present = signing === undefined ? '' : l10n.t('The present key is {0}.', shortKid(signing));
  return {
    message: l10n.t('Rotate the key that passes are signed with?'),
    detail: [meaning, present].join('\n\n').trim(),
    action: l10n.t('Rotate Pass Key'),
  };
}

function liftTexts(revocation: RevocationView): QuestionTexts {
  const why = revocationText(revocation);
  return revocation.kind === 'all'
    ? {
        message: l10n.t('Let agents act again?'),
        detail: l10n.t(
          'Stopped {0}\n\nCalls are decided by the policy again. Passes that were issued before the stop stay revoked.',
          why,
        ),
        action: l10n.t('Resume'),
      }
    : {
        message: l10n.t('Let act again? {0}', revokedText(revocation)),
        detail: l10n.t('Revoked {0}\n\nCalls are decided by the policy again.', why),
        action: l10n.t('Let Act Again'),
      };
}

function revokeTexts(target: RevocationTarget): QuestionTexts {
  return {
    message: l10n.t('Revoke? {0}', targetText(target)),
    detail: meaningOf(target.kind),
    action: l10n.t('Revoke'),
  };
}

function meaningOf(kind: RevocationTarget['kind']): string {
  switch (kind) {
    case 'agent':
      return l10n.t(
        'Every call of this agent is refused, and no pass of it is accepted, until a person lets it act again.',
      );
    case 'task':
      return l10n.t(
        'Every call for this task is refused, and no pass for it is accepted, until a person lets it go on.',
      );
    case 'pass':
      return l10n.t('This pass is not accepted any more. That is for good.');
    case 'key':
      return l10n.t(
        'No pass that was signed with this key is accepted any more. That is for good.',
      );
    case 'delegation':
      return l10n.t(
        'This delegation and every one below it permit nothing any more. That is for good.',
      );
  }
}

function reconcileTexts({
  call,
  outcome,
}: Extract<Question, { kind: 'reconcile' }>): QuestionTexts {
  const { reservation } = call.node;
  const uses = usesText(reservation);
  const isExecuted = outcome === 'executed';
  return {
    message: isExecuted
      ? l10n.t('Record that this call was executed? {0}', visible(call.title ?? reservation.id))
      : l10n.t(
          'Record that this call was not executed? {0}',
          visible(call.title ?? reservation.id),
        ),
    detail: isExecuted
      ? l10n.t('What it reserved is charged: {0}', uses)
      : l10n.t('What it reserved can be spent again: {0}', uses),
    action: isExecuted ? l10n.t('Executed') : l10n.t('Not Executed'),
  };
}

function targetText({ kind, value }: RevocationTarget): string {
  return `${kindText(kind)} ${visible(value)}`;
}
