import { dirname } from 'node:path';

import { messageOf, type Clock } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import { createFolder } from '@axtary/core/durable-files';

import { LedgerError } from '../errors.js';
import type { EpochKeys } from '../keys/epoch-keys.js';
import type { AcceptedGap, AppendListener, LedgerHead, OpenReport } from '../ledger.js';
import type { LedgerSigner } from '../record/checkpoint.js';
import { prepare } from '../record/prepare.js';
import type { RecordContent } from '../record/records.js';
import { LocalFile } from './file.js';
import { GroupCommit, type CheckpointEvery } from './group-commit.js';
import { compareWithHead, setAside } from './history.js';
import type { HeadStore } from './head-store.js';
import { loadLedger, type LoadedLedger } from './load.js';
import { acquireLock, type Lock } from './lock.js';
import type { OpenIntents } from './open-intents.js';
import type { Projection } from './projection.js';
import type { ScannedEntry } from './scan.js';
import { saveSealedState } from './sealed-state.js';
import { listSegments, segmentFile } from './segments.js';
import type { Signing } from './signing.js';
import { firstSigning } from './signing-keys.js';
import { Tail } from './tail.js';

export interface SessionOptions {
  readonly clock: Clock;
  readonly software: string;
  readonly signer: LedgerSigner | undefined;
  readonly epochs: EpochKeys | undefined;
  readonly every: CheckpointEvery;
  readonly rotateAt: number;
  readonly heads: HeadStore | undefined;
  readonly projections: readonly Projection[];
  readonly onCommit: AppendListener;
  readonly onHealth: (fault: LedgerError | undefined) => void;
  readonly onActive: ((entry: ScannedEntry) => void) | undefined;
  readonly onSealed: ((segment: string) => void) | undefined;
}

/** One ledger, claimed and checked, until it is released. */
export interface Session {
  readonly file: LocalFile;
  readonly tail: Tail;
  readonly commit: GroupCommit;
  readonly signing: Signing | undefined;
  readonly openIntents: OpenIntents;
  readonly report: OpenReport;
  release(): Promise<void>;
}

/** Claims a ledger, checks what it must of it, and writes what its opening calls for. */
export async function openSession(
  path: string,
  options: SessionOptions,
  accepted?: AcceptedGap,
): Promise<Session> {
  try {
    await createFolder(dirname(path));
    const lock = await acquireLock(path);
    return await releasingOnFailure(lock, () => claim(path, lock, { options, accepted }));
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause;
    const message = `the ledger cannot be opened: ${messageOf(cause)}`;
    throw new LedgerError('LEDGER_UNREADABLE', message, { cause });
  }
}

interface Opening {
  readonly options: SessionOptions;
  readonly accepted: AcceptedGap | undefined;
}

async function claim(path: string, lock: Lock, opening: Opening): Promise<Session> {
  const expected = await opening.options.heads?.load();
  try {
    return await claimFile(path, lock, { ...opening, expected });
  } catch (error) {
    const { accepted } = opening;
    if (!expected || accepted?.expected !== expected.head || !isLost(error)) throw error;
    // What cannot be read is kept as it is, and a new ledger says so in its second record.
    await setAside(path);
    return claimFile(path, lock, { ...opening, expected, wasUnreadable: true });
  }
}

function isLost(error: unknown): boolean {
  if (!(error instanceof LedgerError)) return false;
  return error.code === 'LEDGER_CHAIN_BROKEN' || error.code === 'LEDGER_CHECKPOINT_FAILED';
}

interface Claim extends Opening {
  readonly expected: LedgerHead | undefined;
  readonly wasUnreadable?: boolean;
}

async function claimFile(path: string, lock: Lock, claimed: Claim): Promise<Session> {
  const file = await LocalFile.open(path);
  const release = async (): Promise<void> => {
    await file.close();
    await lock.release();
  };
  return releasingOnFailure({ release: () => file.close() }, async () => {
    const { session, first } = await load(path, file, claimed);
    if (first.length > 0) await session.commit.append(first.map(prepare));
    const report = { ...session.report, ...headOf(session.tail) };
    return { ...session, report, release };
  });
}

async function releasingOnFailure<T>(held: Lock, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await held.release();
    throw error;
  }
}

interface Loaded {
  readonly session: Omit<Session, 'release'>;
  /** What this opening itself has to record. */
  readonly first: readonly RecordContent[];
}

async function load(path: string, file: LocalFile, { options, ...kept }: Claim): Promise<Loaded> {
  const { clock, software, projections, onActive } = options;
  const loaded = await loadLedger(file, await listSegments(path), { projections, onActive });
  for (const projection of projections) projection.opened?.();
  const gap = await compareWithHead(path, loaded.chain, kept);
  const { genesisKey, signing } = await firstSigning(loaded.chain, options);
  const { chain, active } = loaded;
  const { torn } = active;
  const recovered =
    torn.length > 0 ? { droppedBytes: torn.length, droppedHash: sha256(torn) } : undefined;
  if (recovered) await file.truncate(active.bytes);
  const created = chain.size === 0;
  const tail = new Tail(clock, chain, active.lastLineBytes);
  const commit = createCommit(path, { file, tail, signing, loaded, options });
  const { openIntents } = loaded;
  const report = { ...headOf(tail), created, recovered, openIntents: openIntents.list() };
  const key = genesisKey && { checkpointKey: genesisKey };
  const first: RecordContent[] = [];
  if (created) first.push({ type: 'genesis', body: { software, ...key } });
  if (gap) first.push({ type: 'gap', body: gap });
  if (recovered) first.push({ type: 'recovery', body: recovered });
  return { session: { file, tail, commit, signing, openIntents, report }, first };
}

interface CommitParts {
  readonly file: LocalFile;
  readonly tail: Tail;
  readonly signing: Signing | undefined;
  readonly loaded: LoadedLedger;
  readonly options: SessionOptions;
}

function createCommit(
  path: string,
  { file, tail, signing, loaded, options }: CommitParts,
): GroupCommit {
  const { openIntents } = loaded;
  const { projections, every, rotateAt, onCommit, onHealth, onSealed } = options;
  let { first } = loaded;
  return new GroupCommit({
    file,
    tail,
    signing,
    every,
    rotateAt,
    unsigned: loaded.chain.unsigned,
    onHealth,
    onCommit: (records) => {
      for (const record of records) {
        openIntents.note(record);
        for (const projection of projections) projection.note(record);
      }
      onCommit(records);
    },
    rotate: async () => {
      const segment = segmentFile(path, first);
      const { mark, last } = tail;
      const { log } = tail;
      const { size, head } = mark;
      const tree = tail.tree();
      const chain = { log, size, head, last, unsigned: 0, tree, signing: signing?.epoch };
      const saved = projections.map((one) => [one.name, one.save()] as const);
      // A convenience: without it, the next opening reads all segments.
      await saveSealedState(segment, {
        chain,
        openIntents: openIntents.list(),
        projections: Object.fromEntries(saved),
      }).catch(() => undefined);
      await file.seal(segment);
      // Now, whatever happens: the next segment must not be given the same name.
      first = size;
      onSealed?.(segment);
      await file.begin();
    },
  });
}

function headOf({ log, mark }: Tail): LedgerHead {
  return { log, size: mark.size, head: mark.head };
}
