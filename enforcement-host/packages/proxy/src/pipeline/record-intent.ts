import { newId } from '@axtary/core/digest';
import type { LedgerEntry } from '@axtary/ledger';

import type { Timings } from '../types.js';
import { orBlock } from './block.js';
import { decisionEntry } from './decide.js';
import type { Dependencies } from './dependencies.js';
import type { IssuedPass } from './issue.js';

declare const recorded: unique symbol;

/** An intent that is durable: decision, pass and intent are in the ledger. Only `recordIntent` makes one. */
export interface RecordedIntent {
  readonly [recorded]: true;
  readonly intentId: string;
  readonly issued: IssuedPass;
}

/**
 * Records decision, pass and intent in one durable append.
 *
 * @throws Block `LEDGER_UNAVAILABLE` when they are not durable.
 */
export async function recordIntent(
  issued: IssuedPass,
  { ledger, timings }: Pick<Dependencies, 'ledger'> & { readonly timings: Timings },
): Promise<RecordedIntent> {
  const intentId = issued.permitted.reservation?.id ?? newId('int');
  const entries = [
    decisionEntry(issued.permitted, timings),
    passEntry(issued),
    intentEntry(issued, intentId),
  ];
  await orBlock('LEDGER_UNAVAILABLE', 'the ledger could not be written', () =>
    ledger.append(entries),
  );
  return { intentId, issued } as RecordedIntent;
}

function passEntry({ permitted, jti, kid, expiresAt, pass }: IssuedPass): LedgerEntry {
  return {
    type: 'pass',
    body: {
      jti,
      decisionId: permitted.decisionId,
      ...permitted.digests,
      expiresAt,
      ...(kid === undefined ? {} : { kid }),
      ...(pass?.claims.ver === 1 && { jkt: pass.claims.cnf.jkt }),
      ...(pass === undefined ? { unsigned: true as const } : {}),
    },
  };
}

function intentEntry({ permitted, jti }: IssuedPass, intentId: string): LedgerEntry {
  const { tool, resource } = permitted.parsed.action.capability;
  const { decisionId, digests, reservation } = permitted;
  const usage = reservation && reservation.uses.length > 0 && { usage: [...reservation.uses] };
  const body = { intentId, decisionId, jti, tool, resource, ...digests, ...usage };
  return { type: 'intent', body };
}
