import type { NormalTest } from '../../normal/normal-form.js';
import type { Leaf } from '../leaves.js';

// Rego has no recursion, so tests are data of a known depth: lists in lists of leaves, where all of
// the outermost list must hold, any of a list in it, all of a list in that, and so on. Negations are
// written at the leaves.

/** A leaf, whether it must not hold, and its value where it cannot be decided. */
export interface SignedLeaf {
  readonly leaf: Leaf;
  readonly negated: boolean;
  readonly caution: boolean;
}

export type NestedList<Item> = readonly (Item | NestedList<Item>)[];

/** Lists in lists, with the levels down to the leaves: an even number. */
export interface NestedTest<Item> {
  readonly depth: number;
  readonly of: NestedList<Item>;
}

type Signed =
  | { readonly op: 'all' | 'any'; readonly parts: readonly Signed[] }
  | (SignedLeaf & { readonly op: 'leaf' });

export const MAX_DEPTH = 24;

/**
 * Writes a test as lists in lists.
 *
 * @throws TypeError for a test deeper than conditions can be written.
 */
export function nestTest<Item>(
  test: NormalTest,
  caution: boolean,
  write: (leaf: SignedLeaf) => Item,
): NestedTest<Item> {
  const signed = sign(test, { caution, negated: false });
  const levels = levelsBelow(signed, 'all');
  const depth = levels + (levels % 2);
  if (depth > MAX_DEPTH) throw new TypeError(`expected a test of at most ${MAX_DEPTH} levels`);
  return { depth, of: nest(signed, { kind: 'all', depth, write }) };
}

interface Sign {
  readonly caution: boolean;
  readonly negated: boolean;
}

function sign(test: NormalTest, { caution, negated }: Sign): Signed {
  switch (test.op) {
    case 'not':
      return sign(test.test, { caution: !caution, negated: !negated });
    case 'all':
    case 'any': {
      const parts = test.tests.map((each) => sign(each, { caution, negated }));
      return { op: negated ? OPPOSITE[test.op] : test.op, parts };
    }
    default:
      return { op: 'leaf', leaf: test, caution, negated };
  }
}

const OPPOSITE = { all: 'any', any: 'all' } as const;
type Kind = keyof typeof OPPOSITE;

function partsAs(kind: Kind, signed: Signed): readonly Signed[] {
  if (signed.op !== kind) return [signed];
  return signed.parts.flatMap((part) => partsAs(kind, part));
}

function levelsBelow(signed: Signed, kind: Kind): number {
  const inner = partsAs(kind, signed).map((part) =>
    part.op === 'leaf' ? 0 : levelsBelow(part, OPPOSITE[kind]),
  );
  return 1 + Math.max(0, ...inner);
}

interface Place<Item> {
  readonly kind: Kind;
  readonly depth: number;
  readonly write: (leaf: SignedLeaf) => Item;
}

function nest<Item>(signed: Signed, { kind, depth, write }: Place<Item>): NestedList<Item> {
  return partsAs(kind, signed).map((part) => {
    if (depth > 1) return nest(part, { kind: OPPOSITE[kind], depth: depth - 1, write });
    if (part.op !== 'leaf') throw new TypeError('expected a leaf at the lowest level');
    return write(part);
  });
}
