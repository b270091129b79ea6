import type { JsonObject, JsonValue } from '@axtary/core';

import type { FormatContext } from './format-context.js';
import type { LedgerEvent } from './ledger-event.js';
import { severityOf } from './severity.js';

/**
 * The semantic conventions that these attributes are of. GenAI and MCP are in development; this is
 * the version from which they went on in a repository of their own.
 */
export const OTLP_SCHEMA_URL = 'https://opentelemetry.io/schemas/1.40.0';

/** SeverityNumber of the logs data model: INFO, INFO2, WARN, ERROR. */
const SEVERITY = {
  informational: { severityNumber: 9, severityText: 'INFO' },
  low: { severityNumber: 10, severityText: 'INFO2' },
  medium: { severityNumber: 13, severityText: 'WARN' },
  high: { severityNumber: 17, severityText: 'ERROR' },
} as const;

/** One log record of OTLP, in the JSON form of its protocol buffers. Arguments are never in it. */
export function toOtlpRecord(event: LedgerEvent): JsonObject {
  const { record, message, outcome, verdict, call } = event;
  const isCall = call.decisionId !== undefined;
  const nanos = `${Date.parse(record.ts)}000000`;
  const error = record.type === 'outcome' ? record.body.error?.code : undefined;
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    ...SEVERITY[severityOf(event)],
    eventName: `axtary.${record.type}`,
    body: { stringValue: message.toWellFormed() },
    attributes: attributes({
      'gen_ai.operation.name': isCall ? 'execute_tool' : undefined,
      'gen_ai.tool.name': call.tool,
      'gen_ai.tool.call.id': call.actionId,
      'gen_ai.agent.name': call.agent,
      'mcp.method.name': call.server === undefined ? undefined : 'tools/call',
      'mcp.protocol.version': call.protocolVersion,
      'error.type': error,
      'enduser.id': call.human,
      'axtary.log': record.log,
      'axtary.seq': record.seq,
      'axtary.prev': record.prev,
      'axtary.outcome': outcome,
      'axtary.verdict': verdict,
      'axtary.rules': call.rules?.join(' '),
      'axtary.resource': call.resource,
      'axtary.task': call.task,
      'axtary.decision_id': call.decisionId,
      'axtary.policy_hash': call.policyHash,
      'axtary.payload_hash': call.payloadHash,
    }),
    ...(call.traceId !== undefined && { traceId: call.traceId }),
    ...(call.spanId !== undefined && { spanId: call.spanId }),
  };
}

/** ExportLogsServiceRequest of OTLP/HTTP with these records. */
export function toOtlpRequest(
  records: readonly JsonObject[],
  { software }: FormatContext,
): JsonObject {
  const resource = { 'service.name': 'axtary', 'service.version': software };
  return {
    resourceLogs: [
      {
        resource: { attributes: attributes(resource) },
        scopeLogs: [
          {
            scope: { name: '@axtary/ledger', version: software },
            logRecords: [...records],
            schemaUrl: OTLP_SCHEMA_URL,
          },
        ],
        schemaUrl: OTLP_SCHEMA_URL,
      },
    ],
  };
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): JsonValue[] {
  return Object.entries(values).flatMap(([key, value]): JsonObject[] => {
    if (value === undefined) return [];
    // In JSON, 64-bit integers of protocol buffers are texts.
    return typeof value === 'number'
      ? [{ key, value: { intValue: String(value) } }]
      : [{ key, value: { stringValue: value.toWellFormed() } }];
  });
}
