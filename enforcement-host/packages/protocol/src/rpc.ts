import { AxtaryError, codeOf, messageOf } from '@axtary/core';

import type { NotificationName, Params, Protocol, RequestName, Result } from './define.js';

/**
 * What we need of a JSON-RPC connection; `MessageConnection` of vscode-jsonrpc has it. Its owner
 * disposes it when its stream closes: only then are calls rejected that wait for an answer.
 */
export interface RpcConnection {
  sendRequest(method: string, params: unknown): Promise<unknown>;
  sendNotification(method: string, params: unknown): Promise<void>;
  onRequest(method: string, handler: (params: unknown) => unknown): unknown;
  onNotification(method: string, handler: (params: unknown) => void): unknown;
}

export type RemoteCallErrorCode =
  'CONNECTION_LOST' | 'INVALID_PARAMS' | 'INVALID_RESULT' | 'UNAUTHORISED' | 'INTERNAL' | 'REMOTE';

/** A call to another of our processes failed. `remoteCode` is the code it gave. */
export class RemoteCallError extends AxtaryError<RemoteCallErrorCode> {
  readonly remoteCode: string | undefined;

  constructor(
    code: RemoteCallErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly remoteCode?: string },
  ) {
    super(code, message, options);
    this.remoteCode = options?.remoteCode;
  }
}

/** An answer on the wire: coded errors cross, anything else becomes `INTERNAL` without a text. */
type Envelope =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The calling end. Every answer is parsed; a refusal is thrown as `RemoteCallError`. */
export interface Caller<T extends Protocol> {
  call<K extends RequestName<T>>(method: K, params: Params<T, K>): Promise<Result<T, K>>;
  on<K extends NotificationName<T>>(method: K, listener: (params: Params<T, K>) => void): void;
}

/** An answer to every request of the protocol: one that is forgotten does not compile. */
export type RequestHandlers<T extends Protocol> = {
  readonly [K in RequestName<T>]: (params: Params<T, K>) => Promise<Result<T, K>> | Result<T, K>;
};

export function createCaller<T extends Protocol>(
  protocol: T,
  connection: RpcConnection,
): Caller<T> {
  return {
    async call(method, params) {
      const definition = protocol[method];
      if (definition?.kind !== 'request') throw new TypeError(`${method} is not a request`);
      const envelope = await send(connection, method, params);
      if (!envelope.ok) throw refusal(envelope.code, envelope.message);
      const parsed = definition.result.safeParse(envelope.value);
      if (!parsed.success) {
        throw new RemoteCallError('INVALID_RESULT', `${method} answered in an unknown shape`, {
          cause: parsed.error,
        });
      }
      // The schema that parsed it is the one the type was derived from.
      return parsed.data as Result<T, typeof method>;
    },
    on(method, listener) {
      const definition = protocol[method];
      connection.onNotification(method, (params) => {
        const parsed = definition?.params.safeParse(params);
        if (parsed?.success) listener(parsed.data as Params<T, typeof method>);
      });
    },
  };
}

async function send(connection: RpcConnection, method: string, params: unknown): Promise<Envelope> {
  try {
    return (await connection.sendRequest(method, params)) as Envelope;
  } catch (cause) {
    throw new RemoteCallError('CONNECTION_LOST', `${method} was not answered`, { cause });
  }
}

function refusal(code: string, message: string): RemoteCallError {
  if (code === 'INVALID_PARAMS' || code === 'UNAUTHORISED' || code === 'INTERNAL') {
    return new RemoteCallError(code, message, { remoteCode: code });
  }
  return new RemoteCallError('REMOTE', message, { remoteCode: code });
}

/** The answering end. Parameters are parsed before a handler sees them; handlers never leak a stack. */
export function answer<T extends Protocol>(
  protocol: T,
  connection: RpcConnection,
  handlers: RequestHandlers<T>,
): void {
  for (const [method, definition] of Object.entries(protocol)) {
    if (definition.kind !== 'request') continue;
    const handler = handlers[method as RequestName<T>] as (params: unknown) => unknown;
    connection.onRequest(method, async (params): Promise<Envelope> => {
      const parsed = definition.params.safeParse(params);
      if (!parsed.success) {
        return { ok: false, code: 'INVALID_PARAMS', message: `${method}: ${parsed.error.message}` };
      }
      try {
        return { ok: true, value: (await handler(parsed.data)) ?? null };
      } catch (error) {
        const known = error instanceof AxtaryError;
        return {
          ok: false,
          code: codeOf(error),
          message: known ? messageOf(error) : 'internal error',
        };
      }
    });
  }
}

/** Sends notifications of a protocol; settles when one is written. A closed connection swallows them. */
export function createNotifier<T extends Protocol>(
  connection: RpcConnection,
): <K extends NotificationName<T>>(method: K, params: Params<T, K>) => Promise<void> {
  return (method, params) =>
    // A peer that has gone needs no snapshot; its close is handled where the connection is owned.
    connection.sendNotification(method, params).catch(() => undefined);
}
