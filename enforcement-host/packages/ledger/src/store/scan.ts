import type { FileHandle } from 'node:fs/promises';

import { Chain, type ChainFault } from '../record/chain.js';
import { isTorn, readLines } from './lines.js';
import { MAX_LINE_BYTES, type LedgerRecord } from '../record/records.js';

export interface ScanOptions<Fault> {
  /** Offset to stop before. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
  /** Sees each record that continues the chain; may find a fault of its own, which ends the scan. */
  readonly onRecord?: (record: LedgerRecord, scan: ScanPosition) => Fault | undefined;
}

/** How far a scan has come. */
export interface ScanPosition {
  readonly chain: Chain;
  /** Bytes of whole lines. */
  readonly bytes: number;
  /** Bytes of the last whole line with its newline. */
  readonly lastLineBytes: number;
}

/** A fault and the record that it is about. */
export type Located<Fault> = Fault & { readonly seq: number };

export interface ScanResult<Fault> extends ScanPosition {
  readonly fault: Located<Fault | ChainFault> | undefined;
  /** An unfinished last line, as a crash leaves it; empty if there is none. */
  readonly torn: Uint8Array;
}

/** Reads a whole ledger, following its chain, until the end or the first fault. */
export async function scanLedger<Fault>(
  handle: FileHandle,
  { onRecord, ...options }: ScanOptions<Fault> = {},
): Promise<ScanResult<Fault>> {
  const at = { chain: new Chain(), bytes: 0, lastLineBytes: 0 };
  let rest: Buffer = Buffer.alloc(0);
  for await (const batch of readLines(handle, options)) {
    for (const line of batch.lines) {
      const seq = at.chain.size;
      const record = at.chain.accept(line);
      if ('code' in record) return { ...at, fault: { ...record, seq }, torn: NOTHING };
      at.lastLineBytes = line.length + 1;
      at.bytes += at.lastLineBytes;
      const fault = onRecord?.(record, at);
      if (fault !== undefined) return { ...at, fault: { ...fault, seq }, torn: NOTHING };
    }
    rest = batch.rest;
  }
  return rest.length === 0 || isTorn(rest)
    ? { ...at, fault: undefined, torn: rest }
    : { ...at, fault: { ...faultOf(rest), seq: at.chain.size }, torn: NOTHING };
}

const NOTHING = new Uint8Array();

function faultOf(rest: Uint8Array): ChainFault {
  return rest.length > MAX_LINE_BYTES
    ? { code: 'LINE_TOO_LONG', message: `a line is longer than ${MAX_LINE_BYTES} bytes` }
    : { code: 'MALFORMED', message: 'what follows the last newline is not an unfinished record' };
}
