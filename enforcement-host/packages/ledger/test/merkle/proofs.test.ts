import assert from 'node:assert/strict';

import {
  consistencyProof,
  inclusionProof,
  rootFromInclusionProof,
  subtreeHashes,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/proofs.js';
import { emptyRoot } from '../../src/merkle/tree.js';
import { leavesOf, referencePath, referenceProof, referenceRoot } from './reference.js';

const MOST = 130;
const leaves = leavesOf(MOST);
const file = Buffer.concat(leaves);
const roots = Array.from({ length: MOST + 1 }, (_, size) => referenceRoot(leaves.slice(0, size)));
const subtree = subtreeHashes((start, end) => file.subarray(start * 32, end * 32));

function rootAt(size: number): Buffer {
  const root = roots[size];
  assert.ok(root);
  return root;
}

function leafAt(index: number): Buffer {
  const leaf = leaves[index];
  assert.ok(leaf);
  return leaf;
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(5) ^ 8, 5);
  return copy;
}

describe('inclusion proofs', () => {
  it('are those of RFC 6962 and verify, for every leaf of every tree up to 130', async () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProof(index, size, subtree);
        const path = { index, size, leaf: leafAt(index), proof };
        assert.ok(verifyInclusion({ ...path, root: rootAt(size) }), `${index} of ${size}`);
      }
    }
    for (const size of [1, 2, 3, 7, 8, 64, 100, 130]) {
      for (let index = 0; index < size; index++) {
        const expected = referencePath(index, leaves.slice(0, size));
        assert.deepEqual(await inclusionProof(index, size, subtree), expected);
      }
    }
  });

  it('do not verify for another leaf, place, size, root or path', async () => {
    for (const [index, size] of [
      [0, 1],
      [3, 7],
      [6, 7],
      [99, 130],
    ] as const) {
      const proof = await inclusionProof(index, size, subtree);
      const good = { index, size, leaf: leafAt(index), proof, root: rootAt(size) };
      const [first = rootAt(3)] = proof;
      const bad = [
        { ...good, leaf: flipped(good.leaf) },
        { ...good, root: flipped(good.root) },
        { ...good, root: Buffer.alloc(0) },
        { ...good, index: index + 1 },
        { ...good, index: -1 },
        { ...good, index: size },
        { ...good, size: 0 },
        { ...good, size: size * 2 + 1 },
        { ...good, proof: [...proof, rootAt(3)] },
        { ...good, proof: [rootAt(3), ...proof] },
        { ...good, proof: [flipped(first), ...proof.slice(1)] },
        { ...good, proof: [first.subarray(0, 31), ...proof.slice(1)] },
      ];
      for (const path of bad) assert.equal(verifyInclusion(path), false);
    }
  });

  it('lead to no root if they have another length than the place asks for', async () => {
    const proof = await inclusionProof(5, 11, subtree);
    const path = { index: 5, size: 11, leaf: leafAt(5), proof };
    assert.deepEqual(rootFromInclusionProof(path), rootAt(11));
    assert.equal(rootFromInclusionProof({ ...path, proof: proof.slice(1) }), undefined);
  });

  it('verify for places that do not fit into 32 bits', () => {
    // The last of 2^40 + 1 leaves has one sibling: the complete tree on its left.
    const path = { index: 2 ** 40, size: 2 ** 40 + 1, leaf: leafAt(0), proof: [leafAt(1)] };
    const root = referenceRoot([leafAt(1), leafAt(0)]);
    assert.ok(verifyInclusion({ ...path, root }));
    assert.equal(verifyInclusion({ ...path, index: 0, root }), false);
  });

  it('cannot be asked for a leaf outside the tree', async () => {
    await assert.rejects(inclusionProof(0, 0, subtree), TypeError);
    await assert.rejects(inclusionProof(5, 5, subtree), TypeError);
    await assert.rejects(inclusionProof(-1, 5, subtree), TypeError);
    await assert.rejects(inclusionProof(0.5, 5, subtree), TypeError);
  });
});

describe('consistency proofs', () => {
  it('are those of RFC 6962 and verify, for all pairs of sizes from 0 to 130', async () => {
    for (let second = 0; second <= MOST; second++) {
      for (let first = 0; first <= second; first++) {
        const proof = await consistencyProof(first, second, subtree);
        const claim = { first, firstRoot: rootAt(first), second, secondRoot: rootAt(second) };
        assert.ok(verifyConsistency({ ...claim, proof }), `${first} to ${second}`);
      }
    }
    for (const second of [0, 1, 2, 3, 7, 8, 64, 100, 130]) {
      for (let first = 0; first <= second; first++) {
        const expected = referenceProof(first, leaves.slice(0, second));
        assert.deepEqual(await consistencyProof(first, second, subtree), expected);
      }
    }
  });

  it('do not verify if a root or any node of the path is another', async () => {
    for (let second = 1; second <= 40; second++) {
      for (let first = 1; first <= second; first++) {
        const proof = await consistencyProof(first, second, subtree);
        const good = { first, firstRoot: rootAt(first), second, secondRoot: rootAt(second), proof };
        const where = `${first} to ${second}`;
        assert.equal(
          verifyConsistency({ ...good, firstRoot: flipped(rootAt(first)) }),
          false,
          where,
        );
        assert.equal(
          verifyConsistency({ ...good, secondRoot: flipped(rootAt(second)) }),
          false,
          where,
        );
        assert.equal(verifyConsistency({ ...good, proof: [...proof, rootAt(9)] }), false, where);
        assert.equal(verifyConsistency({ ...good, proof: [rootAt(9), ...proof] }), false, where);
        for (const [at, node] of proof.entries()) {
          const changed = proof.with(at, flipped(node));
          assert.equal(verifyConsistency({ ...good, proof: changed }), false, where);
          assert.equal(verifyConsistency({ ...good, proof: proof.toSpliced(at, 1) }), false, where);
        }
      }
    }
  });

  it('do not verify for trees that differ in a leaf the first one has', async () => {
    const others = [...leaves.slice(0, 20), ...leavesOf(50, 'other')];
    const bytes = Buffer.concat(others);
    const otherSubtree = subtreeHashes((start, end) => bytes.subarray(start * 32, end * 32));
    const claim = {
      first: 30,
      firstRoot: rootAt(30),
      second: 60,
      secondRoot: referenceRoot(others.slice(0, 60)),
    };
    for (const source of [subtree, otherSubtree]) {
      const proof = await consistencyProof(30, 60, source);
      assert.equal(verifyConsistency({ ...claim, proof }), false);
    }
  });

  it('take the empty tree for the start of every tree, under its one root only', () => {
    const claim = { first: 0, firstRoot: emptyRoot(), second: 5, secondRoot: rootAt(5), proof: [] };
    assert.ok(verifyConsistency(claim));
    assert.ok(verifyConsistency({ ...claim, second: 0, secondRoot: emptyRoot() }));
    assert.equal(verifyConsistency({ ...claim, firstRoot: rootAt(1) }), false);
    assert.equal(verifyConsistency({ ...claim, proof: [rootAt(1)] }), false);
    assert.equal(verifyConsistency({ ...claim, second: 0 }), false);
  });

  it('never verify a tree that shrinks', () => {
    const claim = { first: 2, firstRoot: rootAt(2), second: 1, secondRoot: rootAt(1), proof: [] };
    assert.equal(verifyConsistency(claim), false);
    assert.equal(verifyConsistency({ ...claim, second: 2.5 }), false);
  });

  it('cannot be asked for a tree that shrinks', async () => {
    await assert.rejects(consistencyProof(3, 2, subtree), TypeError);
    await assert.rejects(consistencyProof(-1, 2, subtree), TypeError);
  });
});

describe('subtree hashes', () => {
  const many = leavesOf(3 * 4096 + 77);
  const bytes = Buffer.concat(many);

  it('read each complete block of leaves once', async () => {
    const reads: [number, number][] = [];
    const source = subtreeHashes((start, end) => {
      reads.push([start, end]);
      return bytes.subarray(start * 32, end * 32);
    });
    assert.deepEqual(await source(0, many.length), referenceRoot(many));
    assert.deepEqual(reads, [
      [0, 4096],
      [4096, 8192],
      [8192, 12288],
      [12288, 12365],
    ]);
    reads.length = 0;
    assert.deepEqual(await source(0, 8192), referenceRoot(many.slice(0, 8192)));
    assert.deepEqual(reads, []);
  });

  it('refuse leaves that are too few', async () => {
    const source = subtreeHashes(() => Buffer.alloc(32));
    await assert.rejects(async () => source(0, 2), TypeError);
  });
});
