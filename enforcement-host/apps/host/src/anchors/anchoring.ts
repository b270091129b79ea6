import { isDeepStrictEqual } from 'node:util';

import { messageOf, type Clock } from '@axtary/core';
import {
  LocalReceipts,
  consistencyProof,
  createAnchorer,
  receiptsFolder,
  signedRoot,
  subtreeHashes,
  type AnchorDescription,
  type Anchorer,
  type AnchorStatus,
  type AnchorTargetOptions,
  type LedgerIndex,
  type LedgerRecord,
  type LocalJsonlLedger,
  type SubtreeHash,
} from '@axtary/ledger';
import type { AnchorState } from '@axtary/protocol';

import { InTurn } from '../in-turn.js';
import type { Log } from '../log.js';
import { VERSION } from '../version.js';
import { DescribedAnchor, placeOf } from './described-anchor.js';
import { readOwnSecret } from './own-secret.js';

/** So long may anchors take for what still waits when a ledger is closed. */
const LAST_ATTEMPT_MS = 5000;

export interface AnchoringOptions {
  readonly ledger: LocalJsonlLedger;
  /** The file of the ledger. */
  readonly file: string;
  readonly index: LedgerIndex;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** Its state is another. */
  readonly onChange: () => void;
}

interface LiveAnchors {
  readonly anchorer: Anchorer;
  readonly anchors: readonly AnchorDescription[];
}

/** Takes the checkpoints of a ledger to its anchors, beside the calls and never in their way. */
export class Anchoring {
  readonly #options: AnchoringOptions;
  readonly #turns = new InTurn();
  readonly #subtree: SubtreeHash;
  #wanted: readonly AnchorDescription[] = [];
  #live: LiveAnchors;
  #isClosed = false;

  constructor(options: AnchoringOptions) {
    this.#options = options;
    const { index, ledger } = options;
    this.#subtree = subtreeHashes(async (from, to) => Buffer.from(await index.leaves(from, to)));
    this.#live = this.#createAnchorer([]);
    ledger.onAppend((records) => this.#offer(records));
  }

  /**
   * Names the anchors from now on, once the ledger is open; they are given its newest checkpoint.
   * Those before them have a few seconds to end.
   */
  set(anchors: readonly AnchorDescription[]): void {
    if (isDeepStrictEqual(anchors, this.#wanted)) return;
    this.#wanted = anchors;
    this.#turns
      .run(() => this.#replace(anchors))
      .catch((error: unknown) => {
        this.#options.log.write('warn', `no checkpoint is anchored yet: ${messageOf(error)}`);
      });
  }

  state(): AnchorState[] {
    const { anchorer, anchors } = this.#live;
    const statuses = anchorer.status();
    return anchors.map((described, n) => stateOf(described, statuses[n]));
  }

  /** Gives what still waits a last attempt, for a few seconds at most. Never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.run(() => this.#live.anchorer.close(AbortSignal.timeout(LAST_ATTEMPT_MS)));
  }

  async #replace(anchors: readonly AnchorDescription[]): Promise<void> {
    await this.#live.anchorer.close(AbortSignal.timeout(LAST_ATTEMPT_MS));
    if (this.#isClosed) return;
    this.#live = this.#createAnchorer(anchors);
    this.#options.onChange();
    if (anchors.length > 0) await this.#offerNewest();
  }

  async #offerNewest(): Promise<void> {
    const { ledger } = this.#options;
    // What is signed now is offered as every checkpoint is.
    if (await ledger.checkpoint()) return;
    // All is signed, so the last record is a checkpoint, unless another one has just come.
    const from = ledger.head().size - 1;
    for await (const record of ledger.read({ from })) this.#offer([record]);
  }

  #createAnchorer(anchors: readonly AnchorDescription[]): LiveAnchors {
    const { file, clock, log, onChange } = this.#options;
    const options = (): AnchorTargetOptions => this.#targetOptions();
    const anchorer = createAnchorer({
      anchors: anchors.map((described) => new DescribedAnchor(described, options, log)),
      receipts: new LocalReceipts(receiptsFolder(file)),
      clock,
      onChange,
    });
    return { anchorer, anchors };
  }

  #targetOptions(): AnchorTargetOptions {
    const { ledger, file, clock, env } = this.#options;
    const { log } = ledger.head();
    const prove = (first: number, second: number): Promise<readonly Buffer[]> =>
      consistencyProof(first, second, this.#subtree);
    const described = { file, log, prove };
    return { ledger: described, readSecret: readOwnSecret, env, clock, version: VERSION };
  }

  #offer(records: readonly LedgerRecord[]): void {
    const checkpoint = records.findLast((record) => record.type === 'checkpoint');
    if (!checkpoint) return;
    const root = signedRoot(checkpoint.body.jws);
    if (root === undefined) return;
    const { log, seq: size, prev: head } = checkpoint;
    this.#live.anchorer.offer({ log, size, root, head });
  }
}

function stateOf(described: AnchorDescription, status: AnchorStatus | undefined): AnchorState {
  const { last, pending, error } = status ?? {};
  return {
    to: described.to,
    place: placeOf(described),
    ...(last && { last: { size: last.size, by: last.by, ...(last.at && { at: last.at }) } }),
    ...(pending !== undefined && { pending }),
    ...(error && { error }),
  };
}
