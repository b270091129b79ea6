import { open, type FileHandle } from 'node:fs/promises';

import { brokenAt, unreadable } from '../errors.js';
import { Chain, type ChainState } from '../record/chain.js';
import type { LedgerRecord } from '../record/records.js';
import type { LocalFile } from './file.js';
import { OpenIntents } from './open-intents.js';
import type { Projection } from './projection.js';
import { scanFile, type ScanResult, type ScannedEntry } from './scan.js';
import { loadSealedState, type SealedState } from './sealed-state.js';
import type { Segment } from './segments.js';

/** A ledger as it was found when it was opened. */
export interface LoadedLedger {
  readonly chain: ChainState;
  readonly openIntents: OpenIntents;
  /** Of the file that is written. */
  readonly active: ScanResult<never>;
  /** First record of the file that is written. */
  readonly first: number;
}

export interface LoadOptions {
  readonly projections: readonly Projection[];
  /** Sees the records of the file that is written. */
  readonly onActive?: ((entry: ScannedEntry) => void) | undefined;
}

/**
 * Reads what is needed of a ledger to go on with it: the file that is written, and of the sealed
 * segments the state that the last one left behind. Where that is missing, it reads all of them.
 *
 * @throws LedgerError `LEDGER_CHAIN_BROKEN` (with `seq`), `LEDGER_UNREADABLE`.
 */
export async function loadLedger(
  file: LocalFile,
  segments: readonly Segment[],
  { projections, onActive }: LoadOptions,
): Promise<LoadedLedger> {
  const before = await sealedPart(segments, projections);
  const openIntents = new OpenIntents(before?.openIntents);
  const chain = before ? new Chain({ from: before.chain }) : new Chain();
  const first = chain.size;
  const note = (record: LedgerRecord): void => {
    openIntents.note(record);
    for (const projection of projections) projection.note(record);
  };
  const active = await scanWhole(file.handle, { chain, end: file.size }, (entry) => {
    if (entry.whole) note(entry.whole);
    onActive?.(entry);
  });
  return { chain: chain.state(), openIntents, active, first };
}

async function sealedPart(
  segments: readonly Segment[],
  projections: readonly Projection[],
): Promise<Omit<SealedState, 'projections'> | undefined> {
  const last = segments.at(-1);
  if (last === undefined) {
    for (const projection of projections) projection.restore(undefined);
    return undefined;
  }
  const saved = await loadSealedState(last);
  if (saved && restoreAll(projections, saved)) return saved;
  return readSegments(segments, projections);
}

function restoreAll(projections: readonly Projection[], saved: SealedState): boolean {
  try {
    for (const projection of projections) {
      const value = saved.projections[projection.name];
      if (value === undefined) return false;
      projection.restore(value);
    }
    return true;
  } catch {
    return false;
  }
}

async function readSegments(
  segments: readonly Segment[],
  projections: readonly Projection[],
): Promise<Omit<SealedState, 'projections'>> {
  for (const projection of projections) projection.restore(undefined);
  const openIntents = new OpenIntents();
  const chain = new Chain();
  for (const segment of segments) {
    const handle = await open(segment.file, 'r').catch((cause: unknown) => {
      throw unreadable(cause);
    });
    try {
      const { torn } = await scanWhole(handle, { chain }, ({ whole }) => {
        if (!whole) return;
        openIntents.note(whole);
        for (const projection of projections) projection.note(whole);
      });
      if (torn.length > 0) {
        throw brokenAt({ seq: chain.size, message: 'a sealed segment ends in an unfinished line' });
      }
    } finally {
      await handle.close();
    }
  }
  return { chain: chain.state(), openIntents: openIntents.list() };
}

async function scanWhole(
  handle: FileHandle,
  { chain, end }: { readonly chain: Chain; readonly end?: number },
  see: (entry: ScannedEntry) => void,
): Promise<ScanResult<never>> {
  const scan = await scanFile<never>(handle, chain, {
    ...(end !== undefined && { end }),
    onRecord: (entry) => {
      see(entry);
      return undefined;
    },
  });
  if (scan.fault) throw brokenAt(scan.fault);
  return scan;
}
