import { exportLedger } from '@axtary/ledger';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { printable } from '../terminal.js';

export interface LedgerExportOptions {
  readonly ledger: string;
  readonly out: string;
  readonly json: boolean;
}

/** Copies a ledger up to its last checkpoint; it may be in use. */
export async function ledgerExport(
  { ledger, out, json }: LedgerExportOptions,
  { terminal }: CliContext,
): Promise<void> {
  const { log, size, head, bytes, omitted } = await exportLedger(ledger, out).catch(
    (error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
      throw new CliError('CLI_USAGE', error.message, { cause: error });
    },
  );
  if (json) {
    terminal.printJson({ file: out, log, size, head, bytes, omitted });
    return;
  }
  terminal.print(`Exported ${size} records (${bytes} bytes) to ${printable(out)}`);
  if (omitted > 0) terminal.print(`  ${omitted} newer records wait for the next checkpoint`);
  terminal.print(`  anchor   ${size}:${head}`);
  terminal.print('Keep the anchor elsewhere: with it, "axtary verify-export --anchor" can tell');
  terminal.print('whether this file was cut or made anew.');
}
