import type { FileHandle } from 'node:fs/promises';

import type { Chain, ChainFault } from '../record/chain.js';
import type { ParsedEntry, RawEntry } from '../record/line.js';
import { MAX_LINE_BYTES } from '../record/bodies.js';
import { entryBytes, isTorn, readEntries } from './lines.js';

export interface ScanOptions<Fault> {
  /** Offset to stop before. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
  /** Sees each record that continues the chain; may find a fault of its own, which ends the scan. */
  readonly onRecord?: (entry: ScannedEntry) => Fault | undefined;
}

/** A record that continues the chain, and its lines. */
export interface ScannedEntry extends ParsedEntry {
  readonly raw: RawEntry;
  /** Offset in its file at which its lines begin. */
  readonly offset: number;
}

/** A fault and the record that it is about. */
export type Located<Fault> = Fault & { readonly seq: number };

export interface ScanResult<Fault> {
  /** Bytes of whole records. */
  readonly bytes: number;
  /** Bytes of the last record's line with its newline; 0 where there is none. */
  readonly lastLineBytes: number;
  readonly fault: Located<Fault | ChainFault> | undefined;
  /** What a crash left of unfinished lines; empty if there is nothing. */
  readonly torn: Uint8Array;
}

/** Reads one file of a ledger, following the chain, until the end or the first fault. */
export async function scanFile<Fault>(
  handle: FileHandle,
  chain: Chain,
  { onRecord, ...options }: ScanOptions<Fault> = {},
): Promise<ScanResult<Fault>> {
  const at = { bytes: 0, lastLineBytes: 0 };
  let rest: Buffer = Buffer.alloc(0);
  for await (const batch of readEntries(handle, options)) {
    for (const raw of batch.entries) {
      const seq = chain.size;
      const entry = chain.accept(raw);
      if ('code' in entry) return { ...at, fault: { ...entry, seq }, torn: NOTHING };
      const fault = onRecord?.({ ...entry, raw, offset: at.bytes });
      at.lastLineBytes = raw.line.length + 1;
      at.bytes += entryBytes(raw);
      if (fault !== undefined) return { ...at, fault: { ...fault, seq }, torn: NOTHING };
    }
    rest = batch.rest;
  }
  return rest.length === 0 || isTorn(rest)
    ? { ...at, fault: undefined, torn: rest }
    : { ...at, fault: { ...faultOf(rest), seq: chain.size }, torn: NOTHING };
}

const NOTHING = new Uint8Array();

function faultOf(rest: Uint8Array): ChainFault {
  return rest.length > MAX_LINE_BYTES
    ? { code: 'LINE_TOO_LONG', message: `a line is longer than ${MAX_LINE_BYTES} bytes` }
    : { code: 'MALFORMED', message: 'what follows the last newline is not an unfinished record' };
}
