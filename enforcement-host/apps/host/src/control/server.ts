import { createServer, type Server, type Socket } from 'node:net';

import { messageOf } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import { answer, controlProtocol, createNotifier } from '@axtary/protocol';
import {
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from 'vscode-jsonrpc/node';

import type { Log } from '../log.js';
import { Runs } from '../policy/runs.js';
import type { Workspace } from '../workspace/workspace.js';
import { controlHandlers, type ControlDependencies } from './handlers.js';
import { followWorkspace, type Notify } from './notifications.js';
import { ControlSession } from './session.js';

/** A connection that proves nothing within this time is closed. */
const PROVE_WITHIN_MS = 30_000;

export interface ControlServer {
  /** Connections that have proven an approver's key. */
  readonly connections: number;
  onConnectionsChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Serves the control endpoint. */
export async function startControlServer(
  endpoint: string,
  dependencies: ControlDependencies,
  log: Log,
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const listeners = new Set<() => void>();
  const everyone = new Set<Notify>();
  const announced: ControlDependencies = {
    ...dependencies,
    stop(reason) {
      const told = [...everyone].map((notify) => notify('host/stopping', { reason }));
      // One turn later, so that whoever asked has its answer before the connection ends.
      void Promise.all(told).then(() => setImmediate(dependencies.stop, reason));
    },
  };
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    changed();
    socket.on('error', (error) => log.write('debug', `control connection: ${error.message}`));
    socket.on('close', () => {
      sockets.delete(socket);
      changed();
    });
    serve(socket, { dependencies: announced, everyone, log });
  });
  await listen(server, endpoint);
  return {
    get connections() {
      return sockets.size;
    },
    onConnectionsChange: (listener) => void listeners.add(listener),
    close: () => {
      // Once what was written is sent; a window that hangs must not keep us from stopping.
      for (const socket of sockets) socket.destroySoon();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Shared {
  readonly dependencies: ControlDependencies;
  /** How to notify each connection that has proven a key. */
  readonly everyone: Set<Notify>;
  readonly log: Log;
}

function serve(socket: Socket, { dependencies, everyone, log }: Shared): void {
  const rpc = createMessageConnection(
    new StreamMessageReader(socket),
    new StreamMessageWriter(socket),
  );
  rpc.onError(([error]) => log.write('debug', `control message: ${messageOf(error)}`));
  const session = new ControlSession(dependencies.approvers);
  const id = newId('con');
  const send: Notify = createNotifier<typeof controlProtocol>(rpc);
  const notify: Notify = (method, params) =>
    session.isProven ? send(method, params) : Promise.resolve();
  everyone.add(notify);
  const runs = new Runs();
  const followed = new Map<string, () => void>();
  // Debug lines are about connections such as this one: telling it would make more of them.
  const stopLog = log.onLine((line) => {
    if (line.level !== 'debug') void notify('host/log', line);
  });
  const connection = {
    session,
    id,
    runs,
    notify,
    follow(workspace: Workspace) {
      if (!followed.has(workspace.key))
        followed.set(workspace.key, followWorkspace(workspace, notify, log));
    },
    unfollow(workspace: Workspace) {
      followed.get(workspace.key)?.();
      followed.delete(workspace.key);
    },
  };
  const deadline = setTimeout(() => {
    if (!session.isProven) socket.destroy();
  }, PROVE_WITHIN_MS);
  socket.on('close', () => {
    clearTimeout(deadline);
    everyone.delete(notify);
    stopLog();
    for (const stop of followed.values()) stop();
    dependencies.bearers.revoke(id);
    runs.cancelAll();
    rpc.dispose();
  });
  answer(controlProtocol, rpc, controlHandlers(connection, dependencies));
  rpc.listen();
}

function listen(server: Server, endpoint: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(endpoint, resolve);
  });
}
