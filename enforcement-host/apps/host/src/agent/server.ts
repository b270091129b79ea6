import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';

import type { SingleUseStore } from '@axtary/actionpass';
import { codeOf, messageOf, type Clock } from '@axtary/core';

import type { Log } from '../log.js';
import type { Workspaces } from '../workspace/workspaces.js';
import { admitLoopback, type AdmissionOptions, type Caller, type Refusal } from './admission.js';
import { announce } from './announce.js';
import type { Bearers } from './bearers.js';

export interface AgentServerOptions {
  /** Unix socket or pipe. Its folder's permissions are what authenticates: the same OS user. */
  readonly endpoint: string;
  readonly workspaces: Workspaces;
  readonly bearers: Bearers;
  /** DPoP proofs that were seen. */
  readonly replay: SingleUseStore;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AgentServer {
  /** Requests being answered. */
  readonly underWay: number;
  onUnderWayChange(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * Serves agents: MCP over Streamable HTTP, one path per upstream server, and what their hooks
 * announce. It can ask for actions; there is nothing here that approves, changes policy, reads
 * credentials or stops anything.
 *
 * The same paths are reachable over the socket without a bearer, and over loopback TCP as
 * `admitLoopback` says.
 */
export async function startAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const listeners = new Set<() => void>();
  let underWay = 0;
  const count = (change: 1 | -1): void => {
    underWay += change;
    for (const listener of listeners) listener();
  };
  const local = serverFor(
    createApp(options, () => Promise.resolve({ id: 'socket' })),
    count,
  );
  await listen(local, options.endpoint);

  let host = '';
  const { bearers, replay, clock } = options;
  const loopback = serverFor(
    createApp(options, (context, key) => admit(context, key, { host, bearers, replay, clock })),
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

type Admit = (context: Context, workspaceKey: string) => Promise<Caller | Refusal>;

function createApp({ workspaces, log }: AgentServerOptions, admitted: Admit): Hono {
  const app = new Hono();
  const refused = (context: Context, error: unknown): Response => {
    log.write('info', `agent request refused: ${messageOf(error)}`);
    return refuse(context, 503, `${codeOf(error)}: ${messageOf(error)}`);
  };
  app.all('/mcp/:workspace/:server', async (context) => {
    const { workspace: key, server } = context.req.param();
    try {
      const caller = await admitted(context, key);
      if ('status' in caller) return refuseAgent(context, caller);
      const workspace = await workspaceOf(context, key, workspaces);
      const { gateway } = workspace.engine();
      return await gateway.handleRequest(context.req.raw, server, caller);
    } catch (error) {
      return refused(context, error);
    }
  });
  app.post('/announce', async (context) => {
    try {
      const answer = await announce(context.req.raw, {
        workspaces,
        admitted: (key) => admitted(context, key),
      });
      return answer instanceof Response ? answer : refuseAgent(context, answer);
    } catch (error) {
      return refused(context, error);
    }
  });
  app.notFound((context) =>
    refuse(context, 404, 'there is nothing here but /mcp/<workspace>/<server> and /announce'),
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

function admit(
  context: Context,
  key: string,
  options: AdmissionOptions,
): Promise<Caller | Refusal> {
  const { req } = context;
  const { incoming } = context.env as HttpBindings;
  const request = {
    method: req.method,
    path: req.path,
    host: req.header('host'),
    origin: req.header('origin'),
    authorization: req.header('authorization'),
    proofs: incoming.headersDistinct['dpop'] ?? [],
  };
  return admitLoopback(request, key, options);
}

function refuseAgent(context: Context, { status, message, challenge }: Refusal): Response {
  if (challenge !== undefined) context.header('WWW-Authenticate', challenge);
  return refuse(context, status, message);
}

function refuse(
  context: Context,
  status: 400 | 401 | 403 | 404 | 421 | 500 | 503,
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
