import { VERDICT_EXIT_CODES, verifyLedgerFile, type VerifyOptions } from '@axtary/ledger';

import { readAnchor } from '../anchor.js';
import type { CliContext } from '../context.js';
import { printReport } from '../report.js';

export interface VerifyCommandOptions {
  readonly mode: VerifyOptions['mode'];
  readonly file: string;
  readonly anchor?: string;
  readonly trustRoot?: string;
  readonly json: boolean;
}

/** Verifies an export or a ledger offline, and ends with the exit code of the verdict. */
export async function verify(
  { mode, file, anchor, trustRoot, json }: VerifyCommandOptions,
  { terminal, setExitCode }: CliContext,
): Promise<void> {
  const report = await verifyLedgerFile(file, {
    mode,
    ...(anchor === undefined ? {} : { anchor: await readAnchor(anchor, file) }),
    ...(trustRoot === undefined ? {} : { trustRoot }),
    onProgress: ({ records, bytes, totalBytes }) => {
      const percent = Math.floor((100 * bytes) / totalBytes);
      terminal.progress(`${records} records, ${percent} %`);
    },
  });
  terminal.progress('');
  setExitCode(VERDICT_EXIT_CODES[report.verdict]);
  if (json) terminal.printJson({ file, ...report });
  else printReport(file, report, terminal);
}
