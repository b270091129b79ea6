export type { ApprovalVerifier, PayloadStore, PolicySource } from './pipeline/dependencies.js';
export { createProxyRuntime, type ProxyRuntimeOptions } from './runtime.js';
export { UsageMeters, type UsageReservation } from './usage-meters.js';
export type {
  BlockCode,
  BlockedResult,
  ExecutedResult,
  FailedResult,
  HandleOptions,
  HandleResult,
  MalformedResult,
  ProxyRuntime,
  Timings,
} from './types.js';
