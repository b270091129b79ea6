import { createConnection, type Socket } from 'node:net';

import { LedgerError } from '../errors.js';
import type { Link } from './link.js';
import {
  appendRequest,
  forwarderHello,
  MAX_MESSAGE_BYTES,
  placedRecords,
  readAnswer,
  readWriterHello,
} from './messages.js';
import type { PendingAppend } from './pending-append.js';
import { readSocketLines, sendLine } from './socket-lines.js';

interface ForwarderOptions {
  /** Names this process to writers. */
  readonly name: string;
  /** The smallest size from which on an append may be in the ledger that was sent before. */
  readonly since: number | undefined;
  /** Milliseconds that a writer may take to greet. */
  readonly patience: number;
}

/** The connection of a process to the writer of a shared ledger. */
export class Forwarder implements Link {
  readonly isWriter = false;
  readonly lost: Link['lost'];
  readonly #socket: Socket;
  readonly #queue: PendingAppend[] = [];
  readonly #unanswered = new Map<number, PendingAppend>();
  /** Records that are known to be durable. */
  #size: number;
  #wasOfUse = false;

  private constructor(socket: Socket, lines: AsyncIterable<string>, size: number) {
    this.#socket = socket;
    this.#size = size;
    socket.on('drain', () => this.#flush());
    socket.unref();
    this.lost = this.#read(lines);
  }

  /**
   * Connects to the writer; `undefined` where there is none.
   *
   * @throws LedgerError `LEDGER_LOCKED` if the writer speaks another version.
   */
  static async connect(
    address: string,
    { name, since, patience }: ForwarderOptions,
  ): Promise<Forwarder | undefined> {
    const socket = createConnection(address);
    // What fails here ends the connection, and `lost` says so.
    socket.on('error', () => undefined);
    const timer = setTimeout(() => socket.destroy(), patience);
    try {
      const lines = readSocketLines(socket, MAX_MESSAGE_BYTES);
      const first = await lines.next();
      if (first.done) return undefined;
      const forwarder = new Forwarder(socket, lines, readWriterHello(first.value));
      sendLine(socket, forwarderHello(name, since));
      return forwarder;
    } catch (error) {
      socket.destroy();
      if (error instanceof LedgerError) throw error;
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  send(append: PendingAppend): void {
    this.#queue.push(append);
    // An append that waits keeps the process alive; a connection alone does not.
    this.#socket.ref();
    this.#flush();
  }

  close(): Promise<void> {
    this.#socket.destroySoon();
    return this.lost.then(() => undefined);
  }

  #flush(): void {
    while (!this.#socket.writableNeedDrain) {
      const append = this.#queue.shift();
      if (!append) return;
      this.#unanswered.set(append.id, append);
      sendLine(this.#socket, appendRequest(append));
      append.since ??= this.#size;
    }
  }

  async #read(lines: AsyncIterable<string>): Promise<{ readonly wasOfUse: boolean }> {
    try {
      for await (const line of lines) this.#take(line);
    } catch {
      // Whatever it is, the answers that are missing do not come this way.
    }
    this.#socket.destroy();
    return { wasOfUse: this.#wasOfUse };
  }

  #take(line: string): void {
    const answer = readAnswer(line);
    if ('size' in answer) {
      this.#size = Math.max(this.#size, answer.size);
      return;
    }
    const append = this.#unanswered.get(answer.id);
    if (!append) throw new RangeError('an answer to nothing that was asked');
    if ('error' in answer) {
      const { code, message, seq } = answer.error;
      append.reject(new LedgerError(code, message, seq === undefined ? {} : { seq }));
    } else {
      const records = placedRecords(append.entries, answer);
      this.#size = Math.max(this.#size, (records.at(-1)?.seq ?? -1) + 1);
      append.resolve(records);
    }
    this.#wasOfUse = true;
    this.#unanswered.delete(answer.id);
    if (this.#unanswered.size === 0 && this.#queue.length === 0) this.#socket.unref();
  }
}
