import { AxtaryError, messageOf } from '@axtary/core';

import type { LedgerHead } from './ledger.js';

export type LedgerErrorCode =
  /** The file is not the chain it should be; `seq` says where. Nothing was appended. */
  | 'LEDGER_CHAIN_BROKEN'
  /** A checkpoint cannot be signed, or not by the key that this ledger names. */
  | 'LEDGER_CHECKPOINT_FAILED'
  | 'LEDGER_CLOSED'
  /** Another process writes this ledger, or has written to it. */
  | 'LEDGER_LOCKED'
  /** There is no ledger where there was one, as a head that was kept outside shows. */
  | 'LEDGER_MISSING'
  /** There is no signed prefix to export. */
  | 'LEDGER_NOT_CHECKPOINTED'
  /** The entry cannot be a record: over the line limit, or not representable as JSON. */
  | 'LEDGER_RECORD_REFUSED'
  | 'LEDGER_UNREADABLE'
  /** The ledger is not, or not any more, the one whose head was kept outside. */
  | 'LEDGER_WENT_BACK'
  /** Not durable, so not appended. */
  | 'LEDGER_WRITE_FAILED';

/** A ledger that cannot be read, trusted or written. */
export class LedgerError extends AxtaryError<LedgerErrorCode> {
  /** Sequence number of the record concerned, where there is one. */
  readonly seq: number | undefined;
  /** The head that was kept outside, where the ledger is not what it says. */
  readonly expected: LedgerHead | undefined;

  constructor(
    code: LedgerErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly seq?: number;
      readonly expected?: LedgerHead;
    } = {},
  ) {
    super(code, message, options);
    this.seq = options.seq;
    this.expected = options.expected;
  }
}

/** A record that is not what the chain says it is. */
export function brokenAt(fault: { readonly seq: number; readonly message: string }): LedgerError {
  const message = `record ${fault.seq} of the ledger is broken: ${fault.message}`;
  return new LedgerError('LEDGER_CHAIN_BROKEN', message, { seq: fault.seq });
}

/** A file that could not be opened for reading. */
export function unreadable(cause: unknown): LedgerError {
  const message = `the ledger cannot be read: ${messageOf(cause)}`;
  return new LedgerError('LEDGER_UNREADABLE', message, { cause });
}

/** What was read. @throws LedgerError `LEDGER_UNREADABLE` where the disk does not let us. */
export function orUnreadable<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((cause: unknown) => {
    throw unreadable(cause);
  });
}
