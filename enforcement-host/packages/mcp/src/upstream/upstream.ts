import { messageOf, type Clock, type JsonObject } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { McpError, type Notification } from '@modelcontextprotocol/sdk/types.js';

import { McpGatewayError } from '../errors.js';
import { Backoff } from './backoff.js';
import {
  connect,
  type Connection,
  type RequestOptions,
  type ServerDescription,
} from './connection.js';
import { secretsOf, serverIdentity, type UpstreamDefinition } from './definition.js';
import { SharedState } from './shared-state.js';
import { Tail } from './tail.js';
import { definitionHash, listTools, ToolCatalog, type ToolDefinition } from './tools.js';

export type UpstreamState = 'stopped' | 'starting' | 'ready' | 'failed';

/** How a server fares, for a person. */
export interface UpstreamStatus {
  readonly server: string;
  readonly state: UpstreamState;
  /** What happened and what to do, with the last lines of the server's stderr. */
  readonly message?: string;
}

export interface UpstreamOptions {
  readonly name: string;
  readonly definition: UpstreamDefinition;
  readonly folder: string;
  readonly softwareVersion: string;
  readonly clock: Clock;
  readonly onChange: () => void;
}

const LISTING_MS = 30_000;

type Listener = (notification: Notification) => void;

const LIST_CHANGED = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const;

/** One MCP server: started on first use, shared by all sessions, started anew after its death. */
export class Upstream {
  readonly name: string;
  readonly definition: UpstreamDefinition;
  readonly identity: Sha256;
  readonly shared = new SharedState((method, params) => this.request(method, params));
  readonly #options: UpstreamOptions;
  readonly #backoff: Backoff;
  readonly #catalog: ToolCatalog;
  readonly #listeners = new Set<Listener>();
  readonly #awaited = new Map<string, () => void>();
  #tail: Tail;
  #state: UpstreamState = 'stopped';
  #message: string | undefined;
  #connection: Connection | undefined;
  #starting: Promise<Connection> | undefined;
  #hasRun = false;
  #closed = false;

  constructor(options: UpstreamOptions) {
    this.name = options.name;
    this.definition = options.definition;
    this.identity = serverIdentity(options.definition, options.folder);
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
    this.#tail = new Tail(secretsOf(options.definition));
    this.#catalog = new ToolCatalog(() => listTools((params) => this.#listPage(params)));
  }

  status(): UpstreamStatus {
    const message = this.#message;
    return { server: this.name, state: this.#state, ...(message === undefined ? {} : { message }) };
  }

  onNotification(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back once the call of this action is executed; the result ends it. */
  onExecuting(actionId: string, listener: () => void): () => void {
    this.#awaited.set(actionId, listener);
    return () => this.#awaited.delete(actionId);
  }

  /** Executes a permitted call. */
  async call(actionId: string, params: JsonObject, options: RequestOptions): Promise<JsonObject> {
    this.#awaited.get(actionId)?.();
    return this.request('tools/call', params, options);
  }

  async describe(signal?: AbortSignal): Promise<ServerDescription> {
    return (await this.#ready(signal)).description;
  }

  /** Names of the tools as last listed; none where they are not known at this moment. */
  listedTools(): readonly string[] {
    return [...(this.#catalog.remembered?.keys() ?? [])];
  }

  /** A tool as last listed; with `now`, as the server lists it at this moment. */
  async tool(
    name: string,
    { now, signal }: { readonly now: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<ToolDefinition> {
    const tools = await unlessAborted(now ? this.#catalog.ask() : this.#catalog.known(), signal);
    const definition = tools.get(name);
    if (definition === undefined) throw this.#noTool(name);
    if (definition === 'ambiguous') {
      const message = `the MCP server "${this.name}" lists two tools named ${JSON.stringify(name)}`;
      throw new McpGatewayError('MCP_TOOL_AMBIGUOUS', message);
    }
    return { server: this.name, name, definitionHash: definitionHash(definition), definition };
  }

  /** @throws McpGatewayError; for an error that the server answered, with that as `cause`. */
  async request(
    method: string,
    params: JsonObject | undefined,
    options: RequestOptions = {},
  ): Promise<JsonObject> {
    const connection = await this.#ready(options.signal);
    try {
      return await connection.request(method, params, options);
    } catch (error) {
      throw this.#failure(error, connection, options.signal);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection ?? (await this.#starting?.catch(() => undefined));
    this.#connection = undefined;
    await connection?.close();
    this.#become('stopped', undefined);
  }

  // Listing has no effect: where the server died before it answered, it is simply asked again.
  async #listPage(params: JsonObject | undefined): Promise<JsonObject> {
    const options = { signal: AbortSignal.timeout(LISTING_MS) };
    try {
      return await this.request('tools/list', params, options);
    } catch (error) {
      const wasLost = error instanceof McpGatewayError && error.code === 'MCP_CALL_INTERRUPTED';
      if (!wasLost || options.signal.aborted) throw error;
      return this.request('tools/list', params, options);
    }
  }

  async #ready(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#closed) throw this.#unavailable('Axtary is stopping');
    if (this.#connection) return this.#connection;
    const wait = this.#backoff.wait();
    if (!this.#starting && wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw this.#unavailable(`it failed, and is started again in ${seconds} s at the earliest`);
    }
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return unlessAborted(this.#starting, signal);
  }

  async #start(): Promise<Connection> {
    this.#tail = new Tail(secretsOf(this.definition));
    this.#become('starting', undefined);
    let connection: Connection | undefined;
    try {
      connection = await connect(this.definition, {
        folder: this.#options.folder,
        softwareVersion: this.#options.softwareVersion,
        onStderr: (text) => {
          this.#tail.append(text);
        },
        onNotification: (notification) => {
          this.#notify(notification);
        },
        onClosed: () => {
          if (connection && this.#connection === connection) this.#died();
        },
      });
    } catch (cause) {
      throw this.#failedToStart(cause);
    }
    if (connection.isClosed()) throw this.#failedToStart(new Error('it ended right away'));
    return this.#started(connection);
  }

  #started(connection: Connection): Connection {
    this.#connection = connection;
    this.#backoff.ready();
    this.#become('ready', undefined);
    if (this.#hasRun) this.#restarted(connection.description);
    this.#hasRun = true;
    return connection;
  }

  #restarted({ capabilities }: ServerDescription): void {
    this.#catalog.forget();
    this.shared.restore();
    for (const [capability, method] of Object.entries(LIST_CHANGED)) {
      if (capability in capabilities) this.#notify({ method });
    }
  }

  #notify(notification: Notification): void {
    if (notification.method === LIST_CHANGED.tools) this.#catalog.forget();
    for (const listener of this.#listeners) listener(notification);
  }

  #died(): void {
    this.#connection = undefined;
    this.#catalog.forget();
    this.#backoff.failed();
    const what = 'url' in this.definition ? 'the connection was lost' : 'the process ended';
    this.#become('failed', this.#withLastWords(`${what}; the next call starts it again`));
  }

  #failedToStart(cause: unknown): McpGatewayError {
    this.#backoff.failed();
    const reason = startFailure(this.definition, cause);
    this.#become('failed', this.#withLastWords(reason));
    return this.#unavailable(reason, cause);
  }

  /** The last lines that the server wrote to stderr, without its secrets. */
  lastWords(): string {
    return this.#tail.text();
  }

  #withLastWords(message: string): string {
    const text = this.lastWords();
    return text === '' ? message : `${message}.\nIts last output:\n${text}`;
  }

  #become(state: UpstreamState, message: string | undefined): void {
    this.#state = state;
    this.#message = message;
    this.#options.onChange();
  }

  #failure(
    error: unknown,
    connection: Connection,
    signal: AbortSignal | undefined,
  ): McpGatewayError {
    if (connection.isClosed() || signal?.aborted) {
      const what = connection.isClosed() ? 'ended before it answered' : 'was told to stop';
      const message = `the MCP server "${this.name}" ${what}`;
      return new McpGatewayError('MCP_CALL_INTERRUPTED', message, { cause: error });
    }
    const said = error instanceof McpError ? ` ${error.code}` : '';
    const message = `the MCP server "${this.name}" answered an error${said}: ${textOf(error)}`;
    return new McpGatewayError('MCP_CALL_REFUSED', message, { cause: error });
  }

  #noTool(name: string): McpGatewayError {
    const shown = JSON.stringify(name.slice(0, 200));
    const message = `the MCP server "${this.name}" has no tool named ${shown}; list its tools`;
    return new McpGatewayError('MCP_TOOL_UNKNOWN', message);
  }

  #unavailable(reason: string, cause?: unknown): McpGatewayError {
    const message = `the MCP server "${this.name}" cannot be used: ${reason}`;
    return new McpGatewayError('MCP_SERVER_UNAVAILABLE', message, { cause });
  }
}

// What an upstream's error says, without the SDK's prefix, bounded.
function textOf(error: unknown): string {
  return messageOf(error)
    .replace(/^(?:MCP error -?\d+: )+/, '')
    .slice(0, 2000);
}

function startFailure(definition: UpstreamDefinition, cause: unknown): string {
  if ('url' in definition) {
    return `no MCP server answers at its URL (${textOf(cause)}); check the URL and its headers`;
  }
  const command = JSON.stringify(definition.command);
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return `cannot start ${command}: no such program or folder; check the command and the PATH`;
  }
  return `${command} did not start as an MCP server (${textOf(cause)}); run it in a terminal`;
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      const message = 'stopped while waiting for the MCP server';
      reject(new McpGatewayError('MCP_SERVER_UNAVAILABLE', message));
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
