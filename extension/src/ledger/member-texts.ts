import type { Texts } from './finding-texts.js';

/** A sealed member that an export can keep back. */
export interface MemberText {
  /** As the enforcement host knows it. */
  readonly member: string;
  readonly label: string;
  /** What a reader of the export can no longer see. */
  readonly detail: string;
}

/** The sealed members of all records, those that are kept back the most often first. */
export function memberTexts(l10n: Texts): readonly MemberText[] {
  return [...ofActions(l10n), ...ofCalls(l10n), ...ofPeople(l10n)];
}

function ofActions(l10n: Texts): readonly MemberText[] {
  return [
    {
      member: 'payloadHash',
      label: l10n.t('Payload hashes'),
      detail: l10n.t('Nobody can check that a payload is the one of a call.'),
    },
    {
      member: 'actionHash',
      label: l10n.t('Action hashes'),
      detail: l10n.t('Nobody can check that decision, pass and call are of the same action.'),
    },
    {
      member: 'context',
      label: l10n.t('Context'),
      detail: l10n.t('Hides the files, the folder, the session and the server of a call.'),
    },
    {
      member: 'intent',
      label: l10n.t('Tasks'),
      detail: l10n.t('Hides what the agent was asked to do.'),
    },
    {
      member: 'resource',
      label: l10n.t('Resources'),
      detail: l10n.t('Hides which channel, repository or tool of a server a call went to.'),
    },
    {
      member: 'constraints',
      label: l10n.t('Constraints'),
      detail: l10n.t('Hides the limits that a call was asked for with.'),
    },
  ];
}

function ofCalls(l10n: Texts): readonly MemberText[] {
  return [
    {
      member: 'result',
      label: l10n.t('Results'),
      detail: l10n.t('Hides the beginning of what a provider answered.'),
    },
    {
      member: 'resultHash',
      label: l10n.t('Result hashes'),
      detail: l10n.t('Nobody can check that an answer is the one of a call.'),
    },
    {
      member: 'error',
      label: l10n.t('Errors'),
      detail: l10n.t('Hides why a call failed or was blocked.'),
    },
    {
      member: 'usage',
      label: l10n.t('Usage'),
      detail: l10n.t('Hides what a call added to rates and budgets.'),
    },
  ];
}

function ofPeople(l10n: Texts): readonly MemberText[] {
  return [
    {
      member: 'human',
      label: l10n.t('Humans'),
      detail: l10n.t('Hides for whom an agent acted.'),
    },
    {
      member: 'artifact',
      label: l10n.t('Approvals'),
      detail: l10n.t('Hides who approved a call, and the signature that proves it.'),
    },
    {
      member: 'denied',
      label: l10n.t('Denials by people'),
      detail: l10n.t('Hides who denied a call, and why.'),
    },
    {
      member: 'reason',
      label: l10n.t('Reasons'),
      detail: l10n.t('Hides why something was revoked, or how a lost call was found out about.'),
    },
    {
      member: 'workspace',
      label: l10n.t('Folders'),
      detail: l10n.t('Hides the path of the folder whose policy changed.'),
    },
    {
      member: 'name',
      label: l10n.t('Names of keys'),
      detail: l10n.t('Hides whose keys were enrolled.'),
    },
  ];
}
