export {
  ARTIFACT_TYPES,
  AxtaryError,
  assertNever,
  codeOf,
  messageOf,
  systemClock,
  type ApprovalStatement,
  type DiffMetadata,
  type Clock,
  type PolicyTrustStatement,
} from '@axtary/core';
export {
  CONTROL_PROTOCOL_VERSION,
  controlProtocol,
  hostReadySchema,
  hostStartSchema,
  ledgerAnchorSchema,
  type ControlProtocol,
  type HostReady,
  type HostStart,
  type LedgerAnchor,
  type StopReason,
} from './control.js';
export {
  type NotificationName,
  type Params,
  type Protocol,
  type RequestName,
  type Result,
} from './define.js';
export {
  approvalDetailSchema,
  type ApprovalDetail,
  type ApprovalSummary,
  type Approver,
  type LedgerItem,
  type PolicyIssue,
  type PolicyState,
  type PublicJwk,
  type ServerState,
  type VerifyReport,
  type WorkspaceState,
} from './model.js';
export {
  RemoteCallError,
  answer,
  createCaller,
  createNotifier,
  type Caller,
  type RemoteCallErrorCode,
  type RequestHandlers,
  type RpcConnection,
} from './rpc.js';
export {
  fromApprovalPanelSchema,
  toApprovalPanelSchema,
  type ApprovalPanel,
  type FromApprovalPanel,
  type ToApprovalPanel,
} from './webview.js';
export { splitVisible, visibleText, type TextRun } from './visible-text.js';
