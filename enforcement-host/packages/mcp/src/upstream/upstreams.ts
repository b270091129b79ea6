import {
  systemClock,
  type Clock,
  type Handler,
  type JsonObject,
  type PinChecker,
} from '@axtary/core';
import { z } from 'zod';

import { McpGatewayError } from '../errors.js';
import { anyObject } from '../json.js';
import { metaForServer } from '../trace-context.js';
import { requireUsable, type UpstreamDefinition } from './definition.js';
import type { ToolDefinition } from './tools.js';
import { Upstream, type UpstreamStatus } from './upstream.js';

/** The tool name of every MCP call in an action. */
export const MCP_TOOL = 'mcp.tool.call';

export interface UpstreamsOptions {
  readonly servers: Readonly<Record<string, UpstreamDefinition>>;
  /** Absolute. Where servers run that name no folder of their own. */
  readonly folder: string;
  /** Told to servers as our version. */
  readonly softwareVersion: string;
  readonly clock?: Clock;
}

/** The MCP servers of one workspace. */
export interface Upstreams {
  readonly servers: readonly string[];
  /**
   * Executes `mcp.tool.call` with payload `{server, name, arguments}`: forwards exactly these, with
   * a `traceparent` in `_meta` where the caller is traced, and answers the server's CallToolResult
   * untouched, also one that says `isError`. Rejects where the server answers a protocol error,
   * ends, or is told to stop by the signal.
   */
  readonly handler: Handler;
  /**
   * Checks pins of kind `tool_definition` with subject `mcp:<server>/<tool>`: asks the server again
   * for all its tools. A tool that is gone or listed twice is `absent`.
   */
  readonly definitionPinChecker: PinChecker;
  /** A tool as last listed since the server said that its tools changed. */
  toolDefinition(server: string, name: string, signal?: AbortSignal): Promise<ToolDefinition>;
  /** Resources `mcp:<server>/<tool>` of the tools that are known at this moment; asks nobody. */
  listedTools(): readonly string[];
  status(): readonly UpstreamStatus[];
  /** Calls back whenever a status changed; the result ends it. */
  onChange(listener: () => void): () => void;
  /** @throws McpGatewayError `MCP_SERVER_UNKNOWN`. */
  get(server: string): Upstream;
  /** Ends all servers that we started. Later calls are refused. */
  close(): Promise<void>;
}

const callPayloadSchema = z.strictObject({
  server: z.string(),
  name: z.string(),
  arguments: anyObject,
});

/**
 * Reaches MCP servers. Nothing is started before its first use; one connection per server is
 * shared by all sessions; a server that died is started again by the next call, after a pause that
 * grows with every failure. A child gets the SDK's few harmless variables (PATH, HOME, …) and the
 * configured ones, never our environment.
 *
 * @throws TypeError for a server name or definition that cannot be used.
 */
export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const listeners = new Set<() => void>();
  const all = new Map<string, Upstream>();
  for (const [name, definition] of Object.entries(options.servers)) {
    requireUsable(name, definition);
    const onChange = (): void => {
      for (const listener of listeners) listener();
    };
    const { folder, softwareVersion, clock = systemClock } = options;
    all.set(name, new Upstream({ name, definition, folder, softwareVersion, clock, onChange }));
  }
  const get = (server: string): Upstream => {
    const upstream = all.get(server);
    if (upstream) return upstream;
    const known = [...all.keys()].join(', ') || 'none';
    const message = `no MCP server named ${JSON.stringify(server.slice(0, 200))}; known: ${known}`;
    throw new McpGatewayError('MCP_SERVER_UNKNOWN', message);
  };
  return {
    servers: [...all.keys()],
    handler: callHandler(get),
    definitionPinChecker: pinChecker(get),
    toolDefinition: async (server, name, signal) => get(server).tool(name, { now: false, signal }),
    listedTools: () =>
      [...all.values()].flatMap((upstream) =>
        upstream.listedTools().map((tool) => `mcp:${upstream.name}/${tool}`),
      ),
    status: () => [...all.values()].map((upstream) => upstream.status()),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get,
    close: async () => {
      await Promise.all([...all.values()].map((upstream) => upstream.close()));
    },
  };
}

function callHandler(get: (server: string) => Upstream): Handler {
  return async ({ action, payload, signal, onProgress }) => {
    const { server, name, arguments: args } = parsePayload(payload);
    const params = { name, arguments: args, ...metaForServer(action) };
    return get(server).call(action.id, params, { signal, onProgress });
  };
}

function parsePayload(payload: JsonObject): z.infer<typeof callPayloadSchema> {
  const parsed = callPayloadSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const message = 'expected a payload of exactly server, name and arguments';
  throw new McpGatewayError('MCP_CALL_MALFORMED', message, { cause: parsed.error });
}

// mcp:<server>/<tool>; a server's name holds no slash, a tool's may.
const SUBJECT = /^mcp:([^/]+)\/(.+)$/su;

function pinChecker(get: (server: string) => Upstream): PinChecker {
  return async (pin, _action, signal) => {
    const [, server, tool] = SUBJECT.exec(pin.subject) ?? [];
    if (pin.kind !== 'tool_definition' || server === undefined || tool === undefined) {
      const message = `expected a pin of a tool definition, got ${pin.kind} ${pin.subject}`;
      throw new McpGatewayError('MCP_CALL_MALFORMED', message);
    }
    try {
      return (await get(server).tool(tool, { now: true, signal })).definitionHash;
    } catch (error) {
      if (error instanceof McpGatewayError && GONE.has(error.code)) return 'absent';
      throw error;
    }
  };
}

const GONE = new Set(['MCP_TOOL_UNKNOWN', 'MCP_TOOL_AMBIGUOUS']);
