import { AxtaryError } from '@axtary/core';

export type UpstreamErrorCode =
  'UPSTREAM_REFUSED' | 'UPSTREAM_UNREACHABLE' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_RESPONSE_INVALID';

/**
 * What stands behind a tool did not do what was asked. `UPSTREAM_REFUSED`: it will not, and
 * nothing was changed. `UPSTREAM_UNREACHABLE`: it failed. `UPSTREAM_TIMEOUT`: the caller stopped
 * waiting. `UPSTREAM_RESPONSE_INVALID`: what it answered cannot be handed on.
 */
export class UpstreamError extends AxtaryError<UpstreamErrorCode> {}
