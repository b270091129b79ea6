export {
  logIdSchema,
  type Anchor,
  type AnchorSource,
  type AnchorTarget,
  type Checkpoint,
  type PushOptions,
  type Receipt,
} from './anchors/anchor.js';
export {
  createAnchorer,
  type Anchorer,
  type AnchorerOptions,
  type AnchorFailure,
  type AnchorStatus,
} from './anchors/anchoring.js';
export {
  checkAnchors,
  readAnchors,
  sizesToCompare,
  type AnchoredTree,
  type AnchorFinding,
  type AnchorFindingCode,
  type AnchorReport,
  type UnreadSource,
} from './anchors/check.js';
export { originOf } from './anchors/checkpoint-note.js';
export { ControlPlaneAnchor, type ControlPlaneAnchorOptions } from './anchors/control-plane.js';
export { AnchorError, type AnchorErrorCode } from './anchors/errors.js';
export { FileAnchor } from './anchors/file.js';
export { GitAnchor, type GitAnchorOptions } from './anchors/git.js';
export type { Fetch, HttpAnchorOptions } from './anchors/http.js';
export { noteKeyFile, openNoteKey, type ReadSecret } from './anchors/note-key-file.js';
export { noteSigner, parseVerifierKey, type PublishedNoteSigner } from './anchors/note-key.js';
export type { NoteSigner, NoteVerifier } from './anchors/note.js';
export { OtlpAnchor, OtlpExport, type OtlpAnchorOptions } from './anchors/otlp.js';
export { LocalReceipts, receiptsFolder } from './anchors/receipts.js';
export {
  openAnchorTarget,
  type AnchorDescription,
  type AnchorTargetOptions,
} from './anchors/target.js';
export { WitnessAnchor, type ProveConsistency, type WitnessOptions } from './anchors/witness.js';
export {
  consistencyProof,
  inclusionProof,
  subtreeHashes,
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionPath,
  type LeafHashes,
  type SubtreeHash,
} from './merkle/proofs.js';
export { LedgerError, type LedgerErrorCode } from './errors.js';
export { attestLedger, type AttestOptions, type AttestReport } from './export/attest.js';
export type { ExportSelection } from './export/export-format.js';
export { disclosuresFor, openingLine, redactableMembers } from './export/redaction.js';
export { frontierAt, signedRoot, surveyLedger, type LedgerSurvey } from './export/survey.js';
export { LEDGER_FORMATS, type LedgerFormat, type LedgerFormatName } from './formats/formats.js';
export type { FormatContext } from './formats/format-context.js';
export { LedgerEvents, type LedgerEvent } from './formats/ledger-event.js';
export type { EpochKeys } from './keys/epoch-keys.js';
export { LocalEpochKeys, localLedgerSigner } from './keys/local-epoch-keys.js';
export type {
  AcceptedGap,
  AppendListener,
  Ledger,
  LedgerHead,
  OpenReport,
  ReadOptions,
} from './ledger.js';
export { digestOf as sha256OfBytes } from './merkle/tree.js';
export { signedBy, type LedgerArtifact, type LedgerSigner } from './record/checkpoint.js';
export { leafHash, type RawEntry } from './record/line.js';
export { redactedRecordSchema, type RedactedRecord } from './record/redacted.js';
export { disclosureSchema, type Disclosure } from './record/seal.js';
export type { CheckpointEvery } from './store/group-commit.js';
export { LocalHeadStore, type HeadStore } from './store/head-store.js';
export { LocalJsonlLedger, type LocalJsonlLedgerOptions } from './store/local-ledger.js';
export { SharedJsonlLedger, type SharedJsonlLedgerOptions } from './shared/shared-ledger.js';
export type { Projection } from './store/projection.js';
export {
  parseLedgerEntry,
  readLedger,
  readLedgerEntries,
  wholeRecord,
  type LedgerFileEntry,
  type ReadLedgerOptions,
} from './store/read-ledger.js';
export { acquireLock, type Lock } from './store/lock.js';
export {
  LocalPayloadStore,
  type LocalPayloadStoreOptions,
  type Pruned,
} from './payloads/payload-store.js';
export type { Retention } from './payloads/retention.js';
export {
  pastActions,
  type PastAction,
  type PastActionsOptions,
  type PastActionWithoutPayload,
  type PayloadSource,
} from './payloads/past-actions.js';
export { type LedgerAction, type MeteredUse, type Trace } from './record/bodies.js';
export {
  recordSchema,
  type ApprovalBody,
  type BodyOf,
  type DecisionBody,
  type EntryType,
  type IntentBody,
  type KeyBody,
  type LedgerEntry,
  type LedgerRecord,
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
export type { KnownState } from './verify/known-states.js';
export type { OpenedMembers, VerifyOptions, VerifyProgress } from './verify/verification.js';
export { verifyExport } from './verify/verify-export.js';
export { verifyLedger } from './verify/verify-ledger.js';
export { SinkError, type SinkErrorCode } from './sinks/errors.js';
export { FileSink, type FileSinkOptions } from './sinks/file-sink.js';
export { OtlpSink, type OtlpSinkOptions } from './sinks/otlp-sink.js';
export type { DeliverOptions, DeliverReport, LedgerSink } from './sinks/sink.js';
export type { SyslogMessageOptions } from './sinks/syslog-message.js';
export { SyslogSink, type SyslogSinkOptions } from './sinks/syslog-sink.js';
export { TailError, type TailErrorCode } from './tail/errors.js';
export type { FileWatchOptions } from './tail/file-watch.js';
export type { TailSource } from './tail/tail-source.js';
export { LocalTailSource } from './tail/local-tail-source.js';
export {
  tailLedger,
  type TailOptions,
  type TailReport,
  type TailStatus,
} from './tail/tail-ledger.js';
export { LedgerIndex, type LedgerIndexOptions } from './query-index/ledger-index.js';
export type { QueryResult, RecordFilter, RecordQuery } from './query-index/query.js';
export type { IndexedEntry } from './query-index/read-records.js';
export type { Attribute } from './query-index/record-facts.js';
export {
  ledgerSource,
  type OpenedEntry,
  type SegmentFile,
  type SegmentSource,
} from './query-index/segment-source.js';
export type { Group, Span, Timeline } from './query-index/tally.js';
export type { TextLimits } from './query-index/text-search.js';
