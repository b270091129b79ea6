import type { FormatContext } from '../formats/format-context.js';
import type { LedgerFormat } from '../formats/formats.js';
import type { LedgerEvent } from '../formats/ledger-event.js';
import { plainText } from '../formats/plain-text.js';
import { severityOf } from '../formats/severity.js';

/** "log audit", RFC 5424 section 6.2.1. */
const FACILITY = 13;
/** Informational, notice, warning, error. */
const SEVERITY = { informational: 6, low: 5, medium: 4, high: 3 } as const;

/**
 * Name of our structured data. RFC 5424 section 7.2.2 wants the enterprise number of its owner; we
 * have none, and 32473 is the one set aside for documentation (RFC 5612).
 */
const SD_ID = 'axtary@32473';

export interface SyslogMessageOptions {
  /** What becomes of MSG; absent: one sentence, and what a record says is in the structured data. */
  readonly format?: LedgerFormat | undefined;
  readonly context: FormatContext;
  /** Name of this machine. */
  readonly hostname: string;
}

/**
 * A message of RFC 5424, in UTF-8 and without a newline:
 *
 *   <110>1 2026-01-02T03:04:05.678Z host axtary - decision [axtary@32473 log="…" seq="42"] MSG
 *
 * The byte order mark that section 6.4 asks for is left out: receivers that read CEF, LEEF or JSON
 * out of MSG do not expect it.
 */
export function syslogMessage(
  event: LedgerEvent,
  { format, context, hostname }: SyslogMessageOptions,
): Buffer {
  const { record } = event;
  const priority = FACILITY * 8 + SEVERITY[severityOf(event)];
  const header = `<${priority}>1 ${record.ts} ${headerField(hostname, 255)} axtary - ${record.type}`;
  const text = format
    ? format.write(event, context).replace(/\r?\n$/, '')
    : plainText(event.message);
  return Buffer.from(`${header} ${structuredData(event, format === undefined)} ${text}`);
}

function structuredData({ record, outcome, verdict, call }: LedgerEvent, isAll: boolean): string {
  const place = { log: record.log, seq: String(record.seq) };
  const rest = {
    prev: record.prev,
    outcome,
    verdict,
    agent: call.agent,
    human: call.human,
    tool: call.tool,
    resource: call.resource,
    task: call.task,
    rules: call.rules?.join(' '),
    decisionId: call.decisionId,
    intentId: call.intentId,
    policyHash: call.policyHash,
    traceId: call.traceId,
  };
  const said: Readonly<Record<string, string | undefined>> = isAll ? { ...place, ...rest } : place;
  const params = Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}="${paramValue(value)}"`],
  );
  return `[${SD_ID}${params.join('')}]`;
}

/** RFC 5424 section 6.3.3: `"`, `\` and `]` are escaped. */
function paramValue(text: string): string {
  return plainText(text).replace(/["\\\]]/g, '\\$&');
}

/** RFC 5424 section 6: PRINTUSASCII, or a dash where there is nothing. */
function headerField(text: string, max: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, max) || '-';
}
