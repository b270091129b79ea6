import {
  RemoteCallError,
  type ControlProtocol,
  type LedgerDetail,
  type LedgerFilter,
  type LedgerResult,
  type LedgerRow,
  type Params,
  type Result,
} from '@axtary/protocol';

import type { ControlCaller } from '../../src/host/control.js';

type Query = Params<ControlProtocol, 'ledger/query'>;

/**
 * Answers about a ledger of any size that is computed, not kept. Like the enforcement host it knows
 * the last query only.
 */
export class FakeLedger implements Pick<ControlCaller, 'call'> {
  size: number;
  problem: Error | undefined;
  /** The next query does not end before another one takes its place. */
  isSlow = false;
  /** Of the queries that were run. */
  readonly filters: LedgerFilter[] = [];
  #replace: (() => void) | undefined;
  #queries = 0;
  #kept: { readonly id: string; readonly rows: readonly LedgerRow[] } | undefined;

  constructor(size: number) {
    this.size = size;
  }

  /** As if another query had taken the place of the last one. */
  forget(): void {
    this.#kept = undefined;
  }

  call: ControlCaller['call'] = async (method, params) => {
    await Promise.resolve();
    if (this.problem !== undefined) throw this.problem;
    if (method === 'ledger/query') await this.#begin();
    // One cast for the union of methods: each answer has the type of its method.
    return this.#answer(method, params) as Result<ControlProtocol, typeof method>;
  };

  /** Ends the query that still runs; settles at once, or never where this one is slow. */
  #begin(): Promise<void> {
    this.#replace?.();
    this.#replace = undefined;
    if (!this.isSlow) return Promise.resolve();
    this.isSlow = false;
    return new Promise((_, reject) => {
      this.#replace = () => {
        reject(new RemoteCallError('REMOTE', 'replaced', { remoteCode: 'QUERY_REPLACED' }));
      };
    });
  }

  #answer(method: string, params: unknown): unknown {
    if (method === 'ledger/query') return this.#query(params as Query);
    if (method === 'ledger/rows') {
      return this.#rows(params as Params<ControlProtocol, 'ledger/rows'>);
    }
    if (method === 'ledger/detail') return detailOf((params as { readonly seq: number }).seq);
    throw new TypeError(`no answer to ${method}`);
  }

  #query({ filter, group }: Query): LedgerResult {
    this.filters.push(filter);
    this.#queries += 1;
    const all = Array.from({ length: this.size }, (_, index) => rowOf(this.size - 1 - index));
    const rows = all.filter((row) => meets(row, filter));
    const id = `qry_${this.#queries}`;
    this.#kept = { id, rows };
    const counts = new Map<string, { key: string; count: number; newest: number }>();
    for (const row of group === undefined ? [] : rows) {
      const key = (group === 'type' ? row.type : group === 'agent' ? row.agent : '') ?? '';
      const known = counts.get(key) ?? { key, count: 0, newest: row.seq };
      counts.set(key, { ...known, count: known.count + 1 });
    }
    return {
      id,
      total: rows.length,
      size: this.size,
      isWhole: true,
      groups: [...counts.values()],
      timeline: { start: '2026-01-01T00:00:00.000Z', spanMs: 1000, spans: [] },
    };
  }

  #rows({ id, offset, limit }: Params<ControlProtocol, 'ledger/rows'>): {
    readonly rows: readonly LedgerRow[];
  } {
    if (this.#kept?.id === id) return { rows: this.#kept.rows.slice(offset, offset + limit) };
    throw new RemoteCallError('REMOTE', 'not known any more', { remoteCode: 'QUERY_UNKNOWN' });
  }
}

function rowOf(seq: number): LedgerRow {
  return {
    seq,
    time: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
    type: 'decision',
    title: `record ${seq}`,
    verdict: seq % 3 === 0 ? 'deny' : 'allow',
    agent: seq % 2 === 0 ? 'agent:one' : 'agent:two',
    rules: [],
  };
}

function meets(row: LedgerRow, { verdicts, agents }: LedgerFilter): boolean {
  const isVerdict = verdicts === undefined || verdicts.some((one) => one === row.verdict);
  return isVerdict && (agents === undefined || agents.some((one) => one === row.agent));
}

function detailOf(seq: number): LedgerDetail {
  const line = `{"seq":${seq}}`;
  return { row: rowOf(seq), recordText: line, line, reasons: [], call: [], links: [] };
}
