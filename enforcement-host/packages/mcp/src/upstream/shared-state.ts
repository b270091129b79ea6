import type { JsonObject } from '@axtary/core';
import { LoggingLevelSchema, type LoggingLevel } from '@modelcontextprotocol/sdk/types.js';

type Send = (method: string, params: JsonObject) => Promise<unknown>;

const LEVELS = LoggingLevelSchema.options;

/** True where a message of this level passes a threshold. */
export function passesLevel(level: LoggingLevel, threshold: LoggingLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}

/**
 * What sessions asked of one server that outlives a request: resource subscriptions and the log
 * level. They share a connection, so the server is told of the first and the last subscriber, and
 * of the most talkative level.
 */
export class SharedState {
  readonly #send: Send;
  readonly #subscribers = new Map<string, Set<object>>();
  readonly #levels = new Map<object, LoggingLevel>();

  constructor(send: Send) {
    this.#send = send;
  }

  async subscribe(session: object, uri: string): Promise<void> {
    const known = this.#subscribers.get(uri);
    if (!known) await this.#send('resources/subscribe', { uri });
    const subscribers = this.#subscribers.get(uri) ?? new Set();
    this.#subscribers.set(uri, subscribers.add(session));
  }

  async unsubscribe(session: object, uri: string): Promise<void> {
    const subscribers = this.#subscribers.get(uri);
    subscribers?.delete(session);
    if (subscribers && subscribers.size > 0) return;
    this.#subscribers.delete(uri);
    await this.#send('resources/unsubscribe', { uri });
  }

  isSubscribed(session: object, uri: string): boolean {
    return this.#subscribers.get(uri)?.has(session) ?? false;
  }

  async setLevel(session: object, level: LoggingLevel): Promise<void> {
    const before = this.#level();
    this.#levels.set(session, level);
    const after = this.#level() ?? level;
    if (after !== before) await this.#send('logging/setLevel', { level: after });
  }

  levelOf(session: object): LoggingLevel | undefined {
    return this.#levels.get(session);
  }

  /** Forgets a session that ended. */
  leave(session: object): void {
    this.#levels.delete(session);
    for (const [uri, subscribers] of this.#subscribers) {
      if (!subscribers.has(session)) continue;
      // The server may be gone, and then forgot the subscription itself.
      this.unsubscribe(session, uri).catch(() => undefined);
    }
  }

  /** Tells a server that was started again what its predecessor knew, as far as it will hear it. */
  restore(): void {
    const level = this.#level();
    if (level) this.#send('logging/setLevel', { level }).catch(() => undefined);
    for (const uri of this.#subscribers.keys()) {
      this.#send('resources/subscribe', { uri }).catch(() => undefined);
    }
  }

  #level(): LoggingLevel | undefined {
    return LEVELS.find((level) => [...this.#levels.values()].includes(level));
  }
}
