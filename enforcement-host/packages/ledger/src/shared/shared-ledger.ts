import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import { newId } from '@axtary/core/digest';
import { createFolder } from '@axtary/core/durable-files';

import { LedgerError } from '../errors.js';
import type { Ledger } from '../ledger.js';
import { prepareEntry } from '../record/prepare.js';
import type { LedgerEntry, LedgerRecord } from '../record/records.js';
import { LocalJsonlLedger, type LocalJsonlLedgerOptions } from '../store/local-ledger.js';
import { assertAddressable, socketAddress } from './address.js';
import { Forwarder } from './forwarder.js';
import type { Link } from './link.js';
import { assertForwardable } from './messages.js';
import { earliest, PendingAppend } from './pending-append.js';
import { Writer } from './writer.js';

/**
 * As for `LocalJsonlLedger`, and the same in every process: whichever writes uses its own. So what
 * keeps records in memory or is called with them only sees them in the process that writes.
 */
export interface SharedJsonlLedgerOptions extends LocalJsonlLedgerOptions {
  /**
   * Milliseconds to look for a writer, while something holds the lock and does not listen. Default:
   * 10,000.
   */
  readonly patience?: number;
}

const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/**
 * A ledger of several processes on one machine. The one that holds the lock writes; the others
 * forward to it over a Unix socket beside the ledger, or a named pipe on Windows. When the writer
 * closes or dies, one of the others writes on.
 *
 * An append is made exactly once, also where its writer dies before it answers: it is sent to the
 * next writer, which looks for it first. Where the crash tore the write, only the first of its
 * records may be there; the others follow then, after the record of the recovery. Two entries
 * without sealed members that are equal, from two processes whose writer died, cannot be told apart:
 * one record may then answer for both.
 */
export class SharedJsonlLedger implements Ledger {
  readonly #path: string;
  readonly #options: LocalJsonlLedgerOptions;
  readonly #patience: number;
  readonly #name = newId('forwarder');
  readonly #pending = new Map<number, PendingAppend>();
  #local: LocalJsonlLedger;
  #made = 0;
  #link: Link | undefined;
  #joining: Promise<Link> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws TypeError for a path that is too long for a socket; as `LocalJsonlLedger`. */
  constructor(path: string, { patience, ...options }: SharedJsonlLedgerOptions = {}) {
    assertAddressable(path);
    this.#path = path;
    this.#options = options;
    this.#patience = patience ?? PATIENCE_MS;
    this.#local = new LocalJsonlLedger(path, options);
  }

  /** Whether this process writes now. */
  get isWriter(): boolean {
    return this.#link?.isWriter ?? false;
  }

  /**
   * Finds the writer, or becomes it.
   *
   * @throws LedgerError `LEDGER_LOCKED` if what holds the lock does not listen; as
   * `LocalJsonlLedger.open`. It may be called again then.
   */
  async open(): Promise<void> {
    if (this.#closing) throw closed();
    if (!this.#link) await this.#join();
  }

  /**
   * As `LocalJsonlLedger.append`, by whichever process writes. All entries together may have about
   * 4 MiB.
   *
   * @throws LedgerError as `open`, or as the writer does. Where the writer died and no other could
   * be found, or a retry was refused, the entries may be in the ledger.
   */
  async append(entries: readonly LedgerEntry[]): Promise<readonly LedgerRecord[]> {
    const prepared = entries.map(prepareEntry);
    assertForwardable(prepared);
    if (this.#closing) throw closed();
    const append = new PendingAppend(this.#made++, prepared);
    this.#pending.set(append.id, append);
    if (this.#link) this.#link.send(append);
    // Where that fails, it fails the append.
    else this.#join().catch(() => undefined);
    try {
      return await append.records;
    } finally {
      this.#pending.delete(append.id);
    }
  }

  /**
   * Waits for what was appended. The writer signs what is unsigned, and hands over to another
   * process. Nothing can be appended afterwards.
   *
   * @throws LedgerError as `LocalJsonlLedger.close`.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#pending.values()].map(({ records }) => records));
    await this.#joining?.catch(() => undefined);
    await this.#link?.close();
  }

  #join(pause = 0): Promise<Link> {
    this.#joining ??= this.#joinNow(pause);
    return this.#joining;
  }

  async #joinNow(pause: number): Promise<Link> {
    try {
      if (pause > 0) await delay(pause);
      const link = await this.#findLink();
      this.#link = link;
      for (const append of this.#pending.values()) link.send(append);
      void link.lost.then(({ wasOfUse }) => this.#lose(link, wasOfUse));
      return link;
    } catch (error) {
      for (const append of this.#pending.values()) append.reject(error);
      throw error;
    } finally {
      this.#joining = undefined;
    }
  }

  #lose(link: Link, wasOfUse: boolean): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    if (this.#closing && this.#pending.size === 0) return;
    this.#join(wasOfUse ? 0 : LONGEST_PAUSE_MS).catch(() => undefined);
  }

  async #findLink(): Promise<Link> {
    await createFolder(dirname(this.#path));
    const address = await socketAddress(this.#path);
    const until = performance.now() + this.#patience;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const since = earliest(this.#pending.values());
      const left = Math.max(1, until - performance.now());
      const options = { name: this.#name, since, patience: left };
      const forwarder = await Forwarder.connect(address, options);
      if (forwarder) return forwarder;
      try {
        return await this.#claim(address, since);
      } catch (error) {
        if (!isLocked(error) || performance.now() >= until) throw error;
      }
      await delay(pause);
    }
  }

  async #claim(address: string, since: number | undefined): Promise<Link> {
    const local = this.#local;
    await local.open();
    // It is closed where it cannot be shared.
    this.#local = new LocalJsonlLedger(this.#path, this.#options);
    return Writer.open(local, { path: this.#path, address, since });
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof LedgerError && error.code === 'LEDGER_LOCKED';
}

function closed(): LedgerError {
  return new LedgerError('LEDGER_CLOSED', 'the ledger was closed: nothing can be appended');
}
