import type {
  AuthorityState,
  BudgetView,
  DelegationView,
  PassKeyView,
  ReservationView,
  RevocationView,
} from '@axtary/protocol';

import type { FolderModel } from '../../src/model/store.js';

/** What nobody has used, revoked or delegated anything of. */
export function demoAuthority(overrides: Partial<AuthorityState> = {}): AuthorityState {
  return {
    workspace: '/ws',
    keys: [],
    revocations: [],
    budgets: [],
    reservations: [],
    delegations: [],
    ...overrides,
  };
}

export function demoFolder(overrides: Partial<FolderModel> = {}): FolderModel {
  return {
    folder: '/ws',
    name: 'ws',
    pending: [],
    ledger: { items: [], size: 0 },
    servers: [],
    authority: undefined,
    ...overrides,
  };
}

export function demoBudget(overrides: Partial<BudgetView> = {}): BudgetView {
  return {
    meter: 'payments.budget.0',
    rule: 'payments',
    field: 'payload.amount',
    currency: 'EUR',
    max: 1000,
    windowSeconds: 86_400,
    scope: { human: 'user:ada' },
    used: 820,
    reserved: 120,
    ...overrides,
  };
}

export function demoReservation(overrides: Partial<ReservationView> = {}): ReservationView {
  return {
    id: 'int_1',
    state: 'unknown',
    since: '2026-01-01T10:00:00.000Z',
    uses: [{ meter: 'payments.budget.0', amount: 120 }],
    ...overrides,
  };
}

export function demoKey(kid: string, overrides: Partial<PassKeyView> = {}): PassKeyView {
  return { kid, state: 'active', isSigning: false, ...overrides };
}

export function demoRevocation(overrides: Partial<RevocationView> = {}): RevocationView {
  return {
    id: 'rev_1',
    kind: 'agent',
    value: 'agent:one',
    reason: 'it went astray',
    by: 'user:ada',
    at: '2026-01-01T10:00:00.000Z',
    ...overrides,
  };
}

export function demoDelegation(
  jti: string,
  overrides: Partial<DelegationView> = {},
): DelegationView {
  return {
    jti,
    agent: `agent:${jti}`,
    root: 'root',
    depth: 0,
    hops: 2,
    task: 'task',
    tools: ['**'],
    resources: ['**'],
    expiresAt: '2026-01-01T14:05:00.000Z',
    ...overrides,
  };
}
