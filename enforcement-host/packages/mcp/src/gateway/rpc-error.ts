import { messageOf } from '@axtary/core';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';

import { McpGatewayError } from '../errors.js';

/** A JSON-RPC error, as it goes to the client. The SDK's own class would prefix the message. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

/** What the server answered, as it answered it; anything else as an internal error. */
export function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof McpGatewayError && error.cause instanceof McpError) {
    const { code, message, data } = error.cause;
    if (error.code === 'MCP_CALL_REFUSED') return new RpcError(code, unprefixed(message), data);
  }
  const message = `Axtary could not pass this on: ${messageOf(error)}`;
  return new RpcError(ErrorCode.InternalError, message);
}

// The SDK's client puts this before what the server said.
function unprefixed(message: string): string {
  return message.replace(/^MCP error -?\d+: /, '');
}
