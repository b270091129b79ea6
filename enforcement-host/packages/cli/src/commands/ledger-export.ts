import {
  LEDGER_FORMATS,
  LedgerEvents,
  readLedger,
  writeWhole,
  type LedgerFormatName,
} from '@axtary/ledger';

import type { CliContext } from '../context.js';
import { printable } from '../terminal.js';

export interface LedgerExportOptions {
  readonly ledger: string;
  readonly format: LedgerFormatName;
  /** `-` for standard output. */
  readonly out: string;
  readonly since: string | undefined;
  readonly until: string | undefined;
}

const BATCH = 500;
const PROGRESS = 10_000;

/** Hands records on to other systems in their formats; the files are no evidence. */
export async function ledgerExport(
  options: LedgerExportOptions,
  { terminal, version }: CliContext,
): Promise<void> {
  const { out } = options;
  if (out === '-') {
    for await (const text of texts(options, version)) {
      terminal.write(text);
      await terminal.drained();
      if (terminal.isClosed) return;
    }
    return;
  }
  let count = 0;
  await writeWhole(out, async (target) => {
    for await (const text of texts(options, version)) {
      await target.writeFile(text);
      count += BATCH;
      if (count % PROGRESS === 0) terminal.progress(`${count} records`);
    }
  });
  terminal.progress('');
  terminal.print(`Wrote ${printable(out)}. It is no evidence: "axtary attest-ledger" makes that.`);
}

/** The file in parts, so that memory does not grow with the ledger. */
async function* texts(
  { ledger, format: name, since = '', until = '\uffff' }: LedgerExportOptions,
  software: string,
): AsyncGenerator<string> {
  const format = LEDGER_FORMATS[name];
  const events = new LedgerEvents();
  let text = format.header;
  let count = 0;
  for await (const record of readLedger(ledger)) {
    // Every record is looked at: those that are left out say what the others are about.
    const event = events.of(record);
    if (record.ts < since || record.ts >= until) continue;
    text += format.write(event, { software });
    if (++count % BATCH > 0) continue;
    yield text;
    text = '';
  }
  yield text;
}
