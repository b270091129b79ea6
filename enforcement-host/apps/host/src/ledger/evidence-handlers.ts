import { systemClock } from '@axtary/core';
import { attestLedger, verifyExport, type AttestOptions } from '@axtary/ledger';
import type {
  ControlProtocol,
  Params,
  RequestHandlers,
  Result,
  VerifyReport,
} from '@axtary/protocol';

import type { Notify } from '../control/notifications.js';
import type { ControlSession } from '../control/session.js';
import { HostError } from '../errors.js';
import type { Runs } from '../policy/runs.js';
import { VERSION } from '../version.js';
import { LedgerItems } from '../workspace/ledger-items.js';
import type { Workspaces } from '../workspace/workspaces.js';

type Handlers = RequestHandlers<ControlProtocol>;
type EvidenceMethods = 'ledger/list' | 'ledger/export' | 'ledger/verify' | 'ledger/accept';

interface EvidenceConnection {
  readonly session: ControlSession;
  readonly runs: Runs;
  readonly notify: Notify;
}

/** Listing, exporting, verifying and accepting ledgers. */
export function evidenceHandlers(
  connection: EvidenceConnection,
  { workspaces }: { readonly workspaces: Workspaces },
): Pick<Handlers, EvidenceMethods> {
  return {
    'ledger/list': async ({ workspace: folder, before, limit }) => {
      const { ledger } = (await workspaces.open(folder)).evidence;
      const { size } = ledger.head();
      const end = Math.min(before ?? size, size);
      const from = Math.max(0, end - limit);
      const items = [];
      const describe = new LedgerItems();
      for await (const record of ledger.read({ from, limit: end - from })) {
        items.push(describe.of(record));
      }
      return { items: items.reverse(), size };
    },
    'ledger/export': (params) => exportLedger(params, connection, workspaces),
    'ledger/verify': (params) => verify(params, connection),
    'ledger/accept': async ({ workspace: folder, expected }) => {
      const by = `user:${connection.session.assertProven().name}`;
      const { evidence } = await workspaces.accept(folder, { by, expected });
      return { size: evidence.ledger.head().size };
    },
  };
}

function exportLedger(
  {
    workspace: folder,
    file,
    from,
    select,
    redact,
    disclosures,
    run,
  }: Params<ControlProtocol, 'ledger/export'>,
  { runs, notify }: EvidenceConnection,
  workspaces: Workspaces,
): Promise<Result<ControlProtocol, 'ledger/export'>> {
  const work = async (options: Pick<AttestOptions, 'signal' | 'onProgress'>) => {
    const { ledger, file: path } = (await workspaces.open(folder)).evidence;
    await ledger.checkpoint();
    const { records, hidden, log, size, head } = await attestLedger(path, file, {
      ...options,
      sign: (payloadText) => ledger.sign('export', payloadText),
      software: `axtary/${VERSION}`,
      clock: systemClock,
      ...(from !== undefined && { from }),
      ...(select && { select }),
      ...(redact && { redact }),
      ...(disclosures !== undefined && { disclosures }),
    }).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
      throw new HostError('EXPORT_REFUSED', error.message, { cause: error });
    });
    return { records, hidden, anchor: { log, size, head } };
  };
  if (run === undefined) return work({});
  return runs.start(run, (signal) =>
    work({
      signal,
      onProgress: (progress) => void notify('ledger/exporting', { run, ...progress }),
    }),
  );
}

async function verify(
  { file, anchor, trustRoot, run }: Params<ControlProtocol, 'ledger/verify'>,
  { runs, notify }: EvidenceConnection,
): Promise<VerifyReport> {
  const options = {
    ...(anchor && { anchors: [anchor] }),
    ...(trustRoot !== undefined && { trustRoot }),
  };
  if (run === undefined) return verifyExport(file, options);
  return runs.start(run, (signal) =>
    verifyExport(file, {
      ...options,
      signal,
      onProgress: (progress) => void notify('ledger/verifying', { run, ...progress }),
    }),
  );
}
