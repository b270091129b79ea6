import {
  inclusionProof,
  sha256OfBytes,
  signedBy,
  signedRoot,
  subtreeHashes,
  type LedgerIndex,
  type RecordOf,
} from '@axtary/ledger';
import type { LedgerDetail } from '@axtary/protocol';

import type { Workspace } from '../workspace/workspace.js';

/** Bytes of a leaf hash. */
const LEAF_BYTES = 32;

/**
 * Where a record stands in the tree of the first checkpoint after it; `undefined` until one covers
 * it.
 */
export async function proofOf(
  { evidence: { index } }: Workspace,
  seq: number,
): Promise<LedgerDetail['proof']> {
  const checkpoint = await checkpointAfter(index, seq);
  if (!checkpoint) return undefined;
  const root = signedRoot(checkpoint.body.jws);
  const kid = signedBy(checkpoint.body.jws);
  if (root === undefined || kid === undefined) return undefined;
  const size = checkpoint.seq;
  const leaves = Buffer.from(await index.leaves(0, size));
  const hashes = subtreeHashes((start, end) =>
    leaves.subarray(start * LEAF_BYTES, end * LEAF_BYTES),
  );
  const path = await inclusionProof(seq, size, hashes);
  const leaf = leaves.subarray(seq * LEAF_BYTES, (seq + 1) * LEAF_BYTES);
  return {
    leaf: sha256OfBytes(leaf),
    path: path.map(sha256OfBytes),
    root,
    size,
    checkpoint: checkpoint.seq,
    kid,
  };
}

async function checkpointAfter(
  index: LedgerIndex,
  seq: number,
): Promise<RecordOf<'checkpoint'> | undefined> {
  const { seqs } = await index.query({ filter: { types: ['checkpoint'] }, spans: 1 });
  // Newest first: the last of those after the record is the first that covers it.
  const next = seqs.findLast((one) => one > seq);
  if (next === undefined) return undefined;
  const record = (await index.records([next])).get(next)?.record;
  return record?.type === 'checkpoint' ? record : undefined;
}
