import {
  LEDGER_PAGE,
  RemoteCallError,
  type LedgerDetail,
  type LedgerFilter,
  type LedgerGroup,
  type LedgerResult,
  type LedgerRow,
} from '@axtary/protocol';

import type { ControlCaller } from '../host/control.js';

/** What is asked of a ledger. */
export interface LedgerQuestion {
  readonly folder: string;
  readonly filter: LedgerFilter;
  readonly group?: LedgerGroup | undefined;
  /** Spans of the timeline, at most. */
  readonly spans: number;
}

/** Values that occur in a ledger, the most frequent first. */
export interface KnownValues {
  readonly types: readonly string[];
  readonly agents: readonly string[];
  readonly tools: readonly string[];
  readonly tasks: readonly string[];
}

export interface FirstPage {
  readonly result: LedgerResult;
  readonly offset: number;
  readonly rows: readonly LedgerRow[];
}

const FACETS = ['type', 'agent', 'tool', 'task'] as const satisfies readonly LedgerGroup[];
const GONE: ReadonlySet<string | undefined> = new Set(['QUERY_UNKNOWN', 'QUERY_REPLACED']);

/**
 * Reads ledgers for every live ledger of the window. The enforcement host keeps one query for each
 * folder of a connection, so queries take turns, each with the page that is wanted first.
 */
export class LedgerReader {
  readonly #caller: () => Pick<ControlCaller, 'call'>;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(caller: () => Pick<ControlCaller, 'call'>) {
    this.#caller = caller;
  }

  /**
   * Runs a query and reads a page of it, before another one takes its place.
   *
   * @param pageOf Where the page begins that is wanted, once it is known how many records there are.
   * @param signal Gives its turn up: the enforcement host ends it as soon as the next query comes.
   */
  run(
    question: LedgerQuestion,
    pageOf: (total: number) => number,
    signal?: AbortSignal,
  ): Promise<FirstPage> {
    return this.#inTurn(async () => {
      signal?.throwIfAborted();
      const { folder, filter, group, spans } = question;
      const result = await this.#caller().call('ledger/query', {
        workspace: folder,
        filter,
        spans,
        ...(group === undefined ? {} : { group }),
      });
      const offset = pageOf(result.total);
      return { result, offset, rows: await this.#rows(folder, result.id, offset) };
    }, signal);
  }

  /** A page of a query. `undefined`: the enforcement host does not know it any more. */
  page(folder: string, id: string, offset: number): Promise<readonly LedgerRow[] | undefined> {
    return this.#inTurn(async () => {
      try {
        return await this.#rows(folder, id, offset);
      } catch (error) {
        if (error instanceof RemoteCallError && GONE.has(error.remoteCode)) return undefined;
        throw error;
      }
    });
  }

  /** What there is to choose from. It takes the place of the query that is kept. */
  known(folder: string): Promise<KnownValues> {
    return this.#inTurn(async () => {
      const [types = [], agents = [], tools = [], tasks = []] = await this.#facets(folder);
      return { types, agents, tools, tasks };
    });
  }

  detail(folder: string, seq: number): Promise<LedgerDetail> {
    return this.#caller().call('ledger/detail', { workspace: folder, seq });
  }

  async #facets(folder: string): Promise<readonly (readonly string[])[]> {
    const facets: (readonly string[])[] = [];
    for (const group of FACETS) {
      const { groups } = await this.#caller().call('ledger/query', {
        workspace: folder,
        filter: {},
        spans: 1,
        group,
      });
      const named = groups.filter(({ key }) => key !== '');
      facets.push(named.sort((a, b) => b.count - a.count).map(({ key }) => key));
    }
    return facets;
  }

  async #rows(folder: string, id: string, offset: number): Promise<readonly LedgerRow[]> {
    const page = { workspace: folder, id, offset, limit: LEDGER_PAGE };
    return (await this.#caller().call('ledger/rows', page)).rows;
  }

  #inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#turn;
    const done = before.then(work);
    const ended = done.catch(() => undefined);
    // What is given up while it waits does not let the next one go first.
    this.#turn = Promise.race([ended, before.then(() => aborted(signal))]);
    return done;
  }
}

/** Settles once a signal is aborted; without one, never. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => {
      resolve();
    });
  });
}
