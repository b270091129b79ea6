import type { ControlProtocol, RequestHandlers } from '@axtary/protocol';

import type { Runs } from '../policy/runs.js';
import type { Workspaces } from '../workspace/workspaces.js';
import { ledgerDetail, type DetailSources } from './detail.js';
import { LedgerQueries } from './queries.js';

export interface LedgerReadingDependencies extends DetailSources {
  readonly workspaces: Workspaces;
}

type Handlers = RequestHandlers<ControlProtocol>;
type ReadingMethods = 'ledger/query' | 'ledger/rows' | 'ledger/detail';

/** Answers about ledgers, for one connection: its queries die with it. */
export function ledgerReadingHandlers(
  { runs }: { readonly runs: Runs },
  { workspaces, ...sources }: LedgerReadingDependencies,
): Pick<Handlers, ReadingMethods> {
  const queries = new LedgerQueries(runs);
  return {
    'ledger/query': async (params) => queries.run(await workspaces.open(params.workspace), params),
    'ledger/rows': async (params) => ({
      rows: await queries.rows(await workspaces.open(params.workspace), params),
    }),
    'ledger/detail': async ({ workspace, seq }) =>
      ledgerDetail(await workspaces.open(workspace), seq, sources),
  };
}
