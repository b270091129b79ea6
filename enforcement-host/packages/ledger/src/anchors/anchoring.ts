import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { codeOf, messageOf, type Clock } from '@axtary/core';

import type { Anchor, AnchorTarget, Checkpoint, Receipt } from './anchor.js';
import type { AnchorErrorCode } from './errors.js';

export interface AnchorerOptions {
  readonly anchors: readonly AnchorTarget[];
  /** Keeps what the anchors answer, such as `LocalReceipts`. */
  readonly receipts: { add(receipt: Receipt): Promise<void> };
  readonly clock: Clock;
  /** The least time between two checkpoints to one anchor; 60,000 ms by default. */
  readonly everyMs?: number;
  /** Called after each attempt. What it throws is an uncaught exception. */
  readonly onChange?: () => void;
  /** Waits, or rejects once the signal is aborted. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** How it stands with one anchor. */
export interface AnchorStatus {
  readonly name: string;
  /** What it holds since this process runs. */
  readonly last?: Anchor;
  /** Size of the checkpoint that waits for it. */
  readonly pending?: number;
  /** Why the last attempt failed; absent once one has succeeded. */
  readonly error?: AnchorFailure;
}

export interface AnchorFailure {
  readonly code: string;
  readonly message: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Attempts that failed in a row. */
  readonly attempts: number;
}

/** Pushes checkpoints to anchors, beside the ledger and never in its way. */
export interface Anchorer {
  /** Takes note of a checkpoint and returns. Only the newest waits; it never throws. */
  offer(checkpoint: Checkpoint): void;
  status(): readonly AnchorStatus[];
  /**
   * Gives what still waits one last attempt. Takes as long as the slowest anchor's timeout, or until
   * the signal ends it; what is under way then is given up.
   */
  close(signal?: AbortSignal): Promise<void>;
}

const DEFAULT_EVERY_MS = 60_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 300_000;

// What trying the same again cannot change; the next checkpoint is tried all the same.
const FINAL = new Set<string>([
  'ANCHOR_CONFLICT',
  'ANCHOR_MISCONFIGURED',
  'ANCHOR_REFUSED',
] satisfies readonly AnchorErrorCode[]);

/** An anchorer; each anchor has one push under way at most, and does not wait for the others. */
export function createAnchorer(options: AnchorerOptions): Anchorer {
  const lanes = options.anchors.map((target) => new Lane(target, options));
  return {
    offer: (checkpoint) => lanes.forEach((lane) => lane.offer(checkpoint)),
    status: () => lanes.map((lane) => lane.status()),
    close: async (signal) => {
      await Promise.all(lanes.map((lane) => lane.close(signal)));
    },
  };
}

function defaultWait(milliseconds: number, signal: AbortSignal): Promise<unknown> {
  return delay(milliseconds, undefined, { signal, ref: false });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

class Lane {
  readonly #target: AnchorTarget;
  readonly #options: AnchorerOptions;
  readonly #closing = new AbortController();
  readonly #givenUp = new AbortController();
  #next: Checkpoint | undefined;
  #running: Promise<void> | undefined;
  #last: Anchor | undefined;
  #failure: AnchorFailure | undefined;
  // Milliseconds to wait before the next push; 0 before the first.
  #pause = 0;

  constructor(target: AnchorTarget, options: AnchorerOptions) {
    this.#target = target;
    this.#options = options;
  }

  offer(checkpoint: Checkpoint): void {
    if (this.#closing.signal.aborted) return;
    this.#next = checkpoint;
    this.#running ??= this.#run();
  }

  status(): AnchorStatus {
    return {
      name: this.#target.name,
      ...(this.#last && { last: this.#last }),
      ...(this.#next && { pending: this.#next.size }),
      ...(this.#failure && { error: this.#failure }),
    };
  }

  async close(signal?: AbortSignal): Promise<void> {
    this.#closing.abort();
    // An anchor may not heed the signal, such as a file on a disk that hangs.
    if (signal) await Promise.race([this.#running, aborted(signal)]);
    else await this.#running;
    this.#givenUp.abort();
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      await this.#rest();
      // A newer one may have come meanwhile.
      const checkpoint = this.#next;
      const isDone = await this.#push(checkpoint);
      if (isDone && this.#next === checkpoint) this.#next = undefined;
      queueMicrotask(() => this.#options.onChange?.());
      if (!isDone && this.#closing.signal.aborted) break;
    }
    this.#running = undefined;
  }

  // Closing ends the pause: what waits gets its last attempt.
  async #rest(): Promise<void> {
    if (this.#pause === 0 || this.#closing.signal.aborted) return;
    const wait = this.#options.wait ?? defaultWait;
    await wait(this.#pause, this.#closing.signal).catch(() => undefined);
  }

  // Whether the checkpoint needs no further attempt.
  async #push(checkpoint: Checkpoint): Promise<boolean> {
    try {
      const receipt = await this.#target.push(checkpoint, { signal: this.#givenUp.signal });
      await this.#options.receipts.add(receipt);
      this.#last = receipt.anchor;
      this.#failure = undefined;
      this.#pause = this.#options.everyMs ?? DEFAULT_EVERY_MS;
      return true;
    } catch (error) {
      const attempts = (this.#failure?.attempts ?? 0) + 1;
      const code = codeOf(error);
      const at = this.#options.clock.now().toISOString();
      this.#failure = { code, message: messageOf(error), at, attempts };
      this.#pause = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS);
      return FINAL.has(code);
    }
  }
}
