import { AxtaryError } from '@axtary/core';

export type McpGatewayErrorCode =
  | 'MCP_SERVER_UNKNOWN'
  | 'MCP_SERVER_UNAVAILABLE'
  | 'MCP_TOOL_UNKNOWN'
  | 'MCP_TOOL_AMBIGUOUS'
  | 'MCP_TOOL_CHANGED'
  | 'MCP_TOOL_INVALID'
  | 'MCP_SUBAGENT_REFUSED'
  | 'MCP_CALL_MALFORMED'
  | 'MCP_CALL_INTERRUPTED'
  | 'MCP_CALL_REFUSED';

/**
 * What keeps a call from an MCP server or its answer from us. `MCP_CALL_INTERRUPTED`: it was sent,
 * and may have had its effect. `MCP_CALL_REFUSED`: the server answered an error, in `cause`.
 */
export class McpGatewayError extends AxtaryError<McpGatewayErrorCode> {}
