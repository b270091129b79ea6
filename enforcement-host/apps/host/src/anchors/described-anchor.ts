import { codeOf, messageOf } from '@axtary/core';
import {
  AnchorError,
  openAnchorTarget,
  type AnchorDescription,
  type AnchorTarget,
  type AnchorTargetOptions,
  type Checkpoint,
  type PushOptions,
  type Receipt,
} from '@axtary/ledger';

import type { Log } from '../log.js';

/**
 * An anchor of the settings. It is made with the first push, and anew after one that failed: what a
 * person puts right, such as a file of a key, takes effect by itself.
 */
export class DescribedAnchor implements AnchorTarget {
  /** Its kind: more is known once it is made. */
  readonly name: string;
  readonly #described: AnchorDescription;
  /** Asked with each making: the ledger is not open before. */
  readonly #options: () => AnchorTargetOptions;
  readonly #log: Log;
  #made: AnchorTarget | undefined;

  constructor(described: AnchorDescription, options: () => AnchorTargetOptions, log: Log) {
    this.name = described.to;
    this.#described = described;
    this.#options = options;
    this.#log = log;
  }

  async push(checkpoint: Checkpoint, options: PushOptions = {}): Promise<Receipt> {
    try {
      this.#made ??= await this.#make();
      return await this.#made.push(checkpoint, options);
    } catch (error) {
      this.#made = undefined;
      const level = codeOf(error) === 'ANCHOR_CONFLICT' ? 'error' : 'warn';
      const place = placeOf(this.#described);
      this.#log.write(level, `not anchored (${this.name} ${place}): ${messageOf(error)}`);
      throw error;
    }
  }

  async #make(): Promise<AnchorTarget> {
    try {
      return await openAnchorTarget(this.#described, this.#options());
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new AnchorError('ANCHOR_MISCONFIGURED', error.message, { cause: error });
    }
  }
}

/** Where an anchor is, for people. */
export function placeOf(described: AnchorDescription): string {
  switch (described.to) {
    case 'git':
      return described.repository;
    case 'file':
      return described.out;
    default:
      return described.url;
  }
}
