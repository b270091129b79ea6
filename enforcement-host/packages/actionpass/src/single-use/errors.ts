import { AxtaryError } from '@axtary/core';

export type SingleUseErrorCode = 'SINGLE_USE_UNAVAILABLE';

/** Whether a key was used is not known, or cannot be kept: nothing may be executed on it. */
export class SingleUseError extends AxtaryError<SingleUseErrorCode> {}
