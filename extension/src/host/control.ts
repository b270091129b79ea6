import { createConnection, type Socket } from 'node:net';

import { controlProtocol, createCaller, type Caller, type ControlProtocol } from '@axtary/protocol';
import {
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

import { ExtensionError } from '../errors.js';

export type ControlCaller = Caller<ControlProtocol>;

/** One connection to the control endpoint. */
export interface ControlConnection {
  readonly caller: ControlCaller;
  /** Settles once the connection has gone, whoever closed it. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Connects to the control endpoint. Nothing is proved yet: neither end knows the other.
 *
 * @throws ExtensionError `HOST_UNREACHABLE` where nobody listens.
 */
export async function connectControl(endpoint: string): Promise<ControlConnection> {
  const socket = await openSocket(endpoint);
  const connection = createMessageConnection(
    new StreamMessageReader(socket),
    new StreamMessageWriter(socket),
  );
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      afterTurns(PENDING_MESSAGES, () => {
        connection.dispose();
        resolve();
      });
    });
  });
  // A broken stream closes the socket, which is what everyone waits for.
  connection.onError(() => socket.destroy());
  const caller = createCaller(controlProtocol, rpcOf(connection));
  connection.listen();
  return {
    caller,
    closed,
    close: () => {
      socket.destroy();
    },
  };
}

// Disposal is what rejects the calls that are still waiting for an answer. It also drops what was
// received and not yet handled, which is one message a turn: the reason why the host stopped, say.
const PENDING_MESSAGES = 64;

function afterTurns(turns: number, act: () => void): void {
  setImmediate(() => {
    if (turns === 0) act();
    else afterTurns(turns - 1, act);
  });
}

function rpcOf(connection: MessageConnection): Parameters<typeof createCaller>[1] {
  return {
    sendRequest: (method, params) => connection.sendRequest(method, params),
    sendNotification: (method, params) => connection.sendNotification(method, params),
    onRequest: (method, handler) => connection.onRequest(method, handler),
    onNotification: (method, handler) => connection.onNotification(method, handler),
  };
}

function openSocket(endpoint: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(endpoint);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', (cause) => {
      reject(new ExtensionError('HOST_UNREACHABLE', `nobody listens on ${endpoint}`, { cause }));
    });
  });
}
