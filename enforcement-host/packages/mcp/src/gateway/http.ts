import { isJsonObject, messageOf, type JsonValue } from '@axtary/core';
import { newId } from '@axtary/core/digest';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { ErrorCode, isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';

import type { StreamEnd } from '../stream.js';
import { errorResponse, observeBody, readBody } from './http-body.js';
import type { HttpSession, HttpSessions } from './http-sessions.js';
import type { Session } from './session.js';
import { withTrace } from '../trace-context.js';
import type { Window } from './window.js';

export interface HttpEndpointOptions {
  readonly sessions: HttpSessions;
  readonly open: (server: string, window: Window, signal: AbortSignal) => Promise<Session>;
  readonly knows: (server: string) => boolean;
}

interface Incoming {
  readonly request: Request;
  readonly server: string;
  readonly window: Window;
}

/** Answers Streamable HTTP (MCP 2025-11-25, Transports) for one MCP server per path. */
export async function handleHttp(
  options: HttpEndpointOptions,
  incoming: Incoming,
): Promise<Response> {
  const { request, server } = incoming;
  if (!options.knows(server)) return refuse(404, 'no MCP server of this name is configured');
  if (request.method !== 'POST') return handleOther(options, incoming);
  const body = await readBody(request);
  if ('refusal' in body) return body.refusal;
  if (request.headers.has('mcp-session-id')) return handleMessage(options, incoming, body.message);
  if (!isInitializeRequest(body.message)) {
    return refuse(400, 'expected initialize, or the Mcp-Session-Id that it was answered with');
  }
  return openSession(options, incoming, body.message);
}

function refuse(status: number, message: string): Response {
  return errorResponse(status, { code: ErrorCode.InvalidRequest, message });
}

function find({ sessions }: HttpEndpointOptions, incoming: Incoming): HttpSession | undefined {
  const http = sessions.get(incoming.request.headers.get('mcp-session-id') ?? '');
  // A session belongs to one server and one window; to any other it does not exist.
  const { session } = http ?? {};
  const { id, jkt } = incoming.window;
  const isTheirs =
    session?.server === incoming.server && session.window.id === id && session.window.jkt === jkt;
  return isTheirs ? http : undefined;
}

// -32001 and 404: the client has to greet anew.
function unknownSession(): Response {
  return errorResponse(404, { code: -32001, message: 'Session not found' });
}

async function handleOther(options: HttpEndpointOptions, incoming: Incoming): Promise<Response> {
  const { request } = incoming;
  if (request.method !== 'GET' && request.method !== 'DELETE') {
    const answer = refuse(405, 'expected GET, POST or DELETE');
    answer.headers.set('Allow', 'GET, POST, DELETE');
    return answer;
  }
  const http = find(options, incoming);
  if (!http) return unknownSession();
  const end = options.sessions.use(http.id);
  const response = await http.transport.handleRequest(request);
  return observeBody(response, { signal: request.signal, end });
}

async function handleMessage(
  options: HttpEndpointOptions,
  incoming: Incoming,
  message: JsonValue,
): Promise<Response> {
  const http = find(options, incoming);
  if (!http) return unknownSession();
  return answer(options, incoming, { http, message });
}

async function answer(
  { sessions }: HttpEndpointOptions,
  { request }: Incoming,
  { http, message }: { readonly http: HttpSession; readonly message: JsonValue },
): Promise<Response> {
  const release = sessions.use(http.id);
  const parsedBody = withTrace(message, request.headers.get('traceparent'));
  const response = await http.transport.handleRequest(request, { parsedBody });
  endCancelled(http, message);
  const end = (how: StreamEnd): void => {
    release();
    if (how !== 'read') cancelAll(http, message);
  };
  return observeBody(response, { signal: request.signal, end });
}

// Streams cannot be resumed here, so nobody would get the answer: whoever hangs up has cancelled.
function cancelAll({ transport }: HttpSession, message: JsonValue): void {
  for (const part of Array.isArray(message) ? message : [message]) {
    if (!isJsonObject(part) || !('method' in part)) continue;
    const requestId = part['id'];
    if (typeof requestId !== 'string' && typeof requestId !== 'number') continue;
    transport.onmessage?.({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId, reason: 'the client hung up' },
    });
  }
}

// A cancelled request is never answered; without this its stream would stay open with the session.
function endCancelled({ transport }: HttpSession, message: JsonValue): void {
  for (const part of Array.isArray(message) ? message : [message]) {
    if (!isJsonObject(part) || part['method'] !== 'notifications/cancelled') continue;
    const requestId = isJsonObject(part['params']) ? part['params']['requestId'] : undefined;
    if (typeof requestId !== 'string' && typeof requestId !== 'number') continue;
    transport.closeSSEStream(requestId);
  }
}

async function openSession(
  options: HttpEndpointOptions,
  incoming: Incoming,
  message: JsonValue,
): Promise<Response> {
  const { sessions } = options;
  if (!(await sessions.hasRoom())) return refuse(503, 'too many MCP sessions are open; close some');
  let session: Session;
  try {
    session = await options.open(incoming.server, incoming.window, incoming.request.signal);
  } catch (error) {
    const text = `Axtary could not open this MCP server: ${messageOf(error)}`;
    return errorResponse(200, { code: ErrorCode.InternalError, message: text }, idOf(message));
  }
  const id = newId('mcp');
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
  });
  const http = { id, session, transport };
  await session.connect(transport);
  sessions.add(http);
  session.onEnd(() => {
    sessions.remove(id);
  });
  const response = await answer(options, incoming, { http, message });
  if (!response.ok) await session.close();
  return response;
}

function idOf(message: JsonValue): string | number | null {
  const id = isJsonObject(message) ? message['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
