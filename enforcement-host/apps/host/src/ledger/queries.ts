import { newId } from '@axtary/core/digest';
import type { QueryResult } from '@axtary/ledger';
import type {
  ControlProtocol,
  LedgerFilter,
  LedgerResult,
  LedgerRow,
  Params,
} from '@axtary/protocol';

import { HostError } from '../errors.js';
import type { Runs } from '../policy/runs.js';
import type { Workspace } from '../workspace/workspace.js';
import { rowsOf } from './rows.js';

interface Kept {
  readonly id: string;
  readonly seqs: Uint32Array;
}

/** The queries of one connection: the last one of each workspace, with what it found. */
export class LedgerQueries {
  readonly #runs: Runs;
  readonly #kept = new Map<string, Kept>();

  constructor(runs: Runs) {
    this.#runs = runs;
  }

  /**
   * Runs a query; one that still runs for the same workspace ends.
   *
   * @throws HostError `QUERY_INVALID`, `QUERY_REPLACED`; LedgerError where the ledger cannot be read.
   */
  run(
    workspace: Workspace,
    { filter, group, spans }: Params<ControlProtocol, 'ledger/query'>,
  ): Promise<LedgerResult> {
    const { since, until, ...lists } = filter;
    const times = { since: timeOf(since), until: timeOf(until) };
    return this.#runs.start(`ledger/query ${workspace.key}`, async (signal) => {
      const query = { filter: { ...lists, ...times }, group, spans, signal };
      const found = await workspace.evidence.index.query(query).catch((error: unknown) => {
        throw signal.aborted ? replaced() : error;
      });
      if (signal.aborted) throw replaced();
      const id = newId('qry');
      this.#kept.set(workspace.key, { id, seqs: found.seqs });
      return resultOf(id, found);
    });
  }

  /** @throws HostError `QUERY_UNKNOWN`. */
  async rows(
    workspace: Workspace,
    { id, offset, limit }: Params<ControlProtocol, 'ledger/rows'>,
  ): Promise<LedgerRow[]> {
    const kept = this.#kept.get(workspace.key);
    if (kept?.id !== id) {
      throw new HostError('QUERY_UNKNOWN', 'this query is not known any more: run it again');
    }
    return rowsOf(workspace.evidence.index, kept.seqs.subarray(offset, offset + limit));
  }
}

function replaced(): HostError {
  return new HostError('QUERY_REPLACED', 'another query took the place of this one');
}

// RFC 3339 section 5.6, in UTC.
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

function timeOf(text: LedgerFilter['since']): number | undefined {
  if (text === undefined) return undefined;
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new HostError('QUERY_INVALID', `expected a time such as 2026-01-02T03:04:05Z, got ${text}`);
}

function resultOf(
  id: string,
  { seqs, size, isWhole, groups, timeline }: QueryResult,
): LedgerResult {
  const { start, spanMs, spans } = timeline;
  return {
    id,
    total: seqs.length,
    size,
    isWhole,
    groups: groups.map((group) => ({ ...group })),
    timeline: {
      start: new Date(start).toISOString(),
      spanMs,
      spans: spans.map((span) => ({ ...span })),
    },
  };
}
