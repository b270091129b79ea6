import { AxtaryError } from '@axtary/core';

export type ProverErrorCode = 'PROVER_MODULE_UNREADABLE' | 'PROVER_MODULE_UNTRUSTED';

/** An engine that cannot be started, so that nothing can be proven. */
export class ProverError extends AxtaryError<ProverErrorCode> {}
