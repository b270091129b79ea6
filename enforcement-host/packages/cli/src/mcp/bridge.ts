import { setTimeout as delay } from 'node:timers/promises';

import { messageOf } from '@axtary/core';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type InitializeRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

import { errorAnswer, requestIdIn, type ErrorAnswer } from './messages.js';
import { createSocketFetch, GatewayRefusal, type SocketFetch } from './socket-fetch.js';

export interface BridgeOptions {
  readonly socketPath: string;
  /** Of the MCP server behind the gateway; only its path matters. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Takes what goes to the client. */
  readonly deliver: (message: JSONRPCMessage | ErrorAnswer) => void;
  readonly warn: (text: string) => void;
  /** When `initialize` is tried again. Default: for about 8 s, for some clients give us only 10. */
  readonly retryAfterMs?: readonly number[];
}

const RETRY_AFTER_MS = [100, 200, 400, 800, 1000, 1000, 1500, 1500, 1500];
const GOODBYE_MS = 1000;
const SESSION_NOT_FOUND = -32_001;
const LOST =
  'the connection to the enforcement host was lost before the answer; ' +
  'the ledger says whether the call was executed';

/**
 * Sends the messages of one stdio client on to the gateway, unchanged, and its messages back.
 * Every request is answered once: by the gateway, or with an error that says what became of it.
 * Only `initialize` waits for an enforcement host that is not there (yet). A session that the
 * enforcement host no longer knows is opened again before the next request.
 */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #socket: SocketFetch;
  readonly #closing = new AbortController();
  readonly #unanswered = new Set<RequestId>();
  /** What must arrive before anything after it: `initialize` and notifications. */
  #inOrder: Promise<void> = Promise.resolve();
  #session: Session | undefined;
  #greeting: InitializeRequest | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#socket = createSocketFetch({
      socketPath: options.socketPath,
      lastEvent: (body) => lostEvent(requestIdIn(body)),
    });
  }

  /** Takes a message of the client. */
  forward(message: JSONRPCMessage): void {
    if (!isJSONRPCRequest(message)) {
      this.#forgetCancelled(message);
      this.#inOrder = this.#inOrder.then(() => this.#notify(message));
      return;
    }
    this.#unanswered.add(message.id);
    if (isInitializeRequest(message)) {
      this.#greeting = message;
      this.#inOrder = this.#inOrder.then(() => this.#initialize(message));
    } else {
      void this.#inOrder.then(() => this.#request(message));
    }
  }

  /** Ends the session; calls that are under way are cancelled. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.race([this.#session?.end(), delay(GOODBYE_MS, undefined, { ref: false })]);
    await this.#socket.close();
  }

  async #initialize(message: JSONRPCRequest): Promise<void> {
    const { retryAfterMs = RETRY_AFTER_MS } = this.#options;
    for (const wait of [...retryAfterMs, undefined]) {
      try {
        this.#session = this.#open();
        await this.#session.send(message);
        return;
      } catch (error) {
        if (error instanceof GatewayRefusal || wait === undefined) {
          this.#fail(message, error);
          return;
        }
        const goOn = await delay(wait, true, { signal: this.#closing.signal }).catch(() => false);
        if (!goOn) return;
      }
    }
  }

  async #request(message: JSONRPCRequest): Promise<void> {
    const session = this.#session;
    if (!session) {
      this.#fail(message, new Error('expected initialize before any other request'));
      return;
    }
    try {
      await session.send(message).catch(async (error: unknown) => {
        if (!isSessionGone(error)) throw error;
        // Refused, so nothing came of it: it may be sent again.
        await (await this.#renew(session)).send(message);
      });
    } catch (error) {
      this.#fail(message, error);
    }
  }

  async #notify(message: JSONRPCMessage): Promise<void> {
    try {
      await this.#session?.send(message);
    } catch (error) {
      this.#options.warn(`a message was not delivered: ${messageOf(error)}`);
    }
  }

  async #renew(gone: Session): Promise<Session> {
    if (this.#session === gone && this.#greeting) {
      this.#session = this.#open();
      this.#session.greet(this.#greeting);
      await gone.end();
    }
    if (!this.#session) throw new Error('expected initialize before any other request');
    await this.#session.greeted;
    return this.#session;
  }

  #open(): Session {
    const { url, headers, warn } = this.#options;
    const transport = new StreamableHTTPClientTransport(url, {
      fetch: this.#socket.fetch,
      requestInit: { headers: { ...headers } },
    });
    return new Session(transport, { receive: (message) => this.#receive(message), warn });
  }

  #receive(message: JSONRPCMessage): void {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      if (message.id === undefined || !this.#unanswered.delete(message.id)) return;
    }
    this.#options.deliver(message);
  }

  #fail({ id }: JSONRPCRequest, error: unknown): void {
    if (!this.#unanswered.delete(id)) return;
    this.#options.deliver(errorAnswer(id, messageOf(error).replace(/^Axtary: /, '')));
  }

  /** A cancelled request is not answered (MCP 2025-11-25, Cancellation). */
  #forgetCancelled(message: JSONRPCMessage): void {
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'];
    if (typeof id === 'string' || typeof id === 'number') this.#unanswered.delete(id);
  }
}

interface SessionOptions {
  readonly receive: (message: JSONRPCMessage) => void;
  readonly warn: (text: string) => void;
}

const GREETING_ID = 'axtary-greeting';

/** One session with the gateway. */
class Session {
  readonly #transport: StreamableHTTPClientTransport;
  readonly #options: SessionOptions;
  #greeting: PromiseWithResolvers | undefined;
  #awaitsGreeting = false;
  #initializeId: RequestId | undefined;
  #started: Promise<void> | undefined;

  constructor(transport: StreamableHTTPClientTransport, options: SessionOptions) {
    this.#transport = transport;
    this.#options = options;
    transport.onmessage = (message) => this.#receive(message);
    transport.onerror = (error) => options.warn(messageOf(error));
  }

  /** Settles once `greet` has been answered. */
  get greeted(): Promise<void> {
    return this.#greeting?.promise ?? Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (isInitializeRequest(message) && 'id' in message) this.#initializeId = message.id;
    this.#started ??= this.#transport.start();
    await this.#started;
    await this.#transport.send(message);
  }

  /** Opens the session in place of a client that has done so before. */
  greet({ method, params }: InitializeRequest): void {
    const greeting = withResolvers();
    this.#greeting = greeting;
    this.#awaitsGreeting = true;
    // Those who wait see the failure; where nobody waits, the next request meets it again.
    greeting.promise.catch(() => undefined);
    this.send({ jsonrpc: '2.0', id: GREETING_ID, method, params }).catch(greeting.reject);
  }

  async end(): Promise<void> {
    await this.#transport.terminateSession().catch(() => undefined);
    await this.#transport.close();
  }

  #receive(message: JSONRPCMessage): void {
    if ('result' in message && message.id === this.#initializeId) {
      const version = message.result['protocolVersion'];
      if (typeof version === 'string') this.#transport.setProtocolVersion(version);
    }
    if (this.#greeting && this.#awaitsGreeting && 'id' in message && message.id === GREETING_ID) {
      this.#awaitsGreeting = false;
      void this.#greetingAnswered(message, this.#greeting);
    } else {
      this.#options.receive(message);
    }
  }

  async #greetingAnswered(answer: JSONRPCMessage, greeting: PromiseWithResolvers): Promise<void> {
    if ('error' in answer) {
      greeting.reject(new Error(answer.error.message));
      return;
    }
    await this.send({ jsonrpc: '2.0', method: 'notifications/initialized' }).then(
      greeting.resolve,
      greeting.reject,
    );
  }
}

// Promise.withResolvers is not in Node 20.
interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}

function isSessionGone(error: unknown): boolean {
  return (
    error instanceof GatewayRefusal && error.status === 404 && error.rpcCode === SESSION_NOT_FOUND
  );
}

// An event of `text/event-stream` (HTML, Server-sent events): the answer of last resort.
function lostEvent(id: RequestId | undefined): string {
  return id === undefined ? '' : `data: ${JSON.stringify(errorAnswer(id, LOST))}\n\n`;
}
