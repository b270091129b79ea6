import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import type { Clock } from '@axtary/core';

import type { AnchoredTree, Checkpoint } from '../../src/index.js';
import { noteSigner } from '../../src/anchors/note-key.js';
import { originOf } from '../../src/anchors/checkpoint-note.js';
import type { ProveConsistency } from '../../src/anchors/witness.js';
import { LocalJsonlLedger, type LedgerSigner } from '../../src/index.js';
import { consistencyProof, subtreeHashes, type SubtreeHash } from '../../src/merkle/proofs.js';
import { digestOf, emptyRoot } from '../../src/merkle/tree.js';
import { call, linesOf } from '../support.js';

export const CLOCK: Clock = { now: () => new Date('2026-01-02T03:04:05.678Z') };

/** A ledger as its file is now, with its Merkle tree. */
export interface Opened {
  readonly tree: AnchoredTree;
  readonly checkpoint: Checkpoint;
  readonly prove: ProveConsistency;
}

export async function open(path: string): Promise<Opened> {
  const lines = (await linesOf(path)).filter((line) => !line.startsWith('{"disclosures":'));
  const leaves = Buffer.concat(
    lines.map((line) => createHash('sha256').update(`\0${line}`).digest()),
  );
  const subtree = subtreeHashes((start, end) => leaves.subarray(start * 32, end * 32));
  const { log } = JSON.parse(lines[0] ?? '') as { log: string };
  const size = lines.length;
  const tree: AnchoredTree = {
    log,
    size,
    rootAt: async (at) => digestOf(await rootOf(subtree, at)),
    headAt: (at) => digestOf(leaves.subarray((at - 1) * 32, at * 32)),
  };
  const root = await tree.rootAt(size);
  const head = digestOf(leaves.subarray((size - 1) * 32));
  return {
    tree,
    checkpoint: { log, size, root, head },
    prove: (first, second) => consistencyProof(first, second, subtree),
  };
}

async function rootOf(subtree: SubtreeHash, size: number): Promise<Buffer> {
  return size === 0 ? emptyRoot() : subtree(0, size);
}

/** Appends so many calls and a checkpoint, as whoever holds the key can. */
export async function extend(
  path: string,
  { calls, name, checkpoint }: { calls: number; name: string; checkpoint: LedgerSigner },
): Promise<Opened> {
  const ledger = new LocalJsonlLedger(path, { signer: checkpoint });
  for (let n = 0; n < calls; n++) await ledger.append(call(`${name}_${n}`));
  await ledger.checkpoint();
  await ledger.close();
  return open(path);
}

/** Copies the first records of a ledger. */
export async function copyOf(path: string, size: number, to: string): Promise<string> {
  const lines: string[] = [];
  let records = 0;
  for (const line of await linesOf(path)) {
    if (records === size) break;
    lines.push(line);
    if (!line.startsWith('{"disclosures":')) records++;
  }
  assert.equal(records, size);
  await writeFile(to, `${lines.join('\n')}\n`);
  assert.equal((await readFile(to, 'utf8')).endsWith('\n'), true);
  return to;
}

/** Signs notes of a ledger with a key of its own. */
export function newNoteSigner(log: string): ReturnType<typeof noteSigner> {
  return noteSigner(originOf(log), generateKeyPairSync('ed25519').privateKey);
}
