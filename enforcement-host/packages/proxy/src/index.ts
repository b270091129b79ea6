export { BudgetProjection } from './budget-projection.js';
export { budgetEventOf } from './pipeline/budget.js';
export type {
  ApprovalVerifier,
  PayloadStore,
  PolicySource,
  SignerSource,
} from './pipeline/dependencies.js';
export { LocalPolicyArchive } from './policy-archive.js';
export {
  replayDecision,
  replayDecisions,
  type ArchivedPolicy,
  type ComparedDecision,
  type Replayed,
  type ReplayedRecord,
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
