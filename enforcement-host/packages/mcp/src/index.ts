export { McpGatewayError, type McpGatewayErrorCode } from './errors.js';
export { createMcpGateway, type McpGateway, type McpGatewayOptions } from './gateway/gateway.js';
export { defaultHoldFor, type ClientDescription } from './gateway/hold.js';
export type {
  Identity,
  Inspect,
  InspectedCall,
  Inspection,
  SessionDescription,
} from './gateway/tool-call.js';
export { systemTimer, type Timer } from './timer.js';
export type { HttpUpstream, StdioUpstream, UpstreamDefinition } from './upstream/definition.js';
export type { ToolDefinition } from './upstream/tools.js';
export type { UpstreamState, UpstreamStatus } from './upstream/upstream.js';
export { createUpstreams, type Upstreams, type UpstreamsOptions } from './upstream/upstreams.js';
