import { AxtaryError } from '@axtary/core';

export type ApprovalErrorCode =
  | 'APPROVAL_NOT_REQUIRED'
  | 'APPROVAL_NOT_FOUND'
  | 'APPROVAL_EXPIRED'
  | 'APPROVAL_ALREADY_DECIDED'
  | 'APPROVAL_QUEUE_FULL'
  | 'APPROVAL_STATEMENT_INVALID'
  | 'APPROVAL_STORE_DAMAGED';

/** An approval cannot be requested, given or used. */
export class ApprovalError extends AxtaryError<ApprovalErrorCode> {}
