export { BudgetProjection } from './budget-projection.js';
export { budgetEventOf } from './pipeline/budget.js';
export type {
  ApprovalVerifier,
  PayloadStore,
  PolicySource,
  SignerSource,
} from './pipeline/dependencies.js';
export {
  replayDecision,
  type ComparedDecision,
  type Replayed,
  type ReplaySources,
} from './replay.js';
export { createProxyRuntime, type ProxyRuntimeOptions } from './runtime.js';
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
