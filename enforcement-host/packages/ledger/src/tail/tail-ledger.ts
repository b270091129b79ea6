import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { createFolder } from '@axtary/core/durable-files';

import { LedgerEvents, type LedgerEvent } from '../formats/ledger-event.js';
import type { LedgerRecord } from '../record/records.js';
import { SinkError } from '../sinks/errors.js';
import type { LedgerSink } from '../sinks/sink.js';
import { acquireLock } from '../store/lock.js';
import { backoff } from './backoff.js';
import { LocalCursor, type Cursor } from './cursor.js';
import { TailError } from './errors.js';
import type { TailSource } from './tail-source.js';

export interface TailOptions {
  readonly source: TailSource;
  readonly sink: LedgerSink;
  /** Keeps where the tail stands; its folder is made where missing. */
  readonly cursorFile: string;
  /** Where to begin while there is no cursor; 0 by default. */
  readonly from?: number;
  /** Ends when everything that is there is delivered, or when so many attempts in a row failed. */
  readonly once?: { readonly attempts: number };
  readonly signal?: AbortSignal;
  /** Records that are delivered at a time; 256 by default. */
  readonly batch?: number;
  readonly onStatus?: (status: TailStatus) => void;
  /** Waits between attempts. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** What a tail is doing. */
export type TailStatus =
  | { readonly state: 'delivered'; readonly records: number; readonly seq: number }
  /** Everything that was there is delivered. */
  | { readonly state: 'caught-up'; readonly records: number; readonly next: number }
  /** The receiver is away; the same records are tried again. */
  | { readonly state: 'waiting'; readonly error: SinkError; readonly retryInMs: number }
  /** The receiver took a batch and dropped some of it, for good. */
  | { readonly state: 'rejected'; readonly records: number; readonly why: string };

/** What a tail did. */
export interface TailReport {
  /** Records that were delivered. */
  readonly records: number;
  /** The sequence number that comes next. */
  readonly next: number;
}

const DEFAULT_BATCH = 256;
/** Records before the cursor that are read again, for what later ones only name by an id. */
const LOOK_BACK = 10_000;

/**
 * Delivers a ledger to a receiver, in order and each record at least once: the cursor is kept, by an
 * atomic and durable write, after the receiver has a batch, so a crash at any moment repeats records
 * and leaves none out. A receiver that is away is waited for. Ends when aborted, or after `once`.
 *
 * @throws SinkError `SINK_REFUSED`; `SINK_UNAVAILABLE` with `once` only. TailError. LedgerError
 * `LEDGER_LOCKED` where another tail has the cursor, or where the ledger cannot be read.
 */
export async function tailLedger(options: TailOptions): Promise<TailReport> {
  const { sink, cursorFile } = options;
  await createFolder(dirname(cursorFile));
  const lock = await acquireLock(cursorFile);
  try {
    return await follow(await Tail.start(options), options);
  } finally {
    await sink.close();
    await lock.release();
  }
}

async function follow(
  tail: Tail,
  { source, signal, once, onStatus }: TailOptions,
): Promise<TailReport> {
  for (;;) {
    await tail.deliverAll();
    if (signal?.aborted) return tail.report;
    onStatus?.({ state: 'caught-up', ...tail.report });
    if (once) return tail.report;
    await source.news(signal);
  }
}

class Tail {
  readonly #options: TailOptions;
  readonly #cursor: LocalCursor;
  readonly #events = new LedgerEvents();
  #next: number;
  #records = 0;

  constructor(options: TailOptions, cursor: LocalCursor, next: number) {
    this.#options = options;
    this.#cursor = cursor;
    this.#next = next;
  }

  static async start(options: TailOptions): Promise<Tail> {
    const cursor = new LocalCursor(options.cursorFile);
    const kept = await cursor.load();
    const tail = new Tail(options, cursor, kept ? kept.seq + 1 : (options.from ?? 0));
    await tail.#lookBack(kept);
    return tail;
  }

  get report(): TailReport {
    return { records: this.#records, next: this.#next };
  }

  /** Delivers what is there; ends early when aborted. */
  async deliverAll(): Promise<void> {
    const { source, batch: most = DEFAULT_BATCH, signal } = this.#options;
    let batch: LedgerEvent[] = [];
    for await (const record of source.read(this.#next)) {
      if (signal?.aborted) return;
      batch.push(this.#events.of(record));
      if (batch.length < most) continue;
      if (!(await this.#deliver(batch))) return;
      batch = [];
    }
    await this.#deliver(batch);
  }

  /** False when it was aborted before the receiver had the batch. */
  async #deliver(batch: readonly LedgerEvent[]): Promise<boolean> {
    const last = batch.at(-1)?.record;
    if (!last) return true;
    const { sink, signal, onStatus } = this.#options;
    for (let attempt = 1; !signal?.aborted; attempt++) {
      try {
        const { rejected, why = '' } = await sink.deliver(batch, { signal });
        if (rejected > 0) onStatus?.({ state: 'rejected', records: rejected, why });
        await this.#advance(last, batch.length);
        return true;
      } catch (error) {
        if (!signal?.aborted) await this.#waitAfter(error, attempt);
      }
    }
    return false;
  }

  async #advance(last: LedgerRecord, records: number): Promise<void> {
    const { log, seq, prev } = last;
    await this.#cursor.save({ log, seq, prev });
    this.#next = seq + 1;
    this.#records += records;
    this.#options.onStatus?.({ state: 'delivered', records: this.#records, seq });
  }

  async #waitAfter(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof SinkError) || error.code !== 'SINK_UNAVAILABLE') throw error;
    const { once, onStatus, signal, wait = waitFor } = this.#options;
    if (once && attempt >= once.attempts) throw error;
    const retryInMs = error.retryAfterMs ?? backoff(attempt);
    onStatus?.({ state: 'waiting', error, retryInMs });
    await wait(retryInMs, signal);
  }

  /** Reads what came before, and makes sure that it is what was delivered. */
  async #lookBack(kept: Cursor | undefined): Promise<void> {
    const { source } = this.#options;
    const first = Math.max(0, this.#next - LOOK_BACK);
    let last: LedgerRecord | undefined;
    if (this.#next > 0) {
      for await (const record of source.read(first)) {
        if (record.seq >= this.#next) break;
        this.#events.of(record);
        last = record;
      }
    }
    if (!kept) return;
    const isSame = last?.seq === kept.seq && last.log === kept.log && last.prev === kept.prev;
    if (isSame) return;
    const message = `the ledger does not hold the record ${kept.seq} of ${kept.log} that was delivered last: it was cut, replaced or is another one`;
    throw new TailError('TAIL_LEDGER_DIFFERS', message);
  }
}

async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(ms, undefined, signal && { signal }).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}
