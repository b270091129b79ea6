import type { JsonObject } from '@axtary/core';

import { compact, type Loose } from './compact.js';
import type { FormatContext } from './format-context.js';
import type { LedgerEvent } from './ledger-event.js';
import { severityOf } from './severity.js';

/** Version of the Open Cybersecurity Schema Framework whose attributes these are. */
export const OCSF_VERSION = '1.8.0';

const CATEGORY_UID = 6;
const CLASS_UID = 6003;
/** "Other": executing a tool is none of create, read, update and delete by itself. */
const ACTIVITY_ID = 99;
const SEVERITY = {
  informational: { id: 1, name: 'Informational' },
  low: { id: 2, name: 'Low' },
  medium: { id: 3, name: 'Medium' },
  high: { id: 4, name: 'High' },
} as const;
const STATUS = {
  success: { id: 1, name: 'Success' },
  failure: { id: 2, name: 'Failure' },
  unknown: { id: 0, name: 'Unknown' },
} as const;

/**
 * An event of the class API Activity (6003) with the profiles `security_control` and `trace`. What
 * 1.8 has no attribute for, such as the place in the chain, is under `unmapped`.
 */
export function toOcsf(event: LedgerEvent, { software }: FormatContext): JsonObject {
  const { record, message, call } = event;
  const severity = SEVERITY[severityOf(event)];
  const status = STATUS[event.outcome];
  const time = Date.parse(record.ts);
  return compact({
    category_uid: CATEGORY_UID,
    category_name: 'Application Activity',
    class_uid: CLASS_UID,
    class_name: 'API Activity',
    type_uid: CLASS_UID * 100 + ACTIVITY_ID,
    activity_id: ACTIVITY_ID,
    activity_name: record.type,
    severity_id: severity.id,
    severity: severity.name,
    status_id: status.id,
    status: status.name,
    time,
    message,
    ...controlOf(event),
    actor: {
      app_name: call.agent ?? 'axtary',
      user: { name: call.human },
      ...(call.rules && {
        authorizations: [compact({ decision: event.verdict, policy: policyOf(call) })],
      }),
    },
    api: {
      operation: call.tool ?? record.type,
      service: { name: call.server ?? 'axtary' },
      request: { uid: call.actionId ?? `${record.log}:${record.seq}` },
      ...(record.type === 'outcome' && record.body.error
        ? { response: { error: record.body.error.code, error_message: record.body.error.message } }
        : {}),
    },
    src_endpoint: { name: call.runtime ?? 'axtary', svc_name: call.agent },
    ...(call.resource !== undefined && { resources: [{ uid: call.resource, type: 'tool' }] }),
    trace: { uid: call.traceId },
    metadata: metadataOf(event, software),
    unmapped: {
      record_type: record.type,
      prev: record.prev,
      boot: record.boot,
      policy_hash: call.policyHash,
      payload_hash: call.payloadHash,
      task: call.task,
      intent_id: call.intentId,
      // The object `span` wants to know when it began and ended, which the caller's span has not.
      span_id: call.spanId,
    },
  });
}

function metadataOf({ record, call }: LedgerEvent, software: string): Loose {
  return {
    version: OCSF_VERSION,
    product: { name: 'Axtary', vendor_name: 'Axtary', version: software },
    uid: `${record.log}:${record.seq}`,
    log_name: record.log,
    log_provider: 'axtary',
    sequence: record.seq,
    correlation_uid: call.decisionId,
    original_time: record.ts,
    profiles: call.traceId === undefined ? ['security_control'] : ['security_control', 'trace'],
  };
}

const UNKNOWN = { action_id: 0, action: 'Unknown' } as const;
const ALLOWED = { action_id: 1, action: 'Allowed' } as const;
const DENIED = { action_id: 2, action: 'Denied' } as const;

const OF_VERDICT = {
  allow: { ...ALLOWED, disposition_id: 1, disposition: 'Allowed' },
  deny: { ...DENIED, disposition_id: 2, disposition: 'Blocked' },
  step_up: { ...UNKNOWN, disposition_id: 23, disposition: 'Challenge' },
} as const;

/** Profile security_control: what the enforcement host did, of which the disposition is the result. */
function controlOf({ record, verdict }: LedgerEvent): JsonObject {
  if (verdict !== undefined) return OF_VERDICT[verdict];
  if (record.type === 'approval') {
    return 'artifact' in record.body
      ? { ...ALLOWED, disposition_id: 8, disposition: 'Approved' }
      : { ...DENIED, disposition_id: 25, disposition: 'Rejected' };
  }
  if (record.type === 'outcome' && record.body.status === 'blocked') return OF_VERDICT.deny;
  return { ...UNKNOWN, disposition_id: 17, disposition: 'Logged' };
}

function policyOf({ policyHash, rules }: LedgerEvent['call']): JsonObject {
  return compact({ uid: policyHash, name: rules?.join(' ') });
}
