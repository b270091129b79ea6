import { AxtaryError } from '@axtary/core';

export type HostErrorCode =
  | 'HOST_RUNNING'
  | 'HOST_STATE_UNUSABLE'
  | 'UNAUTHORISED'
  | 'ENROLMENT_REFUSED'
  | 'WORKSPACE_UNKNOWN'
  | 'POLICY_NOT_TRUSTED'
  | 'POLICY_NOT_VALID'
  | 'SUBJECT_UNKNOWN'
  | 'PASS_KEY_REFUSED'
  | 'NOT_LIFTABLE'
  | 'EXPORT_REFUSED'
  /** There is no such query any more: another took its place. */
  | 'QUERY_UNKNOWN'
  | 'QUERY_REPLACED'
  | 'QUERY_INVALID'
  | 'RECORD_UNKNOWN'
  | 'NOT_NEEDED';

/** The enforcement host cannot do what was asked. */
export class HostError extends AxtaryError<HostErrorCode> {}
