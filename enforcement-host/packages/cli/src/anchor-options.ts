import type { Checkpoint, ProveConsistency } from '@axtary/ledger';

/** Who can be asked to keep checkpoints. */
export const ANCHOR_KINDS = ['witness', 'git', 'file', 'otlp', 'control-plane'] as const;
export type AnchorKind = (typeof ANCHOR_KINDS)[number];

/** A ledger at its last checkpoint. */
export interface LedgerTree {
  readonly checkpoint: Checkpoint;
  readonly prove: ProveConsistency;
}

/** Reads a ledger, also while it is written. */
export type ReadLedgerTree = (ledger: string) => Promise<LedgerTree>;

export interface LedgerAnchorOptions {
  readonly to: AnchorKind;
  readonly ledger: string;
  readonly url?: string;
  readonly witnessKey?: string;
  readonly noteKey?: string;
  readonly repository?: string;
  readonly branch?: string;
  readonly remote?: string;
  readonly out?: string;
  readonly bearerFile?: string;
  readonly json: boolean;
}
