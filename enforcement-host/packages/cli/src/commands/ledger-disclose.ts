import { writeFile } from 'node:fs/promises';

import { disclosuresFor, openingLine, readLedgerEntries } from '@axtary/ledger';

import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { printable } from '../terminal.js';

export interface LedgerDiscloseOptions {
  readonly ledger: string;
  readonly seq: number;
  readonly members: readonly string[];
  readonly out: string | undefined;
}

/** Opens sealed members of one record, for whoever holds an export in which they were kept back. */
export async function ledgerDisclose(
  { ledger, seq, members, out }: LedgerDiscloseOptions,
  { terminal }: CliContext,
): Promise<void> {
  for await (const { raw } of readLedgerEntries(ledger, { from: seq, to: seq + 1 })) {
    const disclosures = disclosuresFor(raw, members);
    const missing = members.filter((name) => !disclosures.some(([, known]) => known === name));
    if (missing.length > 0) {
      throw new CliError('CLI_USAGE', `record ${seq} has no sealed ${missing.join(', ')}`);
    }
    const line = openingLine(seq, disclosures);
    if (out === undefined) {
      terminal.print(line);
      return;
    }
    await writeFile(out, `${line}\n`, { flag: 'a', mode: 0o600 });
    terminal.print(`Disclosed ${members.join(', ')} of record ${seq} in ${printable(out)}`);
    return;
  }
  throw new CliError('CLI_USAGE', `the ledger has no record ${seq}`);
}
