import type { JsonObject } from '@axtary/core';

import type { FormatContext } from './format-context.js';
import { compact } from './compact.js';
import type { LedgerEvent } from './ledger-event.js';

/** Version of the Elastic Common Schema whose fields these are. */
export const ECS_VERSION = '8.17.0';

const CATEGORY = {
  policy_change: 'configuration',
  tool_pinned: 'configuration',
  key: 'iam',
  key_epoch: 'iam',
  revocation: 'iam',
} as const;

/** A document of the Elastic Common Schema; what it has no field for is under `axtary`. */
export function toEcs(event: LedgerEvent, { software }: FormatContext): JsonObject {
  const { record, message, outcome, verdict, call } = event;
  return compact({
    '@timestamp': record.ts,
    message,
    ecs: { version: ECS_VERSION },
    event: {
      kind: 'event',
      category: [(CATEGORY as Partial<Record<string, string>>)[record.type] ?? 'api'],
      type: [typeOf(event)],
      action: record.type,
      outcome,
      id: `${record.log}:${record.seq}`,
      sequence: record.seq,
      provider: 'axtary',
      dataset: 'axtary.ledger',
      module: 'axtary',
    },
    observer: { vendor: 'Axtary', product: 'Axtary', version: software },
    user: { name: call.human },
    service: { name: call.server },
    rule: { name: call.rules?.join(' '), ruleset: call.policyHash },
    trace: { id: call.traceId },
    span: { id: call.spanId },
    organization: { id: call.tenant },
    axtary: {
      log: record.log,
      prev: record.prev,
      verdict,
      agent: call.agent,
      tool: call.tool,
      resource: call.resource,
      task: call.task,
      decision_id: call.decisionId,
      intent_id: call.intentId,
      payload_hash: call.payloadHash,
    },
  });
}

function typeOf({ record, verdict, outcome }: LedgerEvent): string {
  if (verdict === 'deny' || (record.type === 'approval' && outcome === 'failure')) return 'denied';
  if (verdict === 'allow' || record.type === 'approval') return 'allowed';
  if (record.type === 'policy_change') return 'change';
  if (record.type === 'intent') return 'start';
  return record.type === 'outcome' ? 'end' : 'info';
}
