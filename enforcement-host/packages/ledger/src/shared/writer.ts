import { lstat, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';

import { messageOf } from '@axtary/core';

import { LedgerError } from '../errors.js';
import type { LocalJsonlLedger } from '../store/local-ledger.js';
import { appendOnce } from './append-once.js';
import type { Link } from './link.js';
import type { PendingAppend } from './pending-append.js';
import { RecentRecords } from './recent-records.js';
import { ServedForwarder } from './served-forwarder.js';

/** Forwarders hear of the ledger's size after so many records, so that they need not look far back. */
const TELL_SIZE_EVERY = 256;

interface WriterOptions {
  readonly path: string;
  readonly address: string;
  /** The smallest size from which on an own append may be in the ledger that was sent before. */
  readonly since: number | undefined;
}

/** The process that writes a shared ledger, for itself and for those that connect. */
export class Writer implements Link {
  readonly isWriter = true;
  /** Never: it writes until it is closed. */
  readonly lost: Link['lost'] = new Promise(() => undefined);
  readonly #ledger: LocalJsonlLedger;
  readonly #server: Server;
  readonly #path: string;
  readonly #recent: RecentRecords | undefined;
  readonly #served = new Set<ServedForwarder>();
  readonly #stopTelling: () => void;
  #isClosing = false;

  private constructor(
    ledger: LocalJsonlLedger,
    { path, recent }: { readonly path: string; readonly recent: RecentRecords | undefined },
  ) {
    this.#ledger = ledger;
    this.#path = path;
    this.#recent = recent;
    this.#server = createServer((socket) => {
      if (this.#isClosing) {
        socket.destroy();
        return;
      }
      const served = new ServedForwarder(socket, { ledger, path: this.#path });
      this.#served.add(served);
      socket.once('close', () => this.#served.delete(served));
      void served.serve((by) => this.#supersede(by));
    });
    this.#stopTelling = this.#tellSizes();
  }

  /**
   * Listens for a ledger that is open, and closes it where that fails.
   *
   * @throws LedgerError `LEDGER_UNREADABLE`, `LEDGER_CHAIN_BROKEN`.
   */
  static async open(
    ledger: LocalJsonlLedger,
    { path, address, since }: WriterOptions,
  ): Promise<Writer> {
    try {
      const recent = since === undefined ? undefined : await RecentRecords.read(path, since);
      await removeStale(address);
      const writer = new Writer(ledger, { path, recent });
      await writer.#listen(address);
      return writer;
    } catch (cause) {
      await ledger.close().catch(() => undefined);
      if (cause instanceof LedgerError) throw cause;
      const message = `the ledger cannot be shared: ${messageOf(cause)}`;
      throw new LedgerError('LEDGER_UNREADABLE', message, { cause });
    }
  }

  send(append: PendingAppend): void {
    const recent = append.since === undefined ? undefined : this.#recent;
    appendOnce(this.#ledger, append.entries, recent).then(
      (records) => append.resolve(records),
      (error: unknown) => append.reject(error),
    );
  }

  /** Answers what it has taken, frees the ledger, and then lets go of those that are connected. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopTelling();
    // Removes the socket file as well, while the ledger is still claimed.
    this.#server.close();
    await Promise.all([...this.#served].map((served) => served.stop()));
    try {
      await this.#ledger.close();
    } finally {
      for (const served of this.#served) served.end();
    }
  }

  #listen(address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      // Later ones concern a connection that was not made, and its forwarder tries again.
      this.#server.on('error', reject);
      this.#server.once('listening', () => {
        this.#server.unref();
        resolve();
      });
      listenPrivately(this.#server, address);
    });
  }

  // A forwarder has come back: what it sent before is settled or will never be taken, so that what
  // it sends again is not under way.
  async #supersede(by: ServedForwarder): Promise<void> {
    const earlier = [...this.#served].filter(
      (served) => served !== by && served.forwarder === by.forwarder,
    );
    await Promise.all(earlier.map((served) => served.stop()));
    for (const served of earlier) served.end();
  }

  #tellSizes(): () => void {
    let told = 0;
    return this.#ledger.onAppend((records) => {
      const size = (records.at(-1)?.seq ?? 0) + 1;
      if (size - told < TELL_SIZE_EVERY) return;
      told = size;
      for (const served of this.#served) served.tellSize(size);
    });
  }
}

/** The socket file that a writer left which was killed. Only who holds the lock may call it. */
async function removeStale(address: string): Promise<void> {
  if (process.platform === 'win32') return;
  const stat = await lstat(address).catch(() => undefined);
  if (stat && !stat.isSocket()) throw new TypeError('what is at its socket path is no socket');
  await rm(address, { force: true });
}

function listenPrivately(server: Server, address: string): void {
  // `exclusive`: a cluster worker would otherwise share the primary's handle.
  const options = { path: address, exclusive: true };
  // The file is made in the call, so that there is no moment in which others may connect. A worker
  // thread cannot set the mask, and relies on the folder.
  const mask = isMainThread ? process.umask(0o177) : undefined;
  try {
    server.listen(options);
  } finally {
    if (mask !== undefined) process.umask(mask);
  }
}
