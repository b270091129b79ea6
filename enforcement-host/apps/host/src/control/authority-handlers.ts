import type { Approver, ControlProtocol, RequestHandlers } from '@axtary/protocol';

import type { Authority } from '../authority/authority.js';
import { revocationView } from '../authority/state-view.js';
import type { Workspaces } from '../workspace/workspaces.js';
import type { ControlSession } from './session.js';

export interface AuthorityDependencies {
  readonly authority: Authority;
  readonly workspaces: Workspaces;
}

type Handlers = RequestHandlers<ControlProtocol>;
type AuthorityMethods =
  | 'authority/get'
  | 'keys/provide'
  | 'keys/rotate'
  | 'keys/jwks'
  | 'revocations/add'
  | 'revocations/lift'
  | 'budgets/reconcile';

/** Keys, revocations and budgets: who did it is the approver who proved a key on this connection. */
export function authorityHandlers(
  session: ControlSession,
  { authority, workspaces }: AuthorityDependencies,
): Pick<Handlers, AuthorityMethods> {
  const by = (): Approver['name'] => session.assertProven().name;
  return {
    'authority/get': async ({ workspace }) => (await workspaces.open(workspace)).authorityState(),
    'keys/provide': ({ jwk }) => authority.provideKey(jwk),
    'keys/rotate': ({ jwk }) => authority.rotateKey(jwk),
    'keys/jwks': () => ({ jwks: { keys: authority.jwks().keys.map((key) => ({ ...key })) } }),
    'revocations/add': async ({ kind, value, reason }) => {
      const record = await authority.revoke({ kind, value, reason, by: by() });
      await workspaces.recordRevocations();
      return revocationView(record, authority);
    },
    'revocations/lift': async ({ id, reason }) => {
      await authority.lift(id, by(), reason);
      await workspaces.recordRevocations();
      return {};
    },
    'budgets/reconcile': async ({ workspace: folder, id, outcome, reason }) => {
      const workspace = await workspaces.open(folder);
      await workspace.reconcile({ intentId: id, outcome, reason, by: by() });
      return {};
    },
  };
}
