import type { Socket } from 'node:net';

import type { LocalJsonlLedger } from '../store/local-ledger.js';
import { appendOnce } from './append-once.js';
import {
  errorAnswer,
  MAX_MESSAGE_BYTES,
  MAX_UNANSWERED,
  openEntry,
  readForwarderHello,
  readRequest,
  recordsAnswer,
  writerHello,
  type AppendRequest,
  type WriterAnswer,
} from './messages.js';
import { RecentRecords } from './recent-records.js';
import { drained, readSocketLines, sendLine } from './socket-lines.js';

/** One connection to a process that forwards to this one. */
export class ServedForwarder {
  readonly #socket: Socket;
  readonly #ledger: LocalJsonlLedger;
  readonly #path: string;
  readonly #underWay = new Set<Promise<void>>();
  #forwarder: string | undefined;
  #recent: RecentRecords | undefined;
  #unanswered = 0;
  #isOver = false;

  constructor(
    socket: Socket,
    { ledger, path }: { readonly ledger: LocalJsonlLedger; readonly path: string },
  ) {
    this.#socket = socket;
    this.#ledger = ledger;
    this.#path = path;
    // What fails here ends the connection, and the forwarder sends again what has no answer.
    socket.on('error', () => undefined);
    socket.unref();
  }

  /** Who is at the other end, once that has said it. */
  get forwarder(): string | undefined {
    return this.#forwarder;
  }

  /**
   * Answers what comes until the connection ends. A message that is none ends it.
   *
   * @param supersede ends earlier connections of the same forwarder.
   */
  async serve(supersede: (by: ServedForwarder) => Promise<void>): Promise<void> {
    sendLine(this.#socket, writerHello(this.#ledger.head().size));
    try {
      const lines = readSocketLines(this.#socket, MAX_MESSAGE_BYTES);
      const first = await lines.next();
      if (first.done) return;
      const { forwarder, since } = readForwarderHello(first.value);
      this.#forwarder = forwarder;
      await supersede(this);
      if (since !== undefined) this.#recent = await RecentRecords.read(this.#path, since);
      await this.#serveRequests(lines);
    } catch {
      this.#socket.destroy();
    }
  }

  async #serveRequests(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      // Read, but not acted on: it will be sent to the next writer.
      if (this.#isOver) return;
      this.#take(readRequest(line), line.length);
      while (this.#unanswered > MAX_UNANSWERED) await Promise.race(this.#underWay);
      await drained(this.#socket);
    }
  }

  #take(request: AppendRequest, weight: number): void {
    this.#unanswered += weight;
    const work = this.#answer(request).then((answer) => {
      this.#unanswered -= weight;
      this.#underWay.delete(work);
      sendLine(this.#socket, answer);
    });
    this.#underWay.add(work);
  }

  async #answer({ id, again, entries }: AppendRequest): Promise<WriterAnswer> {
    try {
      const opened = entries.map(openEntry);
      return recordsAnswer(id, await appendOnce(this.#ledger, opened, again && this.#recent));
    } catch (error) {
      return errorAnswer(id, error);
    }
  }

  /** Says how long the ledger is, unless that would have to wait. */
  tellSize(size: number): void {
    if (this.#socket.writable && !this.#socket.writableNeedDrain) sendLine(this.#socket, { size });
  }

  /** Acts on no further request; resolves when those before are answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#underWay);
  }

  /** Ends the connection after what was answered. */
  end(): void {
    this.#isOver = true;
    this.#socket.destroySoon();
  }
}
