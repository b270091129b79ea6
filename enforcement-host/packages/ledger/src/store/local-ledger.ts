import type { FileHandle } from 'node:fs/promises';

import { systemClock, type Clock } from '@axtary/core';

import { parseLine } from '../record/chain.js';
import { parseCheckpointKey, type CheckpointSigner } from '../record/checkpoint.js';
import { brokenAt, LedgerError } from '../errors.js';
import { openForReading } from './file.js';
import type { CheckpointEvery } from './group-commit.js';
import type { AppendListener, Ledger, LedgerHead, OpenReport, ReadOptions } from '../ledger.js';
import { readLines } from './lines.js';
import { prepareEntry } from '../record/prepare.js';
import type { IntentBody, LedgerEntry, LedgerRecord } from '../record/records.js';
import { openSession, type Session, type SessionOptions } from './session.js';

export interface LocalJsonlLedgerOptions {
  readonly clock?: Clock;
  /** Name and version of what writes; kept in the genesis. */
  readonly software?: string;
  /** Without it nothing is signed. Its key goes into the genesis and cannot change. */
  readonly checkpoint?: CheckpointSigner;
  /** 100 records and 60,000 ms by default. */
  readonly checkpointEvery?: CheckpointEvery;
  /**
   * Called while opening with each record that is there, in order, before the first is appended.
   * What it throws makes opening fail.
   */
  readonly onScanned?: (record: LedgerRecord) => void;
}

/**
 * A ledger in one file of this machine, one JSON line a record. One writer at a time, by a lock
 * that a crash frees; appends that wait together share one write and one `fdatasync`.
 */
export class LocalJsonlLedger implements Ledger {
  readonly #path: string;
  readonly #options: SessionOptions;
  readonly #listeners = new Set<AppendListener>();
  #opening: Promise<Session> | undefined;
  #session: Session | undefined;
  #closing: Promise<void> | undefined;

  /** @throws TypeError if the signer's key is not P-256, or its `kid` not the thumbprint. */
  constructor(path: string, options: LocalJsonlLedgerOptions = {}) {
    if (options.checkpoint) parseCheckpointKey(options.checkpoint);
    this.#path = path;
    this.#options = {
      clock: options.clock ?? systemClock,
      software: options.software ?? '@axtary/ledger',
      signer: options.checkpoint,
      every: options.checkpointEvery ?? { records: 100, milliseconds: 60_000 },
      onCommit: (records) => this.#tell(records),
      onScanned: options.onScanned,
    };
  }

  /**
   * Claims the file and checks its whole chain; creates it, and folders above it, where missing.
   * Cuts off an unfinished last line, and records that. Later calls return the first report.
   *
   * @throws LedgerError `LEDGER_LOCKED`, `LEDGER_CHAIN_BROKEN` (with `seq`), `LEDGER_UNREADABLE`,
   * `LEDGER_WRITE_FAILED`, `LEDGER_CLOSED`, or `LEDGER_CHECKPOINT_FAILED` if the signer is not the
   * one that the genesis names. It may be called again then.
   */
  async open(): Promise<OpenReport> {
    return (await this.#open()).report;
  }

  /**
   * Appends, opening the ledger first where needed. The records hold the bodies that were given,
   * with free text cut to 4,096 characters.
   *
   * @throws LedgerError as `open`, or `LEDGER_RECORD_REFUSED`; then none of the entries is in the
   * ledger. After `LEDGER_WRITE_FAILED` and `LEDGER_CHECKPOINT_FAILED` it may be tried again.
   */
  async append(entries: readonly LedgerEntry[]): Promise<readonly LedgerRecord[]> {
    const prepared = entries.map(prepareEntry);
    if (this.#closing) throw closed();
    const { commit } = this.#session ?? (await this.#open());
    return commit.append(prepared);
  }

  /**
   * The durable end of the ledger, to be anchored elsewhere.
   *
   * @throws TypeError before it is open.
   */
  head(): LedgerHead {
    const { log, mark } = this.#opened().tail;
    return { log, size: mark.size, head: mark.head };
  }

  /**
   * Intents without an outcome: under way, or left by a crash.
   *
   * @throws TypeError before it is open.
   */
  openIntents(): readonly IntentBody[] {
    return this.#opened().openIntents.list();
  }

  /**
   * Signs all that is durable now. `undefined` if it is signed already, or nothing can sign.
   *
   * @throws LedgerError as `append`.
   */
  async checkpoint(): Promise<LedgerRecord | undefined> {
    if (this.#closing) throw closed();
    return (await this.#open()).commit.checkpoint();
  }

  /** Reads durable records, in order, as of the call; also while others are being appended. */
  async *read({ from = 0, limit, types }: ReadOptions = {}): AsyncGenerator<LedgerRecord> {
    const { file } = await this.#open();
    let left = limit ?? Number.POSITIVE_INFINITY;
    const handle = await openForReading(this.#path);
    try {
      for await (const record of readRecords(handle, { from, end: file.size })) {
        if (left <= 0) return;
        if (types !== undefined && !types.includes(record.type)) continue;
        yield record;
        left--;
      }
    } finally {
      await handle.close();
    }
  }

  /**
   * Calls the listener with records once they are durable, in order, a batch at a time. What it
   * throws is an uncaught exception and does not touch the ledger. Returns how to stop.
   */
  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Finishes what was appended, signs what is unsigned, and frees the file, also where it throws.
   * Nothing can be appended afterwards.
   *
   * @throws LedgerError if the last checkpoint could not be written.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const session = await this.#opening?.catch(() => undefined);
    if (!session) return;
    session.commit.stopTimer();
    try {
      await session.commit.append([]).catch(() => undefined);
      await session.commit.checkpoint();
    } finally {
      session.commit.stopTimer();
      await session.release();
    }
  }

  #open(): Promise<Session> {
    if (this.#closing) return Promise.reject(closed());
    this.#opening ??= this.#openNow();
    return this.#opening;
  }

  async #openNow(): Promise<Session> {
    try {
      this.#session = await openSession(this.#path, this.#options);
      return this.#session;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  #opened(): Session {
    if (!this.#session) throw new TypeError('expected an open ledger: call open() first');
    return this.#session;
  }

  #tell(records: readonly LedgerRecord[]): void {
    for (const listener of this.#listeners) queueMicrotask(() => listener(records));
  }
}

interface RecordRange {
  readonly from: number;
  readonly end: number;
}

async function* readRecords(
  handle: FileHandle,
  { from, end }: RecordRange,
): AsyncGenerator<LedgerRecord> {
  let seq = 0;
  for await (const { lines } of readLines(handle, { end })) {
    for (const line of lines) {
      const parsed = seq++ < from ? undefined : parseLine(line);
      if (parsed === undefined) continue;
      if ('code' in parsed) throw brokenAt({ ...parsed, seq: seq - 1 });
      yield parsed.record;
    }
  }
}

function closed(): LedgerError {
  return new LedgerError('LEDGER_CLOSED', 'the ledger is closed: make another to append more');
}
