import { messageOf } from '@axtary/core';

import type { BlockCode } from '../types.js';

/**
 * Ends a call before its handler: nothing was executed. Thrown inside the pipeline only; the
 * runtime turns it into a `blocked` result.
 */
export class Block extends Error {
  readonly code: BlockCode;
  readonly approvalId: string | undefined;

  constructor(
    code: BlockCode,
    message: string,
    options?: { readonly cause?: unknown; readonly approvalId?: string | undefined },
  ) {
    super(message, options);
    this.name = 'Block';
    this.code = code;
    this.approvalId = options?.approvalId;
  }
}

/** Runs a step whose every failure blocks the call. */
export async function orBlock<T>(
  code: BlockCode,
  what: string,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof Block) throw cause;
    throw new Block(code, `${what}: ${messageOf(cause)}`, { cause });
  }
}

/** @throws Block `CANCELLED` when the caller has gone. */
export function assertNotCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledBlock();
}

/** The caller had gone before the handler was called. */
export function cancelledBlock(): Block {
  return new Block('CANCELLED', 'the caller cancelled; nothing was executed');
}
