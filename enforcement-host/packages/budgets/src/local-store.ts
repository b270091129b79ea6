import { messageOf } from '@axtary/core';

import { BudgetError } from './errors.js';
import { budgetEventSchema, type BudgetEvent } from './event.js';
import { Journal } from './journal.js';
import { RETENTION_MS } from './series.js';
import type { BudgetStore } from './store.js';

// The file: a header, then one event a line.
//   {"type":"budgets","version":1}
//   {"type":"reserved","id":"pay_1","at":"2026-01-02T03:04:05.678Z","uses":[…]}
//   {"type":"committed","id":"pay_1","at":"2026-01-02T03:04:06.789Z"}
const HEADER = Buffer.from('{"type":"budgets","version":1}\n');
const ONE_MEBIBYTE = 1024 * 1024;

export interface LocalBudgetStoreOptions {
  /**
   * Claims the file for this process, until released or the process ends; rejects where another
   * has it. `acquireLock` of `@axtary/ledger` does.
   */
  readonly lock: (path: string) => Promise<{ release(): Promise<void> }>;
  /** Bytes from which on what counts no more is removed, each time the file has doubled. Default 1 MiB. */
  readonly compactAbove?: number;
}

interface WaitingAppend {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Events in one file of this machine, mode 0600, one JSON line an event. One writer at a time;
 * appends that wait together share one write and one `fdatasync`. Every failure is a rejection.
 */
export class LocalBudgetStore implements BudgetStore {
  readonly #journal: Journal;
  readonly #release: () => Promise<void>;
  readonly #compactAbove: number;
  #compactAt: number;
  #queue: WaitingAppend[] = [];
  #writing: Promise<void> | undefined;
  #stopped: BudgetError | undefined;

  private constructor(
    journal: Journal,
    release: () => Promise<void>,
    { compactAbove = ONE_MEBIBYTE }: LocalBudgetStoreOptions,
  ) {
    this.#journal = journal;
    this.#release = release;
    this.#compactAbove = compactAbove;
    this.#compactAt = compactAbove;
  }

  /**
   * Claims a file, in a folder that exists, and cuts off a last line that a crash left unfinished.
   *
   * @throws BudgetError `BUDGET_STORE_FAILED` if it is in use, is not a store, or is damaged.
   */
  static async open(file: string, options: LocalBudgetStoreOptions): Promise<LocalBudgetStore> {
    const held: (() => Promise<void>)[] = [];
    const release = async (): Promise<void> => {
      for (const free of held.reverse()) await free();
    };
    try {
      const lock = await options.lock(file);
      held.push(() => lock.release());
      const journal = await Journal.open(file);
      held.push(() => journal.close());
      await recover(journal);
      const store = new LocalBudgetStore(journal, release, options);
      await store.#compactIfLarge();
      return store;
    } catch (cause) {
      await release();
      throw failed('the budget store cannot be opened', cause);
    }
  }

  async *load(): AsyncGenerator<BudgetEvent> {
    for await (const lines of eventLines(this.#journal)) yield* lines.map(parseLine);
  }

  append(events: readonly BudgetEvent[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ text: encode(events), resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    this.#stopped ??= new BudgetError('BUDGET_STORE_FAILED', 'the budget store is closed');
    await this.#writing;
    await this.#release();
  }

  async #write(): Promise<void> {
    // All callers that go on in this turn of the event loop share the first batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      try {
        await this.#writeDurably(batch.map(({ text }) => text).join(''));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      await this.#compactIfLarge();
    }
    this.#writing = undefined;
  }

  async #writeDurably(text: string): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    try {
      await this.#journal.assertUnchanged();
    } catch (cause) {
      throw this.#stop(cause);
    }
    try {
      await this.#journal.append(Buffer.from(text));
    } catch (cause) {
      await this.#journal.restore().catch((error: unknown) => void this.#stop(error));
      throw failed('not stored, the disk refused it', cause);
    }
  }

  async #compactIfLarge(): Promise<void> {
    if (this.#stopped || this.#journal.size < this.#compactAt) return;
    // Where there is no room for a smaller file, the larger one goes on.
    const draft = await this.#journal.draft(compacted(this.#journal)).catch(() => undefined);
    if (draft) await this.#journal.adopt(draft).catch((error: unknown) => void this.#stop(error));
    this.#compactAt = Math.max(this.#compactAbove, 2 * this.#journal.size);
  }

  #stop(cause: unknown): BudgetError {
    this.#stopped = failed('nothing more is stored until the budget store is opened anew', cause);
    return this.#stopped;
  }
}

/** Leaves whole lines below a header. */
async function recover(journal: Journal): Promise<void> {
  let whole = 0;
  let isFirst = true;
  let rest = Buffer.alloc(0);
  for await (const batch of journal.lines()) {
    for (const line of batch.lines) {
      if (isFirst && !line.equals(HEADER.subarray(0, -1))) throw notAStore();
      isFirst = false;
      whole += line.length + 1;
    }
    rest = batch.rest;
  }
  if (isFirst) {
    if (!rest.equals(HEADER.subarray(0, rest.length))) throw notAStore();
    await journal.truncate(0);
    await journal.append(HEADER);
  } else if (rest.length > 0) {
    // A whole event and one byte more is no torn line: its newline was changed.
    if (eventOf(rest.subarray(0, -1))) throw damaged();
    await journal.truncate(whole);
  }
}

/** What still counts, or may: without what was rolled back, and what no window reaches. */
async function* compacted(journal: Journal): AsyncGenerator<Uint8Array> {
  const counting = new Map<string, number>();
  let latest = 0;
  for await (const lines of eventLines(journal)) {
    for (const event of lines.map(parseLine)) {
      const at = Date.parse(event.at);
      // By the store's own times: a clock that is wrong today forgets nothing.
      latest = Math.max(latest, at);
      if (event.type === 'reserved') counting.set(event.id, at);
      else if (isRollback(event)) counting.delete(event.id);
    }
  }
  yield HEADER;
  for await (const lines of eventLines(journal)) {
    const kept = lines.filter(
      (line) => (counting.get(parseLine(line).id) ?? 0) > latest - RETENTION_MS,
    );
    yield Buffer.concat(kept.flatMap((line) => [line, NEWLINE]));
  }
}

const NEWLINE = Buffer.from('\n');

function isRollback(event: BudgetEvent): boolean {
  return (
    event.type === 'rolled_back' || (event.type === 'reconciled' && event.as === 'rolled_back')
  );
}

async function* eventLines(journal: Journal): AsyncGenerator<readonly Buffer[]> {
  let isFirst = true;
  for await (const { lines } of journal.lines()) {
    yield isFirst ? lines.slice(1) : lines;
    isFirst &&= lines.length === 0;
  }
}

function encode(events: readonly BudgetEvent[]): string {
  const parsed = budgetEventSchema.array().safeParse(events);
  if (parsed.success) return parsed.data.map((event) => `${JSON.stringify(event)}\n`).join('');
  throw failed('not stored', new TypeError('it would not be read back'));
}

function parseLine(line: Buffer): BudgetEvent {
  const event = eventOf(line);
  if (event) return event;
  throw damaged();
}

function eventOf(line: Buffer): BudgetEvent | undefined {
  try {
    return budgetEventSchema.safeParse(JSON.parse(line.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

function notAStore(): BudgetError {
  return new BudgetError('BUDGET_STORE_FAILED', 'the file is not a budget store');
}

function damaged(): BudgetError {
  return new BudgetError('BUDGET_STORE_FAILED', 'the budget store is damaged: a line is no event');
}

function failed(what: string, cause: unknown): BudgetError {
  if (cause instanceof BudgetError) return cause;
  return new BudgetError('BUDGET_STORE_FAILED', `${what}: ${messageOf(cause)}`, { cause });
}
