import { readFile } from 'node:fs/promises';

import { messageOf } from '@axtary/core';
import { replaceFile } from '@axtary/core/durable-files';

import { LedgerError } from '../errors.js';
import type { LedgerHead } from '../ledger.js';
import { headSchema } from '../record/bodies.js';
import type { LedgerRecord } from '../record/records.js';

/**
 * Keeps the last signed head of a ledger apart from it, so that one that went backwards or vanished
 * is noticed when it is opened.
 */
export interface HeadStore {
  /** @throws LedgerError `LEDGER_UNREADABLE`: what was kept is not known, so nothing is opened. */
  load(): Promise<LedgerHead | undefined>;
  /** Replaces what was kept, durably. */
  save(head: LedgerHead): Promise<void>;
}

/** A head in a file of this account, which should not lie in the ledger's own folder. */
export class LocalHeadStore implements HeadStore {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<LedgerHead | undefined> {
    try {
      return headSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
      const message = `the kept head of the ledger cannot be read: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_UNREADABLE', message, { cause });
    }
  }

  save({ log, size, head }: LedgerHead): Promise<void> {
    return replaceFile(this.#file, `${JSON.stringify({ log, size, head })}\n`);
  }
}

/** Keeps the head of every checkpoint, one write at a time and the latest only, holding up nothing. */
export class HeadKeeper {
  readonly #store: HeadStore;
  #latest: LedgerHead | undefined;
  #writing: Promise<void> | undefined;

  constructor(store: HeadStore) {
    this.#store = store;
  }

  note(records: readonly LedgerRecord[]): void {
    const last = records.at(-1);
    if (!last || !records.some(({ type }) => type === 'checkpoint')) return;
    // Of the record before the last, as the last one names it: its own hash is not at hand.
    if (last.seq === 0) return;
    this.#latest = { log: last.log, size: last.seq, head: last.prev };
    this.#writing ??= this.#write()
      // It is kept for the next checkpoint, or for `settled`, which says what is wrong.
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /**
   * Resolves when the latest head is kept.
   *
   * @throws LedgerError `LEDGER_WRITE_FAILED`.
   */
  async settled(): Promise<void> {
    await this.#writing;
    try {
      await this.#write();
    } catch (cause) {
      const message = `the head of the ledger cannot be kept: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
    }
  }

  async #write(): Promise<void> {
    for (let head = this.#latest; head; head = this.#latest) {
      await this.#store.save(head);
      if (this.#latest === head) this.#latest = undefined;
    }
  }
}
