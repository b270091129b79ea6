export type { CheckpointSigner } from './checkpoint.js';
export { LedgerError, type LedgerErrorCode } from './errors.js';
export { exportLedger, type ExportReport } from './export.js';
export type { CheckpointEvery } from './group-commit.js';
export type { AppendListener, Ledger, LedgerHead, OpenReport, ReadOptions } from './ledger.js';
export { LocalJsonlLedger, type LocalJsonlLedgerOptions } from './local-ledger.js';
export { acquireLock, type Lock } from './lock.js';
export { LocalPayloadStore, type LocalPayloadStoreOptions } from './payload-store.js';
export {
  pastActions,
  type PastAction,
  type PastActionsOptions,
  type PastActionWithoutPayload,
  type PayloadSource,
} from './past-actions.js';
export {
  recordSchema,
  type ApprovalBody,
  type BodyOf,
  type DecisionBody,
  type EntryType,
  type IntentBody,
  type KeyBody,
  type LedgerAction,
  type LedgerEntry,
  type LedgerRecord,
  type MeteredUse,
  type OutcomeBody,
  type PassBody,
  type PolicyChangeBody,
  type RecordOf,
  type RecordType,
} from './records.js';
export {
  VERDICT_EXIT_CODES,
  type IncompleteCode,
  type InvalidCode,
  type VerifyReport,
  type VerifyVerdict,
} from './verdict.js';
export { verifyLedgerFile, type VerifyOptions, type VerifyProgress } from './verify.js';
