import type { FormatContext } from './format-context.js';
import type { LedgerEvent } from './ledger-event.js';
import { plainText } from './plain-text.js';
import { severityOf } from './severity.js';

/** 0 to 10, ArcSight Common Event Format section "Header field definitions". */
const SEVERITY = { informational: 2, low: 3, medium: 6, high: 9 } as const;

/** One line of CEF (ArcSight Common Event Format, version 0) without a syslog header. */
export function toCef(event: LedgerEvent, { software }: FormatContext): string {
  const { record, message, outcome, verdict, call } = event;
  const header = ['Axtary', 'Axtary', software, record.type, message.slice(0, 512)]
    .map(headerField)
    .join('|');
  const fields: readonly [string, string | undefined][] = [
    ['rt', String(Date.parse(record.ts))],
    ['externalId', `${record.log}:${record.seq}`],
    ['act', verdict ?? record.type],
    ['outcome', outcome],
    ['suser', call.human],
    ['sproc', call.agent],
    ['requestMethod', call.tool],
    ['request', call.resource],
    ['reason', call.rules?.join(' ')],
    ['msg', message.slice(0, 1023)],
    ['cs1Label', call.decisionId && 'decisionId'],
    ['cs1', call.decisionId],
    ['cs2Label', call.policyHash && 'policyHash'],
    ['cs2', call.policyHash],
    ['cs3Label', call.payloadHash && 'payloadHash'],
    ['cs3', call.payloadHash],
    ['cs4Label', call.task && 'task'],
    ['cs4', call.task],
    ['cs5Label', 'prev'],
    ['cs5', record.prev],
    ['cs6Label', call.traceId && 'traceId'],
    ['cs6', call.traceId],
  ];
  const extension = fields
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${extensionValue(value)}`]))
    .join(' ');
  return `CEF:0|${header}|${SEVERITY[severityOf(event)]}|${extension}\n`;
}

function headerField(text: string): string {
  return plainText(text).replace(/[\\|]/g, '\\$&');
}

function extensionValue(text: string): string {
  return plainText(text).replace(/[\\=]/g, '\\$&');
}
