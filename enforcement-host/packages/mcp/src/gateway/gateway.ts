import { systemClock, type Clock } from '@axtary/core';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

import { systemTimer, type Timer } from '../timer.js';
import type { Upstreams } from '../upstream/upstreams.js';
import type { Announcements } from './announcements.js';
import { defaultHoldFor, type ClientDescription } from './hold.js';
import { HttpSessions } from './http-sessions.js';
import { handleHttp } from './http.js';
import type { Identity } from './identity.js';
import { Retries } from './retries.js';
import { Session } from './session.js';
import type { RecordTools } from './seen-tools.js';
import type { Delegate } from './subagent.js';
import type { CallDependencies, Inspect } from './tool-call.js';
import type { Window } from './window.js';

export interface McpGatewayOptions {
  readonly upstreams: Upstreams;
  readonly runtime: CallDependencies['runtime'];
  /** The workspace, absolute. */
  readonly folder: string;
  readonly identity: Identity;
  readonly inspect?: Inspect;
  /** Default: calls of sub-agents that say so are blocked. */
  readonly delegate?: Delegate;
  /** Which sub-agents make the next calls, as hooks say. Default: only `_meta` tells. */
  readonly announcements?: Announcements;
  /** Default: nobody keeps which tools there were. */
  readonly recordTools?: RecordTools;
  /** Milliseconds that a client's call may wait for a person; `defaultHoldFor` by default. */
  readonly holdFor?: (client: ClientDescription) => number | undefined;
  readonly clock?: Clock;
  readonly timer?: Timer;
  /** Sessions over HTTP at one time; 256 by default. */
  readonly maxSessions?: number;
}

/** MCP servers as agents see them, with every tool call going through the runtime. */
export interface McpGateway {
  /**
   * Answers one Streamable HTTP request for one server. Refuses bodies over 4 MiB and bodies that
   * are not strict JSON. Who may ask at all (Host, Origin, bearer) the caller has checked before.
   * A client that hangs up before its answer has cancelled its call.
   */
  handleRequest(request: Request, server: string, window: Window): Promise<Response>;
  /** Serves one server on any other transport, which must read JSON strictly itself. */
  connect(server: string, transport: Transport, window: Window): Promise<void>;
  /** Ends all sessions; calls under way are cancelled. Leaves the upstreams to their owner. */
  close(): Promise<void>;
}

const MAX_SESSIONS = 256;
const MAX_WAITING = 1000;

/**
 * Puts the runtime between MCP clients and their servers. Towards a client a session looks like
 * the server itself: its name, instructions, tools, resources, prompts, completions and log
 * messages pass untouched. A `tools/call` is decided on; reading resources and prompts is not.
 *
 * Not offered to servers in this version: sampling, elicitation and roots. Not offered to
 * clients: tasks.
 */
export function createMcpGateway(options: McpGatewayOptions): McpGateway {
  const { upstreams, timer = systemTimer } = options;
  const httpSessions = new HttpSessions(options.maxSessions ?? MAX_SESSIONS, timer);
  const connected = new Set<Session>();
  const dependencies: CallDependencies = {
    runtime: options.runtime,
    folder: options.folder,
    identity: options.identity,
    inspect: options.inspect,
    delegate: options.delegate,
    announcements: options.announcements,
    recordTools: options.recordTools,
    holdFor: options.holdFor ?? defaultHoldFor,
    clock: options.clock ?? systemClock,
    timer,
    retries: new Retries(MAX_WAITING),
  };
  const open = async (server: string, window: Window, signal?: AbortSignal): Promise<Session> => {
    const upstream = upstreams.get(server);
    return new Session(upstream, await upstream.describe(signal), { window, dependencies });
  };
  const knows = (server: string): boolean => upstreams.servers.includes(server);
  return {
    handleRequest: (request, server, window) =>
      handleHttp({ sessions: httpSessions, open, knows }, { request, server, window }),
    connect: async (server, transport, window) => {
      const session = await open(server, window);
      connected.add(session);
      session.onEnd(() => {
        connected.delete(session);
      });
      await session.connect(transport).catch(async (error: unknown) => {
        await session.close();
        throw error;
      });
    },
    close: async () => {
      await httpSessions.close();
      await Promise.all([...connected].map((session) => session.close()));
    },
  };
}
