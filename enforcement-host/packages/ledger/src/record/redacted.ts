import { z } from 'zod';
import { approvalArtifactSchema } from '@axtary/core';

import {
  checkpointBody,
  clockAnomalyBody,
  decisionBody,
  deniedSchema,
  gapBody,
  genesisBody,
  id,
  intentBody,
  keyBody,
  keyEpochBody,
  ledgerActionSchema,
  outcomeBody,
  passBody,
  policyChangeBody,
  reconciliationBody,
  recoveryBody,
  redactedRevocationBody,
  toolPinnedBody,
} from './bodies.js';
import { record } from './records.js';

const { actor, capability, ...actionRest } = ledgerActionSchema.shape;
const redactedAction = z.strictObject({
  ...actionRest,
  actor: actor.partial({ human: true }),
  capability: capability.partial({ constraints: true, resource: true }),
});

const hashes = { actionHash: true, payloadHash: true } as const;

/**
 * A record that may lack what `SEALED_MEMBERS` names and nothing else: what is left of it where
 * disclosures were kept back.
 */
export const redactedRecordSchema = z.discriminatedUnion('type', [
  record('genesis', genesisBody),
  record('key', keyBody.partial({ name: true })),
  record(
    'decision',
    decisionBody.extend({
      action: redactedAction.partial({ context: true, intent: true }).exactOptional(),
    }),
  ),
  record(
    'approval',
    z.strictObject({
      decisionId: id,
      artifact: approvalArtifactSchema.exactOptional(),
      denied: deniedSchema.exactOptional(),
    }),
  ),
  record('pass', passBody.partial(hashes)),
  record('intent', intentBody.partial({ ...hashes, resource: true })),
  record('outcome', outcomeBody),
  record('policy_change', policyChangeBody.partial({ workspace: true })),
  record('reconciliation', reconciliationBody.partial({ reason: true })),
  record('revocation', redactedRevocationBody),
  record('tool_pinned', toolPinnedBody),
  record('checkpoint', checkpointBody),
  record('key_epoch', keyEpochBody),
  record('recovery', recoveryBody),
  record('gap', gapBody),
  record('clock_anomaly', clockAnomalyBody),
]);

/** A record without some of its sealed members. Every `LedgerRecord` is one. */
export type RedactedRecord = Readonly<z.infer<typeof redactedRecordSchema>>;
