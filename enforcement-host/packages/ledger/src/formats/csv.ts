import type { LedgerEvent } from './ledger-event.js';
import { plainText } from './plain-text.js';

/** Columns, in order. */
export const CSV_COLUMNS = [
  'seq',
  'time',
  'type',
  'outcome',
  'verdict',
  'rules',
  'agent',
  'human',
  'tool',
  'resource',
  'task',
  'message',
  'decision_id',
  'intent_id',
  'policy_hash',
  'payload_hash',
  'trace_id',
  'log',
  'prev',
] as const;

/** The header line, RFC 4180 section 2. */
export function csvHeader(): string {
  return line([...CSV_COLUMNS]);
}

/** One line of RFC 4180, closed by CRLF. */
export function toCsv({ record, message, outcome, verdict, call }: LedgerEvent): string {
  const values: Record<(typeof CSV_COLUMNS)[number], string | undefined> = {
    seq: String(record.seq),
    time: record.ts,
    type: record.type,
    outcome,
    verdict,
    rules: call.rules?.join(' '),
    agent: call.agent,
    human: call.human,
    tool: call.tool,
    resource: call.resource,
    task: call.task,
    message,
    decision_id: call.decisionId,
    intent_id: call.intentId,
    policy_hash: call.policyHash,
    payload_hash: call.payloadHash,
    trace_id: call.traceId,
    log: record.log,
    prev: record.prev,
  };
  return line(CSV_COLUMNS.map((name) => values[name] ?? ''));
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

// Spreadsheets run a cell that begins like this as a formula; an apostrophe makes it a text. One that
// was there gets another, so that taking the first one off gives back what was written. Tabs and
// carriage returns, which some skip first, are escaped anyway.
const FORMULA = /^[=+\-@']/;

function cell(text: string): string {
  const plain = plainText(text);
  return `"${(FORMULA.test(plain) ? `'${plain}` : plain).replaceAll('"', '""')}"`;
}
