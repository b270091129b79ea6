import { canonicalize, type JsonObject } from '@axtary/core';

import { toCef } from './cef.js';
import { csvHeader, toCsv } from './csv.js';
import { toEcs } from './ecs.js';
import type { FormatContext } from './format-context.js';
import type { LedgerEvent } from './ledger-event.js';
import { toLeef } from './leef.js';
import { toOcsf } from './ocsf.js';
import { toOtlpRecord, toOtlpRequest } from './otlp.js';

/** A format that a ledger can be handed to other systems in. None of them is evidence. */
export interface LedgerFormat {
  readonly contentType: string;
  readonly extension: string;
  /** What comes before the first record. */
  readonly header: string;
  /** One record, closed by a line break. */
  write(event: LedgerEvent, context: FormatContext): string;
}

function lines(
  contentType: string,
  extension: string,
  write: (event: LedgerEvent, context: FormatContext) => string,
): LedgerFormat {
  return { contentType, extension, header: '', write };
}

// Some readers take these for the end of a line, or show them as something else: in JSON an escape
// says the same. Everything is inside of strings there but ASCII.
const HIDDEN = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function jsonLine(text: string): string {
  const escaped = text.toWellFormed().replace(HIDDEN, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `${escaped}\n`;
}

function json(value: JsonObject): string {
  return jsonLine(JSON.stringify(value));
}

const NDJSON = 'application/x-ndjson';

/** The formats, by the name that commands take. */
export const LEDGER_FORMATS = {
  jsonl: lines(NDJSON, 'jsonl', ({ record }) => jsonLine(canonicalize(record))),
  csv: { ...lines('text/csv', 'csv', toCsv), header: csvHeader() },
  ocsf: lines(NDJSON, 'jsonl', (event, context) => json(toOcsf(event, context))),
  cef: lines('text/plain', 'cef', toCef),
  leef: lines('text/plain', 'leef', toLeef),
  ecs: lines(NDJSON, 'ndjson', (event, context) => json(toEcs(event, context))),
  otlp: lines(NDJSON, 'jsonl', (event, context) =>
    json(toOtlpRequest([toOtlpRecord(event)], context)),
  ),
} as const satisfies Readonly<Record<string, LedgerFormat>>;

export type LedgerFormatName = keyof typeof LEDGER_FORMATS;
