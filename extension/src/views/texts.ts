import { l10n } from 'vscode';

import type { PolicyState } from '@axtary/protocol';

import type { HostStatus } from '../model/host-status.js';

/** What the state of the enforcement host means to whoever looks. */
export function hostText(status: HostStatus): string {
  switch (status.kind) {
    case 'off':
      return offText(status.reason);
    case 'starting':
      return l10n.t('The enforcement host is starting.');
    case 'ready':
      return l10n.t('Enforcing. You approve as {0}.', status.approver);
    case 'not-enrolled':
      return l10n.t(
        'This editor is not enrolled as an approver: enrol it with the recovery code to see and answer approvals.',
      );
    case 'restarting':
      return l10n.t(
        'The connection to the enforcement host was lost: connecting again, attempt {0}. Agents get no answer until it is back.',
        status.attempt,
      );
    case 'failed':
      return l10n.t('The enforcement host is not running: {0}', status.message);
  }
}

function offText(reason: Extract<HostStatus, { kind: 'off' }>['reason']): string {
  switch (reason) {
    case 'untrusted':
      return l10n.t('This workspace is not trusted, so Axtary starts nothing here.');
    case 'no-folder':
      return l10n.t('Open a folder to let Axtary serve it.');
    case 'stopped':
      return l10n.t('The enforcement host is stopped: mediated tool calls do not run.');
  }
}

/** What is enforced for a folder, in a sentence. */
export function policyText(status: PolicyState['status']): string {
  switch (status) {
    case 'missing':
      return l10n.t('There is no axtary.yml yet, so every tool call is denied.');
    case 'untrusted':
      return l10n.t('Nobody has trusted axtary.yml yet, so every tool call is denied.');
    case 'trusted':
      return l10n.t('axtary.yml is enforced as it stands.');
    case 'changed':
      return l10n.t('axtary.yml differs from the policy that is enforced: review the change.');
    case 'broken':
      return l10n.t('axtary.yml cannot be read as a policy: see the Problems view.');
  }
}
