export type {
  Anchor,
  AnchorSource,
  AnchorTarget,
  Checkpoint,
  PushOptions,
  Receipt,
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
export { noteSigner, parseVerifierKey, type PublishedNoteSigner } from './anchors/note-key.js';
export type { NoteSigner, NoteVerifier } from './anchors/note.js';
export { OtlpAnchor, OtlpExport, type OtlpAnchorOptions } from './anchors/otlp.js';
export { LocalReceipts, receiptsFolder } from './anchors/receipts.js';
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
