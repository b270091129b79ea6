import { messageOf } from '@axtary/core';
import type { LedgerRecord, RecordOf } from '@axtary/ledger';
import type { LedgerDetail } from '@axtary/protocol';

import type { Authority } from '../authority/authority.js';

/**
 * The pass of a call, and what became of it: used, revoked (and why), expired or valid, in this
 * order. Whether it was used is what the ledger says.
 */
export async function passOf(
  call: readonly LedgerRecord[],
  { authority, now }: { readonly authority: Authority; readonly now: Date },
): Promise<LedgerDetail['pass']> {
  const pass = call.find((record) => record.type === 'pass');
  if (!pass) return undefined;
  const { jti, kid = '', expiresAt } = pass.body;
  const isUsed = call.some((record) => record.type === 'intent' && record.body.jti === jti);
  const state = isUsed
    ? 'used'
    : ((await revocation(pass, call, authority)) ?? (isOver(expiresAt, now) ? 'expired' : 'valid'));
  return { jti, kid, expiresAt, state };
}

// RFC 7519 section 4.1.4: over on or after its time.
function isOver(expiresAt: string, now: Date): boolean {
  return Date.parse(expiresAt) <= now.getTime();
}

async function revocation(
  { ts, body }: RecordOf<'pass'>,
  call: readonly LedgerRecord[],
  authority: Authority,
): Promise<string | undefined> {
  const decision = call.find((record) => record.type === 'decision');
  const claims = {
    jti: body.jti,
    sub: decision?.body.action?.actor.agent ?? '',
    task: decision?.body.action?.intent.task ?? '',
    iat: Math.floor(Date.parse(ts) / 1000),
  };
  try {
    const problem = await authority.problem(claims, body.kid ?? '');
    return problem === undefined ? undefined : `revoked: ${problem}`;
  } catch (error) {
    return `unknown: ${messageOf(error)}`;
  }
}
