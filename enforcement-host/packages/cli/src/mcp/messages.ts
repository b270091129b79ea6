import { DEFAULT_JSON_LIMITS, isJsonObject, messageOf, parseStrictJson } from '@axtary/core';
import {
  ErrorCode,
  JSONRPCMessageSchema,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

import { TOO_LONG } from './lines.js';

/** Longest message: that of the gateway. */
export const MAX_MESSAGE_BYTES: number = DEFAULT_JSON_LIMITS.maxLength;

/** A message that cannot be sent on, as the answer to it. */
export interface Unreadable {
  readonly answer: ErrorAnswer;
}

export interface ErrorAnswer {
  readonly jsonrpc: '2.0';
  /** `null` where the request's own cannot be read (JSON-RPC 2.0, section 5). */
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string };
}

/**
 * Reads one line of the stdio transport (MCP 2025-11-25, Transports): strictly, so that what is
 * sent on says exactly what the client wrote.
 */
export function readMessage(line: Uint8Array | typeof TOO_LONG): JSONRPCMessage | Unreadable {
  if (line === TOO_LONG) {
    const message = `a message is longer than ${MAX_MESSAGE_BYTES} bytes`;
    return { answer: errorAnswer(null, message, ErrorCode.ParseError) };
  }
  let value: unknown;
  try {
    value = parseStrictJson(line);
  } catch (error) {
    return { answer: errorAnswer(null, messageOf(error), ErrorCode.ParseError) };
  }
  const parsed = JSONRPCMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const message = 'expected one JSON-RPC 2.0 request, notification or response';
  return { answer: errorAnswer(idIn(value), message, ErrorCode.InvalidRequest) };
}

export function errorAnswer(
  id: RequestId | null,
  message: string,
  code: number = ErrorCode.InternalError,
): ErrorAnswer {
  return { jsonrpc: '2.0', id, error: { code, message: `Axtary: ${message}` } };
}

/** Id of the request that a text is, if it is one. */
export function requestIdIn(text: string): RequestId | undefined {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value) || value['method'] === undefined) return undefined;
  return idIn(value) ?? undefined;
}

function idIn(value: unknown): RequestId | null {
  const id = isJsonObject(value) ? value['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
