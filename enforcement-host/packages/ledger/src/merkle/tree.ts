import { hash } from 'node:crypto';

import type { Sha256 } from '@axtary/core/digest';

/** Bytes of a leaf hash, of an interior hash and of a root. */
export const HASH_BYTES = 32;

// Sizes are safe integers, so a tree has at most 53 levels of complete subtrees.
const LEVELS = 53;

// 0x01 || left || right, RFC 6962 section 2.1. One buffer for all: hashing is synchronous.
const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
const LEFT = 1;
const RIGHT = LEFT + HASH_BYTES;

const PREFIX = 'sha256:';

// A digest as a Latin-1 string costs a third of one as a Buffer.
function hashPairInto(target: Buffer, offset: number): void {
  target.write(hash('sha256', pair, 'binary'), offset, HASH_BYTES, 'latin1');
}

/** Hash of an interior node: SHA-256(0x01 || left || right), RFC 6962 section 2.1. */
export function interiorHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, LEFT);
  pair.set(right, RIGHT);
  const node = Buffer.allocUnsafe(HASH_BYTES);
  hashPairInto(node, 0);
  return node;
}

/** Root of the tree without leaves: SHA-256 of nothing, RFC 6962 section 2.1. */
export function emptyRoot(): Buffer {
  return hash('sha256', '', 'buffer');
}

/** The 32 bytes that a digest spells. */
export function bytesOf(digest: Sha256): Buffer {
  return Buffer.from(digest.slice(PREFIX.length), 'hex');
}

/** The digest that spells 32 bytes. */
export function digestOf(bytes: Buffer): Sha256 {
  return `sha256:${bytes.toString('hex')}`;
}

/** A frontier as it is kept: the roots of its complete subtrees in hex, the largest first. */
export interface FrontierState {
  readonly size: number;
  readonly nodes: readonly string[];
}

/**
 * The right edge of a Merkle tree (RFC 6962 section 2.1): enough to take more leaves and to give
 * the root after each, in memory that does not grow with the leaves. One interior hash a leaf on
 * average.
 */
export class TreeFrontier {
  // The slot of level l holds the complete subtree of 2^l leaves where bit l of the size is set.
  readonly #nodes = Buffer.alloc(LEVELS * HASH_BYTES);
  #size = 0;

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes the hash of the next leaf.
   *
   * @throws TypeError if it is not 32 bytes.
   */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw new TypeError('expected a leaf hash of 32 bytes');
    pair.set(leaf, RIGHT);
    this.#carry();
  }

  /**
   * Takes the hash of the next leaf, as a digest spells it. A Buffer each would cost more than the
   * hash itself.
   *
   * @throws TypeError if it is not 32 bytes.
   */
  appendDigest(leaf: Sha256): void {
    const written = pair.write(leaf.slice(PREFIX.length), RIGHT, HASH_BYTES, 'hex');
    if (written !== HASH_BYTES) throw new TypeError('expected a leaf hash of 32 bytes');
    this.#carry();
  }

  /**
   * Takes the hashes of the next leaves, one after the other without a separator.
   *
   * @throws TypeError if they are not a multiple of 32 bytes.
   */
  appendAll(leaves: Buffer): void {
    if (leaves.length % HASH_BYTES !== 0) throw new TypeError('expected leaf hashes of 32 bytes');
    for (let offset = 0; offset < leaves.length; offset += HASH_BYTES) {
      leaves.copy(pair, RIGHT, offset, offset + HASH_BYTES);
      this.#carry();
    }
  }

  // Adds what stands in the right half of the pair, as one is added to a binary number.
  #carry(): void {
    let slot = 0;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      this.#nodes.copy(pair, LEFT, slot, slot + HASH_BYTES);
      hashPairInto(pair, RIGHT);
      slot += HASH_BYTES;
    }
    pair.copy(this.#nodes, slot, RIGHT);
    this.#size++;
  }

  /** The Merkle tree hash of all leaves so far. */
  root(): Buffer {
    const [first, ...larger] = this.#subtrees();
    if (first === undefined) return emptyRoot();
    return larger.reduce((right, left) => interiorHash(left, right), Buffer.from(first));
  }

  /** Another frontier that stands where this one does. */
  clone(): TreeFrontier {
    const copy = new TreeFrontier();
    this.#nodes.copy(copy.#nodes);
    copy.#size = this.#size;
    return copy;
  }

  /** What {@link from} reads. */
  toJSON(): FrontierState {
    const nodes = this.#subtrees().map((node) => node.toString('hex'));
    return { size: this.#size, nodes: nodes.reverse() };
  }

  /** A frontier as it was kept; `undefined` if the value is none. Its hashes are not checked. */
  static from({ size, nodes }: FrontierState): TreeFrontier | undefined {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    const frontier = new TreeFrontier();
    frontier.#size = size;
    const slots = frontier.#subtrees();
    if (slots.length !== nodes.length) return undefined;
    for (const [index, slot] of slots.reverse().entries()) {
      const node = nodes[index] ?? '';
      if (!/^[0-9a-f]{64}$/.test(node)) return undefined;
      slot.write(node, 'hex');
    }
    return frontier;
  }

  // The slots in use, the smallest subtree first.
  #subtrees(): Buffer[] {
    const slots: Buffer[] = [];
    let slot = 0;
    for (let rest = this.#size; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) slots.push(this.#nodes.subarray(slot, slot + HASH_BYTES));
      slot += HASH_BYTES;
    }
    return slots;
  }
}
