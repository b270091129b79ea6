import { messageOf } from '@axtary/core';

import { LedgerError } from '../errors.js';
import { leafHash } from '../record/line.js';
import { prepare, type PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord, RecordContent, RecordPlace } from '../record/records.js';
import type { AppendOnlyFile } from './file.js';
import type { Signing } from './signing.js';
import type { Draft, Tail } from './tail.js';

/** When a checkpoint is due; it is written with the next append, or alone when time is up. */
export interface CheckpointEvery {
  /** Unsigned records. */
  readonly records: number;
  /** Age of the oldest unsigned record. */
  readonly milliseconds: number;
}

export interface GroupCommitOptions {
  readonly file: AppendOnlyFile;
  readonly tail: Tail;
  /** Absent where nothing is signed. */
  readonly signing: Signing | undefined;
  readonly every: CheckpointEvery;
  /** Bytes of the file from which on it is sealed. */
  readonly rotateAt: number;
  /** Seals what is written; the file is empty afterwards. All of it is signed, if anything signs. */
  readonly rotate: () => Promise<void>;
  /** Records after the last checkpoint of the file. */
  readonly unsigned: number;
  /** Called with records once they are durable, before the appends that wait for them go on. */
  readonly onCommit: (records: readonly LedgerRecord[]) => void;
  /** Called when appending fails, and with `undefined` when it works again. */
  readonly onHealth: (fault: LedgerError | undefined) => void;
}

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

interface WaitingAppend extends Waiting<readonly LedgerRecord[]> {
  readonly entries: readonly PreparedEntry[];
}

// UTF-16 units of one batch: bounds memory and the time that its first append waits.
const MAX_BATCH = 4 * 1024 * 1024;

/**
 * Makes appends durable together: what comes while one write is under way goes out as the next,
 * with one write and one fdatasync. Nothing is acknowledged that is not durable.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: WaitingAppend[] = [];
  #checkpointsAsked: Waiting<LedgerRecord | undefined>[] = [];
  #isBusy = false;
  #isOverdue = false;
  #unsigned: number;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing more is appended until the ledger is opened anew. */
  #stopped: LedgerError | undefined;
  /** A write failed, and the file may end in what is left of it. */
  #isTorn = false;
  #fault: LedgerError | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#unsigned = options.unsigned;
    this.#startTimer();
  }

  /** Appends in order of calls. No entries: resolves when all earlier appends are settled. */
  append(entries: readonly PreparedEntry[]): Promise<readonly LedgerRecord[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ entries, resolve, reject });
      this.#schedule();
    });
  }

  /** Signs what is durable. `undefined` if all is signed, or there is no signer. */
  checkpoint(): Promise<LedgerRecord | undefined> {
    if (!this.#options.signing) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#checkpointsAsked.push({ resolve, reject });
      this.#schedule();
    });
  }

  /** Signs no more by time. */
  stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#isBusy) return;
    if (this.#queue.length === 0 && this.#checkpointsAsked.length === 0) return;
    this.#isBusy = true;
    // Not a microtask: all callers that go on in this turn of the event loop share the batch.
    setImmediate(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    const appends = this.#take();
    const asked = this.#checkpointsAsked.splice(0);
    try {
      await this.#commit(appends, asked);
      this.#tell(undefined);
    } catch (error) {
      const waiting = this.#queue.splice(0);
      for (const { reject } of [...appends, ...asked, ...waiting]) reject(error);
      if (error instanceof LedgerError) this.#tell(error);
    }
    this.#isBusy = false;
    this.#schedule();
  }

  #tell(fault: LedgerError | undefined): void {
    if (this.#fault?.message === fault?.message) return;
    this.#fault = fault;
    this.#options.onHealth(fault);
  }

  #take(): readonly WaitingAppend[] {
    let length = 0;
    const over = this.#queue.findIndex(({ entries }) => {
      if (length > MAX_BATCH) return true;
      for (const entry of entries) length += entry.bodyText.length + entry.disclosuresText.length;
      return false;
    });
    return this.#queue.splice(0, over < 0 ? this.#queue.length : over);
  }

  async #commit(
    appends: readonly WaitingAppend[],
    asked: readonly Waiting<LedgerRecord | undefined>[],
  ): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    await this.#prepareFile();
    const { tail } = this.#options;
    const place = tail.nextPlace();
    const checkpoint = await this.#checkpointAt(place, asked.length > 0);
    const entries = appends.flatMap((append) => append.entries);
    if (checkpoint) entries.unshift(prepare(checkpoint));
    const records = entries.length > 0 ? await this.#write(entries, place) : [];
    let next = checkpoint ? 1 : 0;
    for (const { resolve } of asked) resolve(checkpoint && records[0]);
    for (const { resolve, entries: own } of appends) {
      resolve(records.slice(next, (next += own.length)));
    }
  }

  /** What must be in order, or on record, before anything else is appended. */
  async #prepareFile(): Promise<void> {
    const { file, tail, signing, rotateAt } = this.#options;
    if (this.#isTorn) await this.#restore();
    const anomaly = tail.anomaly();
    if (anomaly) await this.#writeAlone(anomaly.content, anomaly.place);
    const isFull = file.size >= rotateAt;
    if (isFull) await this.#rotate();
    if (signing && (isFull || signing.isOver)) await this.#nextEpoch(signing);
  }

  async #rotate(): Promise<void> {
    const { tail, rotate } = this.#options;
    const place = tail.nextPlace();
    const checkpoint = await this.#checkpointAt(place, true);
    if (checkpoint) await this.#writeAlone(checkpoint, place);
    this.#assertUnchanged();
    try {
      await rotate();
    } catch (cause) {
      this.#isTorn = true;
      throw new LedgerError('LEDGER_WRITE_FAILED', `not appended: ${messageOf(cause)}`, { cause });
    }
  }

  async #nextEpoch(signing: Signing): Promise<void> {
    const place = this.#options.tail.nextPlace();
    const next = await signing.next(place);
    if (!next) return;
    await this.#writeAlone(next.content, place);
    await next.begin();
  }

  async #writeAlone(content: RecordContent, place: RecordPlace): Promise<void> {
    await this.#write([prepare(content)], place);
  }

  async #write(
    entries: readonly PreparedEntry[],
    place: RecordPlace,
  ): Promise<readonly LedgerRecord[]> {
    const { file, tail, onCommit } = this.#options;
    this.#assertUnchanged();
    const draft = tail.draft(entries, place);
    try {
      await file.append(Buffer.from(draft.text));
    } catch (cause) {
      this.#isTorn = true;
      await this.#restore();
      const message = `not appended, the disk refused it: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
    }
    tail.advance(draft);
    this.#count(draft);
    onCommit(draft.records);
    return draft.records;
  }

  #assertUnchanged(): void {
    try {
      this.#options.file.assertUnchanged();
    } catch (cause) {
      if (cause instanceof LedgerError) throw this.#stop(cause);
      // Nothing was written yet, so the next turn looks again.
      const message = `not appended, the file cannot be looked at: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
    }
  }

  /** Takes back what a failed write left. Where the disk does not let us, the next turn tries again. */
  async #restore(): Promise<void> {
    const { file, tail } = this.#options;
    const { head, size, lastLineBytes } = tail.mark;
    try {
      await file.restore();
      if (file.size > 0 && size > 0) {
        const line = Buffer.from(await file.readTail(lastLineBytes)).toString('utf8');
        if (leafHash(line.slice(0, -1)) !== head) {
          throw new LedgerError('LEDGER_CHAIN_BROKEN', 'the last record changed', {
            seq: size - 1,
          });
        }
      }
      this.#isTorn = false;
    } catch (cause) {
      if (cause instanceof LedgerError) throw this.#stop(cause);
      const message = `not appended, and the file cannot be restored yet: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
    }
  }

  #stop(fault: LedgerError): LedgerError {
    this.stopTimer();
    this.#stopped = fault;
    return fault;
  }

  async #checkpointAt(place: RecordPlace, isAsked: boolean): Promise<RecordContent | undefined> {
    const { signing, every, tail } = this.#options;
    const isDue = isAsked || this.#isOverdue || this.#unsigned >= every.records;
    if (!signing || this.#unsigned === 0 || !isDue) return undefined;
    return signing.checkpoint(place, tail.root());
  }

  #count({ records }: Draft): void {
    const isSigned = records[0]?.type === 'checkpoint';
    this.#unsigned = isSigned ? records.length - 1 : this.#unsigned + records.length;
    if (isSigned) {
      this.stopTimer();
      this.#isOverdue = false;
    }
    this.#startTimer();
  }

  #startTimer(): void {
    const { signing, every } = this.#options;
    if (!signing || this.#unsigned === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      // A signer that fails now fails the next append, which is where somebody listens.
      this.#isOverdue = true;
      this.checkpoint().catch(() => undefined);
    }, every.milliseconds).unref();
  }
}
