import { systemClock, type Clock } from '@axtary/core';

import { LedgerError } from '../errors.js';
import type { EpochKeys } from '../keys/epoch-keys.js';
import type {
  AcceptedGap,
  AppendListener,
  Ledger,
  LedgerHead,
  OpenReport,
  ReadOptions,
} from '../ledger.js';
import {
  parseCheckpointKey,
  type LedgerArtifact,
  type LedgerSigner,
} from '../record/checkpoint.js';
import { prepareEntry, type PreparedEntry } from '../record/prepare.js';
import type { IntentBody, LedgerEntry, LedgerRecord } from '../record/records.js';
import type { CheckpointEvery } from './group-commit.js';
import { HeadKeeper, type HeadStore } from './head-store.js';
import type { Projection } from './projection.js';
import { readLedger } from './read-ledger.js';
import type { ScannedEntry } from './scan.js';
import { openSession, type Session, type SessionOptions } from './session.js';

export interface LocalJsonlLedgerOptions {
  readonly clock?: Clock;
  /** Name and version of what writes; kept in the genesis. */
  readonly software?: string;
  /** Signs checkpoints with one key for ever. Without it and `epochs` nothing is signed. */
  readonly signer?: LedgerSigner;
  /** Signs checkpoints with keys that are destroyed when the next one has followed. */
  readonly epochs?: EpochKeys;
  /** 100 records and 60,000 ms by default. */
  readonly checkpointEvery?: CheckpointEvery;
  /** Bytes from which on the file is sealed and another begun. Default: 16 MiB. */
  readonly rotateAt?: number;
  /** Where the last signed head is kept. Default: nowhere, so a ledger that shrank is not noticed. */
  readonly heads?: HeadStore;
  /** What is kept in memory of the records; complete when `open` returns. */
  readonly projections?: readonly Projection[];
  /** Called while opening with each record of the file that is written, and where its lines are. */
  readonly onActive?: (entry: ScannedEntry) => void;
  /** Called when the file has become a sealed segment, with its path. */
  readonly onSealed?: (segment: string) => void;
  /** Called when appending fails, and with `undefined` when it works again. */
  readonly onHealth?: (fault: LedgerError | undefined) => void;
}

const ROTATE_AT = 16 * 1024 * 1024;

/** As `LocalJsonlLedger.append`, for entries that are prepared. Only for this package. */
export let appendPrepared: (
  ledger: LocalJsonlLedger,
  entries: readonly PreparedEntry[],
) => Promise<readonly LedgerRecord[]>;

/**
 * A ledger on this machine's disk, one JSON line a record: a file, and segments of it that are
 * sealed. One writer at a time, by a lock that a crash frees; appends that wait together share one
 * write and one `fdatasync`.
 */
export class LocalJsonlLedger implements Ledger {
  readonly #path: string;
  readonly #options: SessionOptions;
  readonly #heads: HeadKeeper | undefined;
  readonly #listeners = new Set<AppendListener>();
  #opening: Promise<Session> | undefined;
  #session: Session | undefined;
  #closing: Promise<void> | undefined;

  static {
    appendPrepared = (ledger, entries) => ledger.#append(entries);
  }

  /** @throws TypeError if the signer's key is not P-256, or its `kid` not the thumbprint. */
  constructor(path: string, options: LocalJsonlLedgerOptions = {}) {
    if (options.signer) parseCheckpointKey(options.signer);
    if (options.signer && options.epochs) throw new TypeError('a signer or epochs, not both');
    this.#path = path;
    this.#heads = options.heads && new HeadKeeper(options.heads);
    this.#options = {
      clock: options.clock ?? systemClock,
      software: options.software ?? '@axtary/ledger',
      signer: options.signer,
      epochs: options.epochs,
      every: options.checkpointEvery ?? { records: 100, milliseconds: 60_000 },
      rotateAt: options.rotateAt ?? ROTATE_AT,
      heads: options.heads,
      projections: options.projections ?? [],
      onCommit: (records) => this.#tell(records),
      onHealth: options.onHealth ?? (() => undefined),
      onActive: options.onActive,
      onSealed: options.onSealed,
    };
  }

  /**
   * Claims the ledger and checks the chain of the file that is written, and that it goes on from
   * the last sealed segment and the head that was kept; creates it, and folders above it, where
   * missing. Cuts off an unfinished end, and records that. Later calls return the first report.
   *
   * @param accepted lets it go on although it is not the one whose head was kept; what could not
   *   be read is put aside then. That is recorded.
   * @throws LedgerError `LEDGER_LOCKED`, `LEDGER_CHAIN_BROKEN` (with `seq`), `LEDGER_UNREADABLE`,
   * `LEDGER_MISSING` or `LEDGER_WENT_BACK` (with `expected`), `LEDGER_WRITE_FAILED`,
   * `LEDGER_CLOSED`, or `LEDGER_CHECKPOINT_FAILED` if the key is not here that the ledger names. It
   * may be called again then.
   */
  async open(accepted?: AcceptedGap): Promise<OpenReport> {
    return (await this.#open(accepted)).report;
  }

  /**
   * Appends, opening the ledger first where needed. The records hold the bodies that were given,
   * with free text cut to 4,096 characters.
   *
   * @throws LedgerError as `open`, or `LEDGER_RECORD_REFUSED`; then none of the entries is in the
   * ledger. After `LEDGER_WRITE_FAILED` and `LEDGER_CHECKPOINT_FAILED` it may be tried again.
   */
  async append(entries: readonly LedgerEntry[]): Promise<readonly LedgerRecord[]> {
    return this.#append(entries.map(prepareEntry));
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
    const { tail } = await this.#open();
    let left = limit ?? Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    for await (const record of readLedger(this.#path, { from, to: tail.mark.size })) {
      if (types !== undefined && !types.includes(record.type)) continue;
      yield record;
      if (--left <= 0) return;
    }
  }

  /**
   * Signs an artifact with the key that signs checkpoints now.
   *
   * @throws LedgerError `LEDGER_CHECKPOINT_FAILED` where nothing signs; as `open`.
   */
  async sign(artifact: LedgerArtifact, payloadText: string): Promise<string> {
    const { signing } = await this.#open();
    if (signing) return signing.signer.sign(artifact, payloadText);
    throw new LedgerError('LEDGER_CHECKPOINT_FAILED', 'this ledger is not signed');
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
   * @throws LedgerError if the last checkpoint could not be written, or its head not be kept.
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
      await this.#heads?.settled();
    } finally {
      session.commit.stopTimer();
      await session.release();
    }
  }

  async #append(entries: readonly PreparedEntry[]): Promise<readonly LedgerRecord[]> {
    if (this.#closing) throw closed();
    const { commit } = this.#session ?? (await this.#open());
    return commit.append(entries);
  }

  #open(accepted?: AcceptedGap): Promise<Session> {
    if (this.#closing) return Promise.reject(closed());
    this.#opening ??= this.#openNow(accepted);
    return this.#opening;
  }

  async #openNow(accepted: AcceptedGap | undefined): Promise<Session> {
    try {
      this.#session = await openSession(this.#path, this.#options, accepted);
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
    this.#heads?.note(records);
    for (const listener of this.#listeners) queueMicrotask(() => listener(records));
  }
}

function closed(): LedgerError {
  return new LedgerError('LEDGER_CLOSED', 'the ledger was closed: nothing can be appended');
}
