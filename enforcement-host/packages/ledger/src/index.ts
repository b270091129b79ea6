export type { CheckpointSigner } from './record/checkpoint.js';
export { LedgerError, type LedgerErrorCode } from './errors.js';
export { exportLedger, type ExportReport } from './export/export.js';
export type { CheckpointEvery } from './store/group-commit.js';
export type { AppendListener, Ledger, LedgerHead, OpenReport, ReadOptions } from './ledger.js';
export { LocalJsonlLedger, type LocalJsonlLedgerOptions } from './store/local-ledger.js';
export { acquireLock, type Lock } from './store/lock.js';
export { LocalPayloadStore, type LocalPayloadStoreOptions } from './payloads/payload-store.js';
export {
  pastActions,
  type PastAction,
  type PastActionsOptions,
  type PastActionWithoutPayload,
  type PayloadSource,
} from './payloads/past-actions.js';
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
} from './record/records.js';
export {
  VERDICT_EXIT_CODES,
  type IncompleteCode,
  type InvalidCode,
  type VerifyReport,
  type VerifyVerdict,
} from './verify/verdict.js';
export { verifyLedgerFile, type VerifyOptions, type VerifyProgress } from './verify/verify.js';
export type { RawEntry } from './query-index/entries.js';
export { LedgerIndex, type LedgerIndexOptions } from './query-index/ledger-index.js';
export type { QueryResult, RecordFilter, RecordQuery } from './query-index/query.js';
export type { IndexedEntry } from './query-index/read-records.js';
export type { Attribute } from './query-index/record-facts.js';
export {
  singleFileSource,
  type OpenedEntry,
  type SegmentFile,
  type SegmentSource,
} from './query-index/segment-source.js';
export type { Group, Span, Timeline } from './query-index/tally.js';
export type { TextLimits } from './query-index/text-search.js';
