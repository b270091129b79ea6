import type { Sha256 } from '@axtary/core/digest';

/** A state of a ledger that is known from outside of it: a head, an anchor, or both. */
export interface KnownState {
  readonly log: string;
  /** Number of records, at least 1. */
  readonly size: number;
  /** Leaf hash of the last of them. */
  readonly head?: Sha256;
  /** Merkle tree hash of them (RFC 6962 section 2.1). */
  readonly root?: Sha256;
  /** Who knows it, and since when. */
  readonly by?: string;
  readonly at?: string;
}

export interface KnownStateFault {
  readonly code: 'ANCHOR_MISMATCH';
  readonly message: string;
}

/** Compares a ledger with what is known of it, while it is read. */
export class KnownStates {
  readonly #bySize = new Map<number, KnownState[]>();
  #confirmed: KnownState | undefined;
  #largest: KnownState | undefined;

  /** @throws TypeError for a state that says nothing. */
  constructor(states: readonly KnownState[]) {
    for (const state of states) {
      if (!(state.size > 0) || (state.head === undefined && state.root === undefined)) {
        throw new TypeError('expected an anchor to cover at least one record');
      }
      this.#bySize.set(state.size, [...(this.#bySize.get(state.size) ?? []), state]);
      if (state.size > (this.#largest?.size ?? 0)) this.#largest = state;
    }
  }

  /** The largest state that the ledger agrees with. */
  get confirmed(): KnownState | undefined {
    return this.#confirmed;
  }

  get largest(): KnownState | undefined {
    return this.#largest;
  }

  /** Sizes at which `check` has something to compare. */
  has(size: number): boolean {
    return this.#bySize.has(size);
  }

  /** What of the states contradicts that this is the ledger. */
  checkLog(log: string): KnownStateFault | undefined {
    const other = [...this.#bySize.values()].flat().find((state) => state.log !== log);
    return other && mismatch(`this is not the ledger ${other.log} that ${nameOf(other)} knows`);
  }

  /** Compares the first `size` records. */
  check(size: number, head: Sha256, root: () => Sha256): KnownStateFault | undefined {
    for (const state of this.#bySize.get(size) ?? []) {
      if (state.head !== undefined && state.head !== head) {
        return mismatch(`${nameOf(state)} has another hash for record ${size - 1}`);
      }
      if (state.root !== undefined && state.root !== root()) {
        return mismatch(`${nameOf(state)} has other records among the first ${size}`);
      }
      this.#confirmed = state;
    }
    return undefined;
  }

  /** Compares the end of the first `size` records alone; what knows only a root is not asked. */
  checkHead(size: number, head: Sha256): KnownStateFault | undefined {
    for (const state of this.#bySize.get(size) ?? []) {
      if (state.head === undefined) continue;
      if (state.head !== head) {
        return mismatch(`${nameOf(state)} has another hash for record ${size - 1}`);
      }
      this.#confirmed = state;
    }
    return undefined;
  }

  /** Compares the first `size` records by their tree alone; what knows only a head is not asked. */
  checkRoot(size: number, root: Sha256): KnownStateFault | undefined {
    for (const state of this.#bySize.get(size) ?? []) {
      if (state.root === undefined) continue;
      if (state.root !== root) {
        return mismatch(`${nameOf(state)} has other records among the first ${size}`);
      }
      if (size > (this.#confirmed?.size ?? 0)) this.#confirmed = state;
    }
    return undefined;
  }
}

function nameOf({ by }: KnownState): string {
  return by === undefined ? 'the anchor' : `the anchor ${by}`;
}

function mismatch(message: string): KnownStateFault {
  return { code: 'ANCHOR_MISMATCH', message };
}
