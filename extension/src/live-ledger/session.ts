import { isDeepStrictEqual } from 'node:util';

import {
  LEDGER_PAGE,
  messageOf,
  panelDetail,
  type LedgerChoice,
  type LedgerDetail,
  type LedgerFilter,
  type LedgerFound,
  type LedgerPanel,
  type SavedLedgerFilter,
  type ToLedgerPanel,
} from '@axtary/protocol';

import type { FirstPage, KnownValues, LedgerQuestion, LedgerReader } from './reader.js';

/** A ledger of this window. */
export interface LedgerFolder {
  readonly id: string;
  readonly label: string;
  /** Records that it has, as far as is known. */
  readonly size: number;
  readonly fault: LedgerPanel['fault'];
}

export interface LedgerSessionPorts {
  readonly folders: () => readonly LedgerFolder[];
  readonly isConnected: () => boolean;
  readonly reader: Pick<LedgerReader, 'run' | 'page' | 'known' | 'detail'>;
  readonly saved: () => readonly SavedLedgerFilter[];
  readonly send: (message: ToLedgerPanel) => void;
  /** How long news are gathered before they are shown, in milliseconds. */
  readonly restMs: number;
}

/** Spans of the timeline: as many as still are bars on a narrow panel. */
const SPANS = 96;

/** The last run of a query. */
interface Run {
  readonly choice: LedgerChoice;
  readonly folder: string;
  readonly id: string;
  readonly found: LedgerFound;
}

/** What one live ledger shows: it runs what is chosen, hands out pages, and tells of news. */
export class LedgerSession {
  readonly #ports: LedgerSessionPorts;
  #choice: LedgerChoice;
  #status: LedgerPanel['status'] = 'offline';
  #message = '';
  #run: Run | undefined;
  #runs = 0;
  /** The ledger had a fault since the last run. */
  #hadFault = false;
  /** Gives up the question that was asked last: an answer to an earlier one is not shown. */
  #asked = new AbortController();
  #known: (KnownValues & { readonly folder: string }) | undefined;
  /** The record that was shown last, whole. */
  #detail: LedgerDetail | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: LedgerSessionPorts, choice: LedgerChoice = { filter: {} }) {
    this.#ports = ports;
    this.#choice = choice;
  }

  get choice(): LedgerChoice {
    return this.#choice;
  }

  /** The folder whose ledger is shown: the chosen one, or else the first. */
  get folder(): LedgerFolder | undefined {
    const folders = this.#ports.folders();
    return folders.find(({ id }) => id === this.#choice.folder) ?? folders[0];
  }

  /** The complete state, but for rows and details. */
  get panel(): LedgerPanel {
    const { folder } = this;
    return {
      folders: this.#ports.folders().map(({ id, label }) => ({ id, label })),
      choice: folder === undefined ? this.#choice : { ...this.#choice, folder: folder.id },
      status: this.#ports.isConnected() ? this.#status : 'offline',
      message: this.#message,
      ...(folder?.fault === undefined ? {} : { fault: folder.fault }),
      ...this.#news(folder),
      saved: [...this.#ports.saved()],
      known: this.#knownValues(),
    };
  }

  async choose(choice: LedgerChoice): Promise<void> {
    this.#choice = choice;
    await this.refresh();
  }

  /** Runs the query over the records that there are by now. */
  async refresh(): Promise<void> {
    await this.#query(() => 0);
  }

  /** The enforcement host can be reached again, or not any more; what is known is of another connection. */
  async reconnect(): Promise<void> {
    this.#known = undefined;
    await this.refresh();
  }

  /** Something outside has changed: the ledger has grown, a fault has come or gone, a filter is kept. */
  notice(): void {
    if (this.folder?.fault !== undefined) this.#hadFault = true;
    this.#resting ??= setTimeout(() => {
      this.#resting = undefined;
      if (this.#isOver && this.#status !== 'running') void this.refresh();
      else this.#show();
    }, this.#ports.restMs);
  }

  /** What was found is of no use any more: there is none, or it is of another ledger than is there now. */
  get #isOver(): boolean {
    const { folder } = this;
    const run = this.#run;
    if (run === undefined || folder === undefined) return true;
    if (folder.fault !== undefined) return false;
    return this.#hadFault || folder.size < run.found.size;
  }

  /** Hands out a page. A query that is not known any more is run again, and shown as a new one. */
  async rows(run: number, offset: number): Promise<void> {
    const current = this.#run;
    if (current?.found.run !== run) return;
    try {
      const rows = await this.#ports.reader.page(current.folder, current.id, offset);
      if (rows !== undefined) {
        this.#ports.send({ type: 'rows', run, offset, rows: [...rows] });
        return;
      }
      if (this.#run !== current) return;
      await this.#query((total) => pageBegin(offset + Math.max(0, total - current.found.shown)));
    } catch (error) {
      this.#message = messageOf(error);
      this.#ports.send({ type: 'rowsFailed', run, offset });
    }
  }

  async detail(seq: number): Promise<void> {
    const { folder } = this;
    if (folder === undefined) return;
    try {
      const whole = await this.#ports.reader.detail(folder.id, seq);
      this.#detail = whole;
      this.#ports.send({ type: 'detail', detail: panelDetail(whole) });
    } catch (error) {
      this.#ports.send({ type: 'detailFailed', seq, message: messageOf(error) });
    }
  }

  /** The record that is shown, whole. `undefined`: another one is. */
  shownDetail(seq: number): LedgerDetail | undefined {
    return this.#detail?.row.seq === seq ? this.#detail : undefined;
  }

  dispose(): void {
    clearTimeout(this.#resting);
    this.#asked.abort();
  }

  #news(folder: LedgerFolder | undefined): Pick<LedgerPanel, 'found' | 'fresh'> {
    const run = this.#run;
    if (folder === undefined || run?.folder !== folder.id) return { fresh: 0 };
    return { found: run.found, fresh: Math.max(0, folder.size - run.found.size) };
  }

  async #query(pageOf: (total: number) => number): Promise<void> {
    const { folder } = this;
    const { signal } = this.#ask();
    if (folder === undefined || !this.#ports.isConnected()) {
      this.#become('offline', '');
      return;
    }
    this.#become('running', '');
    const choice = this.#choice;
    try {
      const run = await this.#runOf(choice, folder.id, { pageOf, signal });
      if (signal.aborted) return;
      this.#run = run;
      this.#hadFault = folder.fault !== undefined;
      this.#become('ready', '');
      this.#ports.send({
        type: 'rows',
        run: run.found.run,
        offset: run.offset,
        rows: [...run.rows],
      });
      await this.#learn(folder.id);
    } catch (error) {
      if (!signal.aborted) this.#become('failed', messageOf(error));
    }
  }

  /** A search over a long ledger may take seconds: nobody waits for one that was replaced. */
  #ask(): AbortController {
    this.#asked.abort();
    this.#asked = new AbortController();
    return this.#asked;
  }

  async #runOf(
    choice: LedgerChoice,
    folder: string,
    {
      pageOf,
      signal,
    }: { readonly pageOf: (total: number) => number; readonly signal: AbortSignal },
  ): Promise<Run & Pick<FirstPage, 'offset' | 'rows'>> {
    const { reader } = this.#ports;
    const question: LedgerQuestion = {
      folder,
      filter: choice.filter,
      group: choice.group,
      spans: SPANS,
    };
    const inGroup = openedFilter(choice);
    const whole = await reader.run(question, inGroup === undefined ? pageOf : () => 0, signal);
    const page =
      inGroup === undefined
        ? whole
        : await reader.run({ folder, filter: inGroup, spans: 1 }, pageOf, signal);
    const { total, size, isWhole, groups, timeline } = whole.result;
    const shown = page.result.total;
    const before = this.#run;
    const isSame = before?.folder === folder && isDeepStrictEqual(before.choice, choice);
    const added = isSame ? Math.max(0, shown - before.found.shown) : 0;
    this.#runs += 1;
    const found = { total, size, isWhole, groups, timeline, run: this.#runs, added, shown };
    const { offset, rows } = page;
    return { choice, folder, id: page.result.id, found, offset, rows };
  }

  /** Learns once what can be chosen from. The query is run again when another page of it is asked for. */
  async #learn(folder: string): Promise<void> {
    if (this.#known?.folder === folder) return;
    this.#known = { folder, types: [], agents: [], tools: [], tasks: [] };
    this.#known = { folder, ...(await this.#ports.reader.known(folder)) };
    this.#show();
  }

  #knownValues(): LedgerPanel['known'] {
    const known = this.#known?.folder === this.folder?.id ? this.#known : undefined;
    const { types = [], agents = [], tools = [], tasks = [] } = known ?? {};
    return { types: [...types], agents: [...agents], tools: [...tools], tasks: [...tasks] };
  }

  #become(status: LedgerPanel['status'], message: string): void {
    this.#status = status;
    this.#message = message;
    this.#show();
  }

  #show(): void {
    this.#ports.send({ type: 'show', panel: this.panel });
  }
}

/** The filter with what is common to the opened group. `undefined`: no group is opened. */
export function openedFilter({ filter, group, opened }: LedgerChoice): LedgerFilter | undefined {
  if (group === undefined || opened === undefined) return undefined;
  switch (group) {
    case 'task':
      return { ...filter, tasks: [opened] };
    case 'agent':
      return { ...filter, agents: [opened] };
    case 'tool':
      return { ...filter, tools: [opened] };
    case 'type':
      return { ...filter, types: [opened] };
    case 'verdict':
      return isVerdict(opened) ? { ...filter, verdicts: [opened] } : undefined;
  }
}

type Verdict = NonNullable<LedgerFilter['verdicts']>[number];

function isVerdict(text: string): text is Verdict {
  return text === 'allow' || text === 'deny' || text === 'step_up';
}

function pageBegin(offset: number): number {
  return Math.floor(offset / LEDGER_PAGE) * LEDGER_PAGE;
}
