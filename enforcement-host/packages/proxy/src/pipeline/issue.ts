import { DEFAULT_PASS_TTL_SECONDS, issuePass, type IssuedActionPass } from '@axtary/actionpass';
import type { ApprovalArtifact } from '@axtary/core';
import { newId } from '@axtary/core/digest';

import type { HandleOptions } from '../types.js';
import { orBlock } from './block.js';
import type { PermittedAction } from './decide.js';
import type { Dependencies } from './dependencies.js';

declare const issued: unique symbol;

/** A permitted action with its pass; only `issue` makes one. */
export interface IssuedPass {
  readonly [issued]: true;
  readonly permitted: PermittedAction;
  readonly jti: string;
  readonly kid: string | undefined;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
  /** Absent only where unsigned execution is allowed. */
  readonly pass: IssuedActionPass | undefined;
}

export interface Asking {
  readonly approval: ApprovalArtifact | undefined;
  readonly options: Pick<HandleOptions, 'presentedBy'>;
}

/** @throws Block `PASS_UNAVAILABLE` when the pass cannot be signed. */
export async function issue(
  permitted: PermittedAction,
  { approval, options }: Asking,
  { signer: source, holder, issuer, passTtlSeconds, clock }: Dependencies,
): Promise<IssuedPass> {
  const now = clock.now();
  if (!source) {
    const expiresAt = new Date(now.getTime() + DEFAULT_PASS_TTL_SECONDS * 1000).toISOString();
    return {
      permitted,
      jti: newId('ap'),
      kid: undefined,
      expiresAt,
      pass: undefined,
    } as IssuedPass;
  }
  const { signer, pass } = await orBlock(
    'PASS_UNAVAILABLE',
    'the pass could not be signed',
    async () => {
      const signer = typeof source === 'function' ? await source() : source;
      const issued = await issuePass(signer, {
        ...permitted,
        approval,
        issuer,
        now,
        ttlSeconds: passTtlSeconds,
        holder: options.presentedBy ?? holder,
      });
      return { signer, pass: issued };
    },
  );
  const expiresAt = new Date(pass.claims.exp * 1000).toISOString();
  return { permitted, jti: pass.jti, kid: signer.kid, expiresAt, pass } as IssuedPass;
}
