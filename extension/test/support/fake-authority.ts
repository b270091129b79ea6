import {
  AxtaryError,
  type AuthorityState,
  type ControlProtocol,
  type PassKeyView,
  type PublicJwk,
  type RequestHandlers,
} from '@axtary/protocol';
import { calculateJwkThumbprint } from 'jose';

import { demoAuthority, demoRevocation } from './demo-authority.js';

type AuthorityMethods =
  | 'authority/get'
  | 'keys/provide'
  | 'keys/rotate'
  | 'keys/jwks'
  | 'revocations/add'
  | 'revocations/lift'
  | 'budgets/reconcile';

/** Keys as an enforcement host has them: one signs, retired and revoked ones are refused. */
export class FakeAuthority {
  readonly keys = new Map<string, PassKeyView['state']>();
  signing: string | undefined;
  /** What `authority/get` tells, beside the workspace. */
  state: Partial<AuthorityState> = {};

  /** As a process that has just started: it has the public keys of before, and no private one. */
  restart(): void {
    this.signing = undefined;
  }

  /** The key that signs, given up without another one. */
  retire(): void {
    if (this.signing !== undefined) this.keys.set(this.signing, 'retired');
    this.signing = undefined;
  }

  handlers(): Pick<RequestHandlers<ControlProtocol>, AuthorityMethods> {
    return {
      'authority/get': ({ workspace }) => demoAuthority({ ...this.state, workspace }),
      'keys/provide': async ({ jwk }) => {
        if (this.signing !== undefined) return { kid: this.signing, isTaken: false };
        return { kid: await this.#take(jwk), isTaken: true };
      },
      'keys/rotate': async ({ jwk }) => {
        const previous = this.signing;
        this.retire();
        const kid = await this.#take(jwk);
        return previous === undefined ? { kid } : { kid, previous };
      },
      'keys/jwks': () => ({ jwks: { keys: [...this.keys.keys()].map((kid) => ({ kid })) } }),
      'revocations/add': ({ kind, value = '', reason }) => {
        if (kind === 'key') this.#revoke(value);
        return demoRevocation({ kind, value, reason });
      },
      'revocations/lift': () => ({}),
      'budgets/reconcile': () => ({}),
    };
  }

  async #take({ kty, crv, x, y }: PublicJwk): Promise<string> {
    const kid = await calculateJwkThumbprint({ kty, crv, x, y });
    if (this.keys.has(kid) && this.keys.get(kid) !== 'active') {
      throw new AxtaryError('PASS_KEY_REFUSED', 'this key was retired or revoked');
    }
    this.keys.set(kid, 'active');
    this.signing = kid;
    return kid;
  }

  #revoke(kid: string): void {
    this.keys.set(kid, 'revoked');
    if (this.signing === kid) this.signing = undefined;
  }
}
