import { sha256 } from '@axtary/core/digest';
import type { LedgerEntry } from '@axtary/ledger';

import type { Timings } from '../types.js';
import type { Dependencies } from './dependencies.js';
import type { Execution } from './execute.js';
import type { RecordedIntent } from './record-intent.js';
import { recordedResult } from './recorded-result.js';
import { withoutSecrets } from './secrets.js';
import { inMicroseconds } from './stopwatch.js';

/** Records how the intent ended. Rejects when that is not durable; the intent then stays open. */
export async function recordOutcome(
  intent: RecordedIntent,
  execution: Execution,
  { ledger, timings }: Pick<Dependencies, 'ledger'> & { readonly timings: Timings },
): Promise<void> {
  const entry: LedgerEntry = {
    type: 'outcome',
    body: {
      intentId: intent.intentId,
      ...outcomeOf(execution),
      timings: inMicroseconds(timings),
    },
  };
  await ledger.append([entry]);
}

type OutcomeBody = Extract<LedgerEntry, { type: 'outcome' }>['body'];

function outcomeOf(
  execution: Execution,
): Pick<OutcomeBody, 'status' | 'result' | 'resultHash' | 'resultLength' | 'error'> {
  switch (execution.status) {
    case 'executed':
      return {
        status: 'executed',
        result: recordedResult(execution.resultText),
        resultHash: sha256(execution.resultText),
        resultLength: Buffer.byteLength(execution.resultText),
      };
    case 'failed':
      return { status: 'failed', error: withoutSecretsIn(execution.error) };
    case 'blocked':
      return {
        status: 'blocked',
        error: { code: execution.block.code, message: execution.block.message },
      };
  }
}

/** Units of a message that are looked at; a record keeps fewer. */
const MAX_MESSAGE = 8192;

function withoutSecretsIn({ code, message }: NonNullable<OutcomeBody['error']>) {
  return { code, message: withoutSecrets(message.slice(0, MAX_MESSAGE)).text };
}
