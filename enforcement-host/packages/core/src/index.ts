export { actionSchema, sha256Schema, pinSchema, type Action, type Pin } from './action.js';
export {
  ARTIFACT_TYPES,
  approvalArtifactSchema,
  approvalStatementSchema,
  policyTrustStatementSchema,
  type ApprovalArtifact,
  type ApprovalStatement,
  type PolicyTrustStatement,
} from './approval.js';
export { systemClock, type Clock } from './clock.js';
export {
  approvalFactSchema,
  decisionSchema,
  factsSchema,
  obligationsSchema,
  reasonSchema,
  verdictSchema,
  type ApprovalFact,
  type ApprovalRequirement,
  type Decision,
  type Facts,
  type Obligations,
  type Reason,
  type ShadowDecision,
  type Verdict,
} from './decision.js';
export { diffMetadataSchema, type DiffMetadata } from './diff.js';
export {
  ActionError,
  AxtaryError,
  assertNever,
  codeOf,
  messageOf,
  type ActionErrorCode,
} from './errors.js';
export type {
  FileChange,
  Handler,
  HandlerCall,
  HandlerProgress,
  Handlers,
  PinChecker,
  PinCheckers,
} from './handler.js';
export { canonicalize } from './json/canonicalize.js';
export { parseStrictJson } from './json/parse.js';
export {
  DEFAULT_JSON_LIMITS,
  isJsonObject,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
} from './json/value.js';
export { parseAction, type ParsedAction } from './parse-action.js';
export { parseTraceparent, type TraceContext } from './trace-context.js';
