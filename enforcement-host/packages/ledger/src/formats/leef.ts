import type { FormatContext } from './format-context.js';
import type { LedgerEvent } from './ledger-event.js';
import { plainText } from './plain-text.js';
import { severityOf } from './severity.js';

const SEVERITY = { informational: 1, low: 3, medium: 6, high: 9 } as const;

/**
 * One line of LEEF 2.0 (IBM QRadar Log Event Extended Format) without a syslog header. The
 * delimiter is the tab, said as `x09`; a tab cannot be in a value, for controls are escaped.
 */
export function toLeef(event: LedgerEvent, { software }: FormatContext): string {
  const { record, message, outcome, verdict, call } = event;
  const header = ['Axtary', 'Axtary', software, record.type].map(headerField).join('|');
  const attributes: readonly [string, string | undefined][] = [
    ['devTime', record.ts],
    ['devTimeFormat', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"],
    ['sev', String(SEVERITY[severityOf(event)])],
    ['cat', record.type],
    ['usrName', call.human],
    ['agent', call.agent],
    ['action', verdict],
    ['outcome', outcome],
    ['tool', call.tool],
    ['resource', call.resource],
    ['task', call.task],
    ['policy', call.rules?.join(' ')],
    ['msg', message],
    ['decisionId', call.decisionId],
    ['policyHash', call.policyHash],
    ['payloadHash', call.payloadHash],
    ['traceId', call.traceId],
    ['logId', record.log],
    ['seq', String(record.seq)],
    ['prev', record.prev],
  ];
  const body = attributes
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${plainText(value)}`]))
    .join('\t');
  return `LEEF:2.0|${header}|x09|${body}\n`;
}

// The header has no escapes, so a bar is written as its code point.
function headerField(text: string): string {
  return plainText(text).replaceAll('|', '\\u007c');
}
