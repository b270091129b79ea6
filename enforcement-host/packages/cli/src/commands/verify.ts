import {
  VERDICT_EXIT_CODES,
  verifyExport,
  verifyLedger,
  type OpenedMembers,
  type VerifyOptions,
} from '@axtary/ledger';

import { readAnchors, type Verified } from '../anchor.js';
import { anchorSource, type AnchorSourceOptions } from '../anchor-source.js';
import type { CliContext } from '../context.js';
import { readDisclosures } from '../disclosures.js';
import { printReport } from '../report.js';

export interface VerifyCommandOptions extends Verified, AnchorSourceOptions {
  readonly anchor: readonly string[];
  readonly trustRoot?: string;
  /** A file that opens sealed members of an export. */
  readonly disclosures?: string;
  readonly json: boolean;
}

/** Verifies an export or a ledger offline, and ends with the exit code of the verdict. */
export async function verify(options: VerifyCommandOptions, context: CliContext): Promise<void> {
  const { mode, file, anchor, trustRoot, disclosures, json } = options;
  const { terminal, setExitCode } = context;
  const anchors = await Promise.all(
    anchor.map(async (one) => readAnchors(one, options, await anchorSource(one, options, context))),
  );
  const opened: OpenedMembers | undefined =
    disclosures === undefined ? undefined : await readDisclosures(disclosures);
  const known: VerifyOptions = {
    anchors: anchors.flat(),
    ...(trustRoot !== undefined && { trustRoot }),
    ...(opened && { opened }),
    onProgress: ({ records, bytes, totalBytes }) => {
      const percent = Math.floor((100 * bytes) / totalBytes);
      terminal.progress(`${records} records, ${percent} %`);
    },
  };
  const report = await (mode === 'ledger' ? verifyLedger : verifyExport)(file, known);
  terminal.progress('');
  setExitCode(VERDICT_EXIT_CODES[report.verdict]);
  if (json) terminal.printJson({ file, ...report });
  else printReport(file, report, terminal);
}
