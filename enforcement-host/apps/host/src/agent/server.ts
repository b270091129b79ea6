import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { getRequestListener } from '@hono/node-server';
import { Hono, type Context } from 'hono';

import { codeOf, messageOf } from '@axtary/core';

import type { Log } from '../log.js';
import type { Workspaces } from '../workspace/workspaces.js';
import type { Bearers } from './bearers.js';

export interface AgentServerOptions {
  /** Unix socket or pipe. Its folder's permissions are what authenticates: the same OS user. */
  readonly endpoint: string;
  readonly workspaces: Workspaces;
  readonly bearers: Bearers;
  readonly log: Log;
}

export interface AgentServer {
  /** Requests being answered. */
  readonly underWay: number;
  onUnderWayChange(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * Serves agents: MCP over Streamable HTTP, one path per upstream server. It can ask for actions;
 * there is nothing here that approves, changes policy, reads credentials or stops anything.
 *
 * The same paths are reachable over the socket without a bearer, and over loopback TCP with a
 * bearer, an exact Host and no Origin (browsers always send one across origins).
 */
export async function startAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const listeners = new Set<() => void>();
  let underWay = 0;
  const count = (change: 1 | -1): void => {
    underWay += change;
    for (const listener of listeners) listener();
  };
  const local = serverFor(
    createApp(options, () => 'socket'),
    count,
  );
  await listen(local, options.endpoint);

  let host = '';
  const loopback = serverFor(
    createApp(options, (context, key) =>
      admitLoopback(context, { key, host, bearers: options.bearers }),
    ),
    count,
  );
  await listen(loopback, { host: '127.0.0.1', port: 0 });
  host = `127.0.0.1:${(loopback.address() as AddressInfo).port}`;
  options.bearers.listensAt(`http://${host}`);
  return {
    get underWay() {
      return underWay;
    },
    onUnderWayChange: (listener) => void listeners.add(listener),
    async close() {
      await Promise.all([closeServer(local), closeServer(loopback)]);
    },
  };
}

/** Who is calling, or the refusal. */
type Admit = (context: Context, workspaceKey: string) => string | Response;

function createApp({ workspaces, log }: AgentServerOptions, admit: Admit): Hono {
  const app = new Hono();
  app.all('/mcp/:workspace/:server', async (context) => {
    const { workspace: key, server } = context.req.param();
    const admitted = admit(context, key);
    if (admitted instanceof Response) return admitted;
    try {
      const workspace = await workspaceOf(context, key, workspaces);
      const { gateway } = workspace.engine();
      return await gateway.handleRequest(context.req.raw, server, { id: admitted });
    } catch (error) {
      log.write('info', `agent request refused: ${messageOf(error)}`);
      return refuse(context, 503, `${codeOf(error)}: ${messageOf(error)}`);
    }
  });
  app.notFound((context) =>
    refuse(context, 404, 'there is nothing here but /mcp/<workspace>/<server>'),
  );
  app.onError((error, context) => {
    log.write('warn', `agent request failed: ${error.message}`);
    return refuse(context, 500, 'internal error; nothing was executed');
  });
  return app;
}

/** A folder may be named in full, so that it is opened; its policy must be trusted all the same. */
function workspaceOf(
  context: Context,
  key: string,
  workspaces: Workspaces,
): ReturnType<Workspaces['byKey']> {
  const folder = context.req.header('x-axtary-workspace');
  if (key !== 'by-folder' || folder === undefined) return workspaces.byKey(key);
  return workspaces.openTrusted(decodeURIComponent(folder));
}

interface Loopback {
  readonly key: string;
  readonly host: string;
  readonly bearers: Bearers;
}

function admitLoopback(context: Context, { key, host, bearers }: Loopback): string | Response {
  // DNS rebinding: a page of another site reaches us under its own name, or names its origin.
  if (context.req.header('host') !== host) return refuse(context, 421, 'unknown Host');
  if (context.req.header('origin') !== undefined)
    return refuse(context, 403, 'no Origin is allowed');
  const bearer = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(
    context.req.header('authorization') ?? '',
  )?.[1];
  const owner = bearer === undefined ? undefined : bearers.ownerOf(bearer, key);
  if (owner === undefined) {
    return refuse(
      context,
      401,
      'a bearer of this workspace is needed; reload the MCP server in the editor',
    );
  }
  return owner;
}

function refuse(
  context: Context,
  status: 401 | 403 | 404 | 421 | 500 | 503,
  message: string,
): Response {
  return context.json(
    { jsonrpc: '2.0', id: null, error: { code: -32_000, message: `Axtary: ${message}` } },
    status,
  );
}

function serverFor(app: Hono, count: (change: 1 | -1) => void): Server {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return createServer((request, response) => {
    count(1);
    response.once('close', () => count(-1));
    void listener(request, response);
  });
}

function listen(server: Server, where: string | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
