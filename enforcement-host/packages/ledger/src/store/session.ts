import { dirname } from 'node:path';

import { messageOf, type Clock } from '@axtary/core';
import { newId, sha256 } from '@axtary/core/digest';

import { parseCheckpointKey, type CheckpointSigner } from '../record/checkpoint.js';
import { brokenAt, LedgerError } from '../errors.js';
import { createFolder, LocalFile } from './file.js';
import { GroupCommit, type CheckpointEvery } from './group-commit.js';
import type { AppendListener, OpenReport } from '../ledger.js';
import { acquireLock, type Lock } from './lock.js';
import { OpenIntents } from './open-intents.js';
import { prepare } from '../record/prepare.js';
import type { LedgerRecord, RecordContent } from '../record/records.js';
import { scanLedger, type ScanResult } from './scan.js';
import { Tail } from './tail.js';

export interface SessionOptions {
  readonly clock: Clock;
  readonly software: string;
  readonly signer: CheckpointSigner | undefined;
  readonly every: CheckpointEvery;
  readonly onCommit: AppendListener;
  readonly onScanned: ((record: LedgerRecord) => void) | undefined;
}

/** One ledger file, claimed and checked, until it is released. */
export interface Session {
  readonly file: LocalFile;
  readonly tail: Tail;
  readonly commit: GroupCommit;
  readonly openIntents: OpenIntents;
  readonly report: OpenReport;
  release(): Promise<void>;
}

/** Claims a ledger file, checks all of it, and writes what its opening calls for. */
export async function openSession(path: string, options: SessionOptions): Promise<Session> {
  try {
    await createFolder(dirname(path));
    const lock = await acquireLock(path);
    return await releasingOnFailure(lock, () => claim(path, lock, options));
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause;
    const message = `the ledger cannot be opened: ${messageOf(cause)}`;
    throw new LedgerError('LEDGER_UNREADABLE', message, { cause });
  }
}

async function claim(path: string, lock: Lock, options: SessionOptions): Promise<Session> {
  const file = await LocalFile.open(path);
  const release = async (): Promise<void> => {
    await file.close();
    await lock.release();
  };
  return releasingOnFailure({ release: () => file.close() }, async () => {
    const { session, first } = await load(file, options);
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

async function load(file: LocalFile, options: SessionOptions): Promise<Loaded> {
  const { clock, signer, every, onCommit, onScanned } = options;
  const openIntents = new OpenIntents();
  const scan = await scanLedger<never>(file.handle, {
    end: file.size,
    onRecord: (record) => {
      openIntents.note(record);
      onScanned?.(record);
      return undefined;
    },
  });
  if (scan.fault) throw brokenAt(scan.fault);
  assertSigner(scan, signer);
  const { chain, lastLineBytes, torn } = scan;
  const created = chain.size === 0;
  const recovered =
    torn.length > 0 ? { droppedBytes: torn.length, droppedHash: sha256(torn) } : undefined;
  if (recovered) await file.truncate(scan.bytes);
  const tail = created
    ? new Tail(clock, newId('log'))
    : new Tail(clock, chain.log, { size: chain.size, head: chain.head, lastLineBytes });
  const commit = new GroupCommit({
    file,
    tail,
    signer,
    every,
    unsigned: chain.unsigned,
    onCommit: (records) => {
      for (const record of records) openIntents.note(record);
      onCommit(records);
    },
  });
  const report = { ...headOf(tail), created, recovered, openIntents: openIntents.list() };
  const first: RecordContent[] = [];
  if (created) first.push(genesis(options));
  if (recovered) first.push({ type: 'recovery', body: recovered });
  return { session: { file, tail, commit, openIntents, report }, first };
}

function headOf({ log, mark }: Tail): Pick<OpenReport, 'log' | 'size' | 'head'> {
  return { log, size: mark.size, head: mark.head };
}

function genesis({ software, signer }: SessionOptions): RecordContent {
  const key = signer && { checkpointKey: parseCheckpointKey(signer) };
  return { type: 'genesis', body: { software, ...key } };
}

function assertSigner({ chain }: ScanResult<never>, signer: CheckpointSigner | undefined): void {
  if (!signer || chain.size === 0 || chain.checkpointKid === signer.kid) return;
  const named = chain.checkpointKid ?? 'no key';
  const message = `this ledger names ${named} for its checkpoints, the signer is ${signer.kid}`;
  throw new LedgerError('LEDGER_CHECKPOINT_FAILED', message);
}
