import { isJsonObject, type HandlerProgress, type JsonObject } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  LoggingLevelSchema,
  type JSONRPCRequest,
  type Notification,
  type ServerCapabilities,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

import type { RequestOptions, ServerDescription } from '../upstream/connection.js';
import { passesLevel } from '../upstream/shared-state.js';
import { toolName, toolsOf } from '../upstream/tools.js';
import type { Upstream } from '../upstream/upstream.js';
import type { SessionDescription } from './identity.js';
import { asRpcError, RpcError } from './rpc-error.js';
import { seenIn } from './seen-tools.js';
import { callTool, type CallDependencies } from './tool-call.js';
import type { Window } from './window.js';

type Capability = 'tools' | 'resources' | 'prompts' | 'completions' | 'logging';

// Every request that goes through, and the capability it needs. All else is unknown here.
const FORWARDED: Readonly<Record<string, Capability>> = {
  'tools/list': 'tools',
  'tools/call': 'tools',
  'resources/list': 'resources',
  'resources/templates/list': 'resources',
  'resources/read': 'resources',
  'resources/subscribe': 'resources',
  'resources/unsubscribe': 'resources',
  'prompts/list': 'prompts',
  'prompts/get': 'prompts',
  'completion/complete': 'completions',
  'logging/setLevel': 'logging',
};
const MIRRORED: readonly Capability[] = ['tools', 'resources', 'prompts', 'completions', 'logging'];
const MAX_SHOWN_TOOLS = 10_000;

const uriParams = z.object({ uri: z.string().max(8192) });
const levelParams = z.object({ level: LoggingLevelSchema });

interface Call {
  readonly signal: AbortSignal;
  readonly sendProgress: ((progress: HandlerProgress) => void) | undefined;
}

/** One connected client: an MCP server that looks like its upstream. */
export class Session {
  readonly server: string;
  readonly window: Window;
  readonly #id = newId('ses');
  readonly #upstream: Upstream;
  readonly #dependencies: CallDependencies;
  readonly #description: ServerDescription;
  readonly #downstream: McpServer['server'];
  readonly #shown = new Map<string, JsonObject>();
  readonly #stopListening: () => void;
  #onEnd: (() => void) | undefined;

  constructor(
    upstream: Upstream,
    description: ServerDescription,
    options: { readonly window: Window; readonly dependencies: CallDependencies },
  ) {
    this.server = upstream.name;
    this.window = options.window;
    this.#upstream = upstream;
    this.#dependencies = options.dependencies;
    this.#description = description;
    this.#downstream = mirrorOf(description);
    this.#downstream.fallbackRequestHandler = (request, extra) => {
      const token = extra._meta?.progressToken;
      const sendProgress =
        token === undefined
          ? undefined
          : (progress: HandlerProgress): void => {
              const params = { ...progress, progressToken: token };
              extra.sendNotification({ method: 'notifications/progress', params }).catch(ignore);
            };
      return this.#answer(request, { signal: extra.signal, sendProgress });
    };
    this.#stopListening = upstream.onNotification((notification) => {
      this.#passOn(notification);
    });
    this.#downstream.onclose = () => {
      this.#ended();
    };
  }

  async connect(transport: Transport): Promise<void> {
    await this.#downstream.connect(transport);
  }

  /** Calls back when the client is gone or the session was closed. */
  onEnd(listener: () => void): void {
    this.#onEnd = listener;
  }

  async close(): Promise<void> {
    await this.#downstream.close();
    this.#ended();
  }

  #ended(): void {
    this.#stopListening();
    this.#upstream.shared.leave(this);
    this.#onEnd?.();
  }

  async #answer(request: JSONRPCRequest, call: Call): Promise<JsonObject> {
    const capability = FORWARDED[request.method];
    if (!capability || !this.#description.capabilities[capability]) {
      throw new RpcError(ErrorCode.MethodNotFound, `no method ${request.method.slice(0, 100)}`);
    }
    try {
      return await this.#dispatch(request, call);
    } catch (error) {
      throw asRpcError(error);
    }
  }

  #dispatch({ method, params }: JSONRPCRequest, call: Call): Promise<JsonObject> {
    switch (method) {
      case 'tools/call':
        return this.#call(params, call);
      case 'tools/list':
        return this.#list(params, call);
      case 'resources/subscribe':
        return done(this.#upstream.shared.subscribe(this, parseParams(uriParams, params).uri));
      case 'resources/unsubscribe':
        return done(this.#upstream.shared.unsubscribe(this, parseParams(uriParams, params).uri));
      case 'logging/setLevel':
        return done(this.#upstream.shared.setLevel(this, parseParams(levelParams, params).level));
      default:
        return this.#forward(method, params, call);
    }
  }

  #call(params: unknown, { signal, sendProgress }: Call): Promise<JsonObject> {
    const context = {
      upstream: this.#upstream,
      session: this.#describe(),
      shown: this.#shown,
      onOutdated: () => {
        this.#passOn({ method: 'notifications/tools/list_changed' });
      },
      signal,
      sendProgress,
    };
    return callTool(this.#dependencies, context, params);
  }

  async #list(params: unknown, call: Call): Promise<JsonObject> {
    const result = await this.#forward('tools/list', params, call);
    const listed = toolsOf(result);
    // Where this fails, the call does: it records the tool before anything else.
    await this.#dependencies.recordTools?.(seenIn(this.#upstream, listed)).catch(ignore);
    for (const tool of listed) {
      const name = toolName(tool);
      if (name === undefined) continue;
      if (this.#shown.size < MAX_SHOWN_TOOLS || this.#shown.has(name)) this.#shown.set(name, tool);
    }
    return result;
  }

  #forward(method: string, params: unknown, call: Call): Promise<JsonObject> {
    const options: RequestOptions = { signal: call.signal, onProgress: call.sendProgress };
    return this.#upstream.request(method, isJsonObject(params) ? params : undefined, options);
  }

  #describe(): SessionDescription {
    const client = this.#downstream.getClientVersion();
    return {
      id: this.#id,
      window: this.window,
      server: this.server,
      ...(client ? { client: { name: client.name, version: client.version } } : {}),
    };
  }

  #passOn(notification: Notification): void {
    if (!this.#isFor(notification)) return;
    // A client that is gone, or a capability that its upstream did not announce.
    this.#downstream.notification(notification).catch(ignore);
  }

  #isFor({ method, params }: Notification): boolean {
    switch (method) {
      case 'notifications/tools/list_changed':
      case 'notifications/prompts/list_changed':
      case 'notifications/resources/list_changed':
        return true;
      case 'notifications/resources/updated': {
        const uri = uriParams.safeParse(params);
        return uri.success && this.#upstream.shared.isSubscribed(this, uri.data.uri);
      }
      case 'notifications/message': {
        const level = levelParams.safeParse(params);
        const threshold = this.#upstream.shared.levelOf(this);
        return level.success && (!threshold || passesLevel(level.data.level, threshold));
      }
      default:
        return false;
    }
  }
}

function ignore(): undefined {
  return undefined;
}

async function done(work: Promise<void>): Promise<JsonObject> {
  await work;
  return {};
}

// The low-level server under the SDK's: it answers initialize and ping, and leaves the rest to us.
function mirrorOf({ info, capabilities, instructions }: ServerDescription): McpServer['server'] {
  const mirrored: ServerCapabilities = {};
  for (const name of MIRRORED) {
    if (capabilities[name]) Object.assign(mirrored, { [name]: capabilities[name] });
  }
  const { server } = new McpServer(info, instructions === undefined ? {} : { instructions });
  // Given to the constructor, the capabilities would come with handlers of the SDK.
  server.registerCapabilities(mirrored);
  return server;
}

function parseParams<T>(schema: z.ZodType<T>, params: unknown): T {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw new RpcError(ErrorCode.InvalidParams, 'the parameters are not what the method takes');
}
