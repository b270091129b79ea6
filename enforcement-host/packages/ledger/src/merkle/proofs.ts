import { HASH_BYTES, TreeFrontier, emptyRoot, interiorHash } from './tree.js';

/**
 * The hashes of the leaves from `start` up to, not including, `end`, one after the other: 32 bytes
 * each, exactly as a file of leaf hashes holds them. Must refuse a range that it does not have.
 */
export type LeafHashes = (start: number, end: number) => Buffer | Promise<Buffer>;

/** The Merkle tree hash of the leaves from `start` up to, not including, `end`; `start < end`. */
export type SubtreeHash = (start: number, end: number) => Buffer | Promise<Buffer>;

// Leaves that are read at once, 128 KiB of hashes. Of a complete block only the root is kept.
const BLOCK = 4096;

/**
 * Subtree hashes out of leaf hashes. Memory: one block of 4096 leaves, and one hash for each
 * complete block that was needed once, so that further proofs over the same leaves are cheap.
 * The leaves must not change while the result is in use; more may come.
 */
export function subtreeHashes(leaves: LeafHashes): SubtreeHash {
  const blocks = new Map<number, Buffer>();

  async function hashRange(start: number, end: number): Promise<Buffer> {
    const isBlock = start % BLOCK === 0 && end - start === BLOCK;
    const known = isBlock ? blocks.get(start) : undefined;
    if (known !== undefined) return known;
    if (end - start > BLOCK) {
      const middle = start + splitPoint(end - start);
      return interiorHash(await hashRange(start, middle), await hashRange(middle, end));
    }
    const root = rootOf(await leaves(start, end), end - start);
    if (isBlock) blocks.set(start, root);
    return root;
  }

  return hashRange;
}

function rootOf(leaves: Buffer, count: number): Buffer {
  if (leaves.length !== count * HASH_BYTES) {
    throw new TypeError(`expected the hashes of ${count} leaves, got ${leaves.length} bytes`);
  }
  const frontier = new TreeFrontier();
  frontier.appendAll(leaves);
  return frontier.root();
}

/** The largest power of two smaller than `count`, which is at least 2: where a tree is divided. */
function splitPoint(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/**
 * The audit path of a leaf in the tree of the first `size` leaves, RFC 9162 section 2.1.3.1.
 *
 * @throws TypeError unless `0 <= index < size`.
 */
export async function inclusionProof(
  index: number,
  size: number,
  subtree: SubtreeHash,
): Promise<Buffer[]> {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw new TypeError(`expected a leaf of the tree of ${size}, got ${index}`);
  }
  const path: Buffer[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    const isLeft = index < middle;
    path.push(await (isLeft ? subtree(middle, end) : subtree(start, middle)));
    if (isLeft) end = middle;
    else start = middle;
  }
  return path.reverse();
}

/**
 * Proves that the tree of the first `second` leaves extends the one of the first `first`,
 * RFC 9162 section 2.1.4.1. Empty where there is nothing to prove: from 0, or to the same size.
 *
 * @throws TypeError unless `0 <= first <= second`.
 */
export async function consistencyProof(
  first: number,
  second: number,
  subtree: SubtreeHash,
): Promise<Buffer[]> {
  if (!isSize(first) || !isSize(second) || first > second) {
    throw new TypeError(`expected a tree that grows, got ${first} and ${second} leaves`);
  }
  if (first === 0) return [];
  const path: Buffer[] = [];
  let [start, end] = [0, second];
  while (first < end) {
    const middle = start + splitPoint(end - start);
    const isLeft = first <= middle;
    path.push(await (isLeft ? subtree(middle, end) : subtree(start, middle)));
    if (isLeft) end = middle;
    else start = middle;
  }
  // The verifier has the root of the first tree already, but not one of its inner subtrees.
  if (start > 0) path.push(await subtree(start, end));
  return path.reverse();
}

/** A leaf, and the path from it. */
export interface InclusionPath {
  readonly index: number;
  readonly size: number;
  /** Leaf hash, not the leaf. */
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * The root that a path leads to, RFC 9162 section 2.1.3.2; `undefined` if the path cannot be one
 * of that leaf in a tree of that size.
 */
export function rootFromInclusionProof(path: InclusionPath): Buffer | undefined {
  const { index, size, leaf, proof } = path;
  if (!isSize(size) || !isSize(index) || index >= size) return undefined;
  if (![leaf, ...proof].every(isHash)) return undefined;
  const walk = new Walk(index, size - 1);
  let root: Buffer = Buffer.from(leaf);
  for (const node of proof) {
    if (walk.isDone) return undefined;
    root = walk.isRightChild() ? interiorHash(node, root) : interiorHash(root, node);
    walk.up();
  }
  return walk.isDone ? root : undefined;
}

/** Whether the leaf is at that place of the tree with that root and size. Never throws. */
export function verifyInclusion(path: InclusionPath & { readonly root: Uint8Array }): boolean {
  return rootFromInclusionProof(path)?.equals(path.root) ?? false;
}

/** Two roots of one tree, and the nodes that link them. */
export interface ConsistencyClaim {
  readonly first: number;
  readonly firstRoot: Uint8Array;
  readonly second: number;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the second tree extends the first, RFC 9162 section 2.1.4.2. Never throws.
 * The tree of size 0 has one root, SHA-256 of nothing; every tree extends it, by an empty proof.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { first, firstRoot, second, secondRoot, proof } = claim;
  if (!isSize(first) || !isSize(second) || first > second) return false;
  if (first === 0 && !emptyRoot().equals(firstRoot)) return false;
  if (first === second) return proof.length === 0 && Buffer.compare(firstRoot, secondRoot) === 0;
  if (![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  return first === 0 ? proof.length === 0 : leadsToBoth(claim);
}

// Climbs from the last complete subtree of the first tree, to its root and to that of the second.
function leadsToBoth({ first, firstRoot, second, secondRoot, proof }: ConsistencyClaim): boolean {
  const walk = new Walk(first - 1, second - 1);
  walk.skipRightChildren();
  // A first tree that is one complete subtree is where the climb begins, so the proof omits it.
  const [start, ...path] = walk.isAtLeftEdge ? [firstRoot, ...proof] : proof;
  if (start === undefined) return false;
  let one: Buffer = Buffer.from(start);
  let two: Buffer = one;
  for (const node of path) {
    if (walk.isDone) return false;
    if (walk.isRightChild()) {
      one = interiorHash(node, one);
      two = interiorHash(node, two);
    } else {
      two = interiorHash(two, node);
    }
    walk.up();
  }
  return walk.isDone && one.equals(firstRoot) && two.equals(secondRoot);
}

// `fn` and `sn` of RFC 9162: a node's place in its level, and that of the level's last node.
// Halved as numbers, because bit operators of JavaScript end at 32 bits.
class Walk {
  #place: number;
  #last: number;

  constructor(place: number, last: number) {
    this.#place = place;
    this.#last = last;
  }

  /** At the root. */
  get isDone(): boolean {
    return this.#last === 0;
  }

  get isAtLeftEdge(): boolean {
    return this.#place === 0;
  }

  /** Whether the next sibling is on the left. The last node of a level may rise without one. */
  isRightChild(): boolean {
    if (this.#place % 2 === 1) return true;
    if (this.#place !== this.#last) return false;
    while (this.#place % 2 === 0 && this.#place !== 0) this.up();
    return true;
  }

  skipRightChildren(): void {
    while (this.#place % 2 === 1) this.up();
  }

  up(): void {
    this.#place = Math.floor(this.#place / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHash(value: Uint8Array): boolean {
  return value.length === HASH_BYTES;
}
