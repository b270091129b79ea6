import {
  RemoteCallError,
  type ControlProtocol,
  type LedgerResult,
  type LedgerRow,
  type Params,
  type Result,
} from '@axtary/protocol';

import type { ControlCaller } from '../../../extension/src/host/control.js';

const SPANS = 24;

/** A ledger whose records are computed, so that it can have any number of them. It knows no filters. */
export class MillionLedger implements Pick<ControlCaller, 'call'> {
  size: number;
  #queries = 0;
  #kept: { readonly id: string; readonly size: number } | undefined;

  constructor(size: number) {
    this.size = size;
  }

  call: ControlCaller['call'] = async (method, params) => {
    await Promise.resolve();
    const answer =
      method === 'ledger/query'
        ? this.#query()
        : this.#rows(params as Params<ControlProtocol, 'ledger/rows'>);
    // One cast for the union of methods: each answer has the type of its method.
    return answer as Result<ControlProtocol, typeof method>;
  };

  #query(): LedgerResult {
    const { size } = this;
    this.#queries += 1;
    const id = `qry_${this.#queries}`;
    this.#kept = { id, size };
    const span = { allow: 3, deny: 1, step_up: 1, other: 5 };
    return {
      id,
      total: size,
      size,
      isWhole: true,
      groups: [],
      timeline: {
        start: timeOf(0),
        spanMs: size,
        spans: Array.from({ length: SPANS }, () => span),
      },
    };
  }

  #rows({ id, offset, limit }: Params<ControlProtocol, 'ledger/rows'>): {
    readonly rows: readonly LedgerRow[];
  } {
    if (this.#kept?.id !== id) {
      throw new RemoteCallError('REMOTE', 'not known any more', { remoteCode: 'QUERY_UNKNOWN' });
    }
    const { size } = this.#kept;
    const length = Math.max(0, Math.min(limit, size - offset));
    return { rows: Array.from({ length }, (_, index) => rowOf(size - 1 - offset - index)) };
  }
}

function rowOf(seq: number): LedgerRow {
  return {
    seq,
    time: timeOf(seq),
    type: 'decision',
    title: `record ${seq}`,
    verdict: seq % 5 === 0 ? 'deny' : 'allow',
    tool: 'mcp.tool.call',
    agent: `agent:${seq % 7}`,
    task: `task ${seq % 11}`,
    rules: [],
  };
}

function timeOf(seq: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
}
