import type { Budgets, OpenReservation } from '@axtary/budgets';
import type { NormalRule, NormalTest, Policy } from '@axtary/policy';
import type {
  AuthorityState,
  BudgetView,
  DelegationView,
  ReservationView,
  RevocationView,
} from '@axtary/protocol';
import type { RevocationRecord } from '@axtary/actionpass';

import type { Authority } from './authority.js';

/** What people are shown of what agents may do in one workspace. */
export interface AuthoritySources {
  readonly folder: string;
  readonly authority: Authority;
  readonly budgets: Budgets;
  /** The enforced policy; without one nothing is allowed and nothing is metered. */
  readonly policy: Policy | undefined;
  readonly delegations: readonly DelegationView[];
  readonly now: Date;
}

export function authorityState(sources: AuthoritySources): AuthorityState {
  const { folder, authority, budgets, policy, delegations, now } = sources;
  const { stopped } = authority;
  const { keys, signing } = authority.keys();
  const open = budgets.list();
  return {
    workspace: folder,
    ...(stopped && { stopped: revocationView(stopped, authority) }),
    keys: keys.map((key) => ({
      kid: key.kid,
      state: key.state,
      isSigning: key.kid === signing,
      ...(key.state === 'retired' && { notAfter: key.notAfter.toISOString() }),
    })),
    revocations: authority
      .revocations()
      .map((record) => revocationView(record, authority))
      .reverse(),
    budgets: policy ? budgetViews(policy, { budgets, open, now }) : [],
    reservations: open.map(reservationView),
    delegations: [...delegations],
  };
}

/** A revocation as people are shown it. */
export function revocationView(
  { id, kind, value, reason, by, at }: RevocationRecord,
  authority: Authority,
): RevocationView {
  const lifting = authority.lifted(id);
  const lifted = lifting && { by: lifting.by, reason: lifting.reason, at: lifting.at };
  return { id, kind, value, reason, by, at, ...(lifted && { lifted }) };
}

type UsageTest = Extract<NormalTest, { readonly op: 'usage' }>;

function budgetViews(
  policy: Policy,
  {
    budgets,
    open,
    now,
  }: {
    readonly budgets: Budgets;
    readonly open: readonly OpenReservation[];
    readonly now: Date;
  },
): BudgetView[] {
  const limits = policy.normalRules.filter(({ shadow }) => !shadow).flatMap(limitsOf);
  const byMeter = new Map(limits.map((limit) => [limit.test.meter.id, limit]));
  const meters = limits.map(({ test }) => test.meter);
  return budgets.counts(meters, now).flatMap(({ meter: id, scope, used }) => {
    const limit = byMeter.get(id);
    if (!limit) return [];
    const { meter, max } = limit.test;
    return [
      {
        meter: id,
        rule: limit.rule,
        max,
        windowSeconds: meter.windowSeconds,
        scope,
        used,
        reserved: reservedOf(open, id, scope),
        ...(meter.field !== undefined && { field: meter.field }),
        ...(meter.currency !== undefined && { currency: meter.currency }),
      },
    ];
  });
}

function limitsOf({ id, requirements }: NormalRule): { rule: string; test: UsageTest }[] {
  return requirements.flatMap(({ test }) =>
    usageTests(test).map((usage) => ({ rule: id, test: usage })),
  );
}

function usageTests(test: NormalTest): readonly UsageTest[] {
  if (test.op === 'usage') return [test];
  return test.op === 'all' || test.op === 'any' ? test.tests.flatMap(usageTests) : [];
}

function reservedOf(
  open: readonly OpenReservation[],
  meter: string,
  scope: Readonly<Record<string, string>>,
): number {
  const isOf = (other: Readonly<Record<string, string>>): boolean =>
    Object.entries(scope).every(([name, value]) => other[name] === value);
  return open
    .flatMap(({ uses }) => uses)
    .filter((use) => use.meter === meter && isOf(use.scope))
    .reduce((sum, { amount }) => sum + amount, 0);
}

function reservationView({ id, state, since, uses }: OpenReservation): ReservationView {
  return {
    id,
    state,
    since: since.toISOString(),
    uses: uses.map(({ meter, amount }) => ({ meter, amount })),
  };
}
