import type { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';

import type { Timer } from '../timer.js';
import type { Session } from './session.js';

const IDLE_MS = 30 * 60 * 1000;

/** A session that is reached over HTTP. */
export interface HttpSession {
  readonly id: string;
  readonly session: Session;
  readonly transport: WebStandardStreamableHTTPServerTransport;
}

interface Entry {
  readonly http: HttpSession;
  open: number;
  cancelIdle: (() => void) | undefined;
}

/**
 * Sessions over HTTP, so many at most. One without an open answer ends after 30 minutes; where
 * there is no room, the one that has been idle longest gives way. Its client is answered 404 and
 * greets anew, as MCP has it.
 */
export class HttpSessions {
  readonly #limit: number;
  readonly #timer: Timer;
  // In the order of last use.
  readonly #entries = new Map<string, Entry>();

  constructor(limit: number, timer: Timer) {
    this.#limit = limit;
    this.#timer = timer;
  }

  get(id: string): HttpSession | undefined {
    return this.#entries.get(id)?.http;
  }

  /** True where a session can be added; makes room if it can. */
  async hasRoom(): Promise<boolean> {
    if (this.#entries.size < this.#limit) return true;
    const idle = [...this.#entries.values()].find((entry) => entry.open === 0);
    if (!idle) return false;
    await this.#end(idle);
    return true;
  }

  add(http: HttpSession): void {
    this.#entries.set(http.id, { http, open: 0, cancelIdle: undefined });
  }

  remove(id: string): void {
    this.#entries.get(id)?.cancelIdle?.();
    this.#entries.delete(id);
  }

  /** Marks an answer as open; the result marks it as over. */
  use(id: string): () => void {
    const entry = this.#entries.get(id);
    if (!entry) return () => undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    entry.open++;
    entry.cancelIdle?.();
    entry.cancelIdle = undefined;
    return () => {
      if (--entry.open > 0 || !this.#entries.has(id)) return;
      entry.cancelIdle = this.#timer.after(IDLE_MS, () => void this.#end(entry));
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#end(entry)));
  }

  async #end({ http }: Entry): Promise<void> {
    this.remove(http.id);
    await http.session.close();
  }
}
