import { passClaims, verifyDelegationChain, type VerifiedDelegation } from '@axtary/actionpass';
import type { LimitedCharge } from '@axtary/budgets';
import type { Action } from '@axtary/core';
import { amountOf } from '@axtary/policy';

import type { HandleOptions } from '../types.js';
import type { Dependencies } from './dependencies.js';
import type { NamedAction } from './named-action.js';

/** A delegation's budgets hold for all of its life, which is shorter. */
const WINDOW_SECONDS = 31 * 86_400;

/**
 * Verifies the chain under which the agent acts, as of now, and that this action is within it.
 * `undefined` where it acts under none.
 *
 * @throws VerificationError; TypeError where this runtime has no keys to verify chains with.
 */
export async function verifyDelegated(
  { parsed, digests }: NamedAction,
  { delegation: tokens, presentedBy }: Pick<HandleOptions, 'delegation' | 'presentedBy'>,
  { issuer, keyring, revocations, maxDelegationDepth, clock }: Dependencies,
): Promise<VerifiedDelegation | undefined> {
  if (tokens === undefined) return undefined;
  if (!keyring) throw new TypeError('there are no keys to verify delegations with');
  const delegation = await verifyDelegationChain({
    tokens,
    keyring,
    issuer,
    clock,
    maxDepth: maxDelegationDepth,
    ...(revocations && { revocations }),
    ...(presentedBy !== undefined && { presentedBy }),
  });
  // As the pass would be, so that nobody is asked about what could not be issued.
  passClaims({
    parsed,
    digests,
    issuer,
    delegation,
    policyHash: digests.actionHash,
    decisionId: 'asked',
    obligations: {},
    now: clock.now(),
  });
  return delegation;
}

/**
 * What executing charges to each link of the chain, which all those below share.
 *
 * @throws TypeError where the amount cannot be read, or is of another currency.
 */
export function delegatedCharges(
  action: Action,
  delegation: VerifiedDelegation | undefined,
): readonly LimitedCharge[] {
  if (!delegation) return [];
  return delegation.chain.flatMap(({ jti, scope }) =>
    scope.budgets.map(({ id, max, field, currency }) => ({
      meter: {
        id: `delegation.${jti}.${id}`,
        per: [],
        windowSeconds: WINDOW_SECONDS,
        ...(field !== undefined && { field }),
        ...(currency !== undefined && { currency }),
      },
      amount: amountOf(action, { field, currency }),
      ...(currency !== undefined && { currency }),
      max,
    })),
  );
}
