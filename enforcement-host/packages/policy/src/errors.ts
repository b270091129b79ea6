import { AxtaryError } from '@axtary/core';

export type PolicyErrorCode = 'POLICY_MALFORMED';

/** A policy document that cannot be enforced as it is written. */
export class PolicyError extends AxtaryError<PolicyErrorCode> {}
