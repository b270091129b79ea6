import { sha256Schema } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { z } from 'zod';

import { AnchorError } from './errors.js';

/** The id of a ledger, as its genesis names it. */
export const logIdSchema = z.string().regex(/^log_[A-Za-z0-9_-]{22}$/);

/** A state of a ledger, as its checkpoint record signs it. */
export interface Checkpoint {
  readonly log: string;
  /** Number of records. */
  readonly size: number;
  /** Merkle tree hash of their lines (RFC 6962 section 2.1). */
  readonly root: Sha256;
  /** Leaf hash of the last of them. */
  readonly head: Sha256;
}

/** What somebody outside the ledger knows of it. */
export const anchorSchema = z.strictObject({
  log: logIdSchema,
  size: z.int().nonnegative(),
  root: sha256Schema,
  head: sha256Schema.exactOptional(),
  /** Who knows it: `witness:<name>`, `git:<ref>`, `file`, `otlp`, `control-plane:<host>`. */
  by: z.string().min(1).max(512),
  /** Since when by their clock, RFC 3339, UTC. */
  at: z.iso.datetime().exactOptional(),
});
export type Anchor = Readonly<z.infer<typeof anchorSchema>>;

/** What an anchor answers once it holds a checkpoint. */
export interface Receipt {
  readonly anchor: Anchor;
  /** Checkpoint note with the signatures of others: evidence that convinces by itself. */
  readonly note?: string;
}

export interface PushOptions {
  /** Gives up; then the checkpoint may or may not be anchored. */
  readonly signal?: AbortSignal;
}

/** Somewhere outside the ledger that keeps checkpoints. Pushing one twice must be harmless. */
export interface AnchorTarget {
  /** `by` of its anchors. */
  readonly name: string;
  /**
   * Resolves when the checkpoint is kept as durably as the anchor keeps anything.
   *
   * @throws AnchorError
   */
  push(checkpoint: Checkpoint, options?: PushOptions): Promise<Receipt>;
}

/** Where anchors are read from. */
export interface AnchorSource {
  readonly name: string;
  /**
   * Its anchors of one ledger, in the order in which they came; empty where there are none.
   *
   * @throws AnchorError
   */
  read(log: string): Promise<readonly Anchor[]>;
}

/** @throws AnchorError `ANCHOR_CONFLICT` if the checkpoint is behind what an anchor knows. */
export function assertContinues(known: Anchor | undefined, { size, root }: Checkpoint): void {
  if (known === undefined || known.size < size) return;
  if (known.size > size) {
    const message = `${known.by} knows ${known.size} records, but the ledger has ${size}`;
    throw new AnchorError('ANCHOR_CONFLICT', message);
  }
  if (known.root !== root) {
    const message = `${known.by} knows another tree of ${size} records`;
    throw new AnchorError('ANCHOR_CONFLICT', message);
  }
}
