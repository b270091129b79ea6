import { consistencyProof, subtreeHashes, surveyLedger } from '@axtary/ledger';

import type { LedgerTree } from './anchor-options.js';

const LEAF_BYTES = 32;

/** A ledger's last checkpoint, and proofs that it goes on from earlier ones. */
export async function readLedgerTree(ledger: string): Promise<LedgerTree> {
  const { log, checkpoint, root, leaves } = await surveyLedger(ledger);
  const hashes = subtreeHashes((start, end) =>
    leaves.subarray(start * LEAF_BYTES, end * LEAF_BYTES),
  );
  return {
    checkpoint: { log, size: checkpoint.seq, root, head: checkpoint.prev },
    prove: (from, to) => consistencyProof(from, to, hashes),
  };
}
