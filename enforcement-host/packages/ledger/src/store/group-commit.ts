import { messageOf } from '@axtary/core';

import { leafHash } from '../record/chain.js';
import { checkpointPayload, CheckpointVerifier, parseCheckpointKey } from '../record/checkpoint.js';
import type { CheckpointSigner } from '../record/checkpoint.js';
import { LedgerError } from '../errors.js';
import type { AppendOnlyFile } from './file.js';
import { prepare, type PreparedEntry } from '../record/prepare.js';
import type { LedgerRecord, RecordPlace } from '../record/records.js';
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
  readonly signer: CheckpointSigner | undefined;
  readonly every: CheckpointEvery;
  /** Records after the last checkpoint of the file. */
  readonly unsigned: number;
  /** Called with records once they are durable, before the appends that wait for them go on. */
  readonly onCommit: (records: readonly LedgerRecord[]) => void;
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
  readonly #verifier: CheckpointVerifier | undefined;
  #queue: WaitingAppend[] = [];
  #checkpointsAsked: Waiting<LedgerRecord | undefined>[] = [];
  #isBusy = false;
  #isOverdue = false;
  #unsigned: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped: LedgerError | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#unsigned = options.unsigned;
    const { signer } = options;
    this.#verifier = signer && new CheckpointVerifier(parseCheckpointKey(signer));
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
    if (!this.#options.signer) return Promise.resolve(undefined);
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
    } catch (error) {
      const waiting = this.#queue.splice(0);
      for (const { reject } of [...appends, ...asked, ...waiting]) reject(error);
    }
    this.#isBusy = false;
    this.#schedule();
  }

  #take(): readonly WaitingAppend[] {
    let length = 0;
    const over = this.#queue.findIndex(({ entries }) => {
      if (length > MAX_BATCH) return true;
      for (const { bodyText } of entries) length += bodyText.length;
      return false;
    });
    return this.#queue.splice(0, over < 0 ? this.#queue.length : over);
  }

  async #commit(
    appends: readonly WaitingAppend[],
    asked: readonly Waiting<LedgerRecord | undefined>[],
  ): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    const { tail, onCommit } = this.#options;
    const place = tail.nextPlace();
    const checkpoint = await this.#checkpointAt(place, asked.length > 0);
    const entries = appends.flatMap((append) => append.entries);
    if (checkpoint) entries.unshift(checkpoint);
    const draft = tail.draft(entries, place);
    if (draft.records.length > 0) {
      await this.#write(draft);
      this.#count(draft.records);
      onCommit(draft.records);
    }
    let next = checkpoint ? 1 : 0;
    for (const { resolve } of asked) resolve(checkpoint && draft.records[0]);
    for (const { resolve, entries: own } of appends) {
      resolve(draft.records.slice(next, (next += own.length)));
    }
  }

  async #write(draft: Draft): Promise<void> {
    const { file, tail } = this.#options;
    try {
      file.assertUnchanged();
    } catch (error) {
      throw this.#stop(error);
    }
    try {
      await file.append(Buffer.from(draft.text));
    } catch (cause) {
      await this.#restore();
      const message = `not appended, the disk refused it: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
    }
    tail.advance(draft);
  }

  async #restore(): Promise<void> {
    const { file, tail } = this.#options;
    const { head, size, lastLineBytes } = tail.mark;
    try {
      await file.restore();
      const line = Buffer.from(await file.readTail(lastLineBytes)).toString('utf8');
      if (size > 0 && leafHash(line.slice(0, -1)) !== head) {
        throw new LedgerError('LEDGER_CHAIN_BROKEN', 'the last record changed', { seq: size - 1 });
      }
    } catch (error) {
      throw this.#stop(error);
    }
  }

  #stop(cause: unknown): LedgerError {
    this.stopTimer();
    const message = `nothing more is appended until the ledger is opened anew: ${messageOf(cause)}`;
    this.#stopped =
      cause instanceof LedgerError
        ? cause
        : new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
    return this.#stopped;
  }

  async #checkpointAt(place: RecordPlace, isAsked: boolean): Promise<PreparedEntry | undefined> {
    const { signer, every } = this.#options;
    const isDue = isAsked || this.#isOverdue || this.#unsigned >= every.records;
    if (!signer || !this.#verifier || this.#unsigned === 0 || !isDue) return undefined;
    const payloadText = checkpointPayload(place);
    const jws = await sign(signer, payloadText);
    // What a signer returns goes into the chain for good, so a wrong one is noticed here.
    const problem = this.#verifier.problemOf(jws, payloadText);
    if (problem !== undefined) throw new LedgerError('LEDGER_CHECKPOINT_FAILED', problem);
    return prepare({ type: 'checkpoint', body: { jws } });
  }

  #count(records: readonly LedgerRecord[]): void {
    const isSigned = records[0]?.type === 'checkpoint';
    this.#unsigned = isSigned ? records.length - 1 : this.#unsigned + records.length;
    if (isSigned) {
      this.stopTimer();
      this.#isOverdue = false;
    }
    this.#startTimer();
  }

  #startTimer(): void {
    const { signer, every } = this.#options;
    if (!signer || this.#unsigned === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      // A signer that fails now fails the next append, which is where somebody listens.
      this.#isOverdue = true;
      this.checkpoint().catch(() => undefined);
    }, every.milliseconds).unref();
  }
}

async function sign(signer: CheckpointSigner, payloadText: string): Promise<string> {
  try {
    return await signer.signCheckpoint(payloadText);
  } catch (cause) {
    const message = `a checkpoint is due and could not be signed: ${messageOf(cause)}`;
    throw new LedgerError('LEDGER_CHECKPOINT_FAILED', message, { cause });
  }
}
