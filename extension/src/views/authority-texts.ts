import { env, l10n } from 'vscode';

import type { BudgetView, ReservationView, RevocationView } from '@axtary/protocol';

import { scopeText, type AuthorityGroup } from '../model/authority-tree.js';
import type { RevocationTarget } from '../model/revocation-candidates.js';
import { momentOf, numberText } from './format.js';
import { visible } from './visible.js';

const SHORT_KID = 12;
const UNITS = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
] as const;
const SECOND = { unit: 'second', seconds: 1 } as const;

/** Enough of a thumbprint to tell keys apart. */
export function shortKid(kid: string): string {
  return visible(kid.slice(0, SHORT_KID));
}

export function groupTitle(group: AuthorityGroup): string {
  switch (group) {
    case 'budgets':
      return l10n.t('Budgets');
    case 'unknown':
      return l10n.t('Unknown Outcomes');
    case 'delegations':
      return l10n.t('Delegations');
    case 'keys':
      return l10n.t('Keys');
    case 'revocations':
      return l10n.t('Revocations');
  }
}

export function kindText(kind: RevocationTarget['kind']): string {
  switch (kind) {
    case 'agent':
      return l10n.t('Agent');
    case 'task':
      return l10n.t('Task');
    case 'pass':
      return l10n.t('Pass');
    case 'key':
      return l10n.t('Key');
    case 'delegation':
      return l10n.t('Delegation');
  }
}

/** What was revoked, in a few words. */
export function revokedText({ kind, value }: RevocationView): string {
  return kind === 'all' ? l10n.t('Everything') : `${kindText(kind)} ${visible(value)}`;
}

/** Who made or lifted a revocation, when and why. */
export function revocationText({
  by,
  at,
  reason,
}: Pick<RevocationView, 'by' | 'at' | 'reason'>): string {
  return l10n.t('by {0}, {1}: {2}', visible(by), momentOf(at), visible(reason));
}

/** Such as `820 of 1,000 EUR minor units, 120 reserved`. */
export function usageText({ used, max, reserved, field, currency }: BudgetView): string {
  const unit = unitText(field, currency);
  const usage = [l10n.t('{0} of {1}', numberText(used), numberText(max)), unit].join(' ').trim();
  return reserved === 0 ? usage : l10n.t('{0}, {1} reserved', usage, numberText(reserved));
}

function unitText(field: string | undefined, currency: string | undefined): string {
  if (currency !== undefined) return l10n.t('{0} minor units', visible(currency));
  return field === undefined ? l10n.t('calls') : '';
}

/** The time over which a budget is counted, and whose count it is. */
export function windowText({ windowSeconds, scope }: BudgetView): string {
  const whose = visible(scopeText(scope));
  const window = durationText(windowSeconds);
  return whose === '' ? l10n.t('in {0}', window) : l10n.t('in {0}, for {1}', window, whose);
}

/** What a reservation holds, meter by meter. */
export function usesText({ uses }: ReservationView): string {
  return uses.map(({ meter, amount }) => `${visible(meter)} +${numberText(amount)}`).join(', ');
}

/** In the largest unit of which it is a whole number, such as `24 hours` as `1 day`. */
function durationText(seconds: number): string {
  const { unit, seconds: length } = UNITS.find((each) => seconds % each.seconds === 0) ?? SECOND;
  const options = { style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(env.language, options).format(seconds / length);
}
