export { createDiffMetadata } from './diff.js';
export { ApprovalError, type ApprovalErrorCode } from './errors.js';
export { InMemoryApprovalQueueStore } from './in-memory.js';
export { approvalItemSchema, type ApprovalItem, type Provenance } from './item.js';
export { LocalJsonApprovalQueueStore } from './local-json.js';
export { requestId, type QueueOptions } from './queue.js';
export { approvalProgress, type ApprovalProgress } from './requirements.js';
export {
  createQueueApprovalResolver,
  type ApprovalDenial,
  type ApprovalRequest,
  type ApprovalResolver,
  type PendingApproval,
  type QueueResolverOptions,
  type ResolveOptions,
  type ReviewMaterial,
} from './resolver.js';
export {
  verifyApprovalStatement,
  verifyPolicyTrust,
  type ApproverKey,
  type ApproverKeys,
} from './statement.js';
export type { AnswerOptions, ApprovalQueueStore, CreateApprovalOptions } from './store.js';
