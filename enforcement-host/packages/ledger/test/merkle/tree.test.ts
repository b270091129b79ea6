import assert from 'node:assert/strict';

import {
  TreeFrontier,
  bytesOf,
  digestOf,
  emptyRoot,
  interiorHash,
  type FrontierState,
} from '../../src/merkle/tree.js';
import { leavesOf, referenceRoot } from './reference.js';

const SIZES = Array.from({ length: 131 }, (_, size) => size);
const leaves = leavesOf(130);

function frontierOf(size: number): TreeFrontier {
  const frontier = new TreeFrontier();
  for (const leaf of leaves.slice(0, size)) frontier.append(leaf);
  return frontier;
}

describe('a tree frontier', () => {
  it('has the root of RFC 6962 after each leaf', () => {
    const frontier = new TreeFrontier();
    for (const size of SIZES) {
      assert.equal(frontier.size, size);
      assert.deepEqual(frontier.root(), referenceRoot(leaves.slice(0, size)), `size ${size}`);
      frontier.append(leaves[size] ?? Buffer.alloc(32));
    }
  });

  it('has SHA-256 of nothing as its root while it is empty', () => {
    assert.equal(
      digestOf(new TreeFrontier().root()),
      'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('goes on after it was kept as JSON, at any size', () => {
    for (const size of SIZES) {
      const kept = JSON.parse(JSON.stringify(frontierOf(size))) as FrontierState;
      const frontier = TreeFrontier.from(kept);
      assert.ok(frontier);
      for (const leaf of leaves.slice(size)) frontier.append(leaf);
      assert.deepEqual(frontier.root(), referenceRoot(leaves), `from size ${size}`);
    }
  });

  it('takes many leaves at once as one by one', () => {
    const frontier = frontierOf(7);
    frontier.appendAll(Buffer.concat(leaves.slice(7)));
    assert.deepEqual(frontier.root(), referenceRoot(leaves));
  });

  it('gives a root that later leaves do not change', () => {
    const frontier = frontierOf(1);
    const root = frontier.root();
    frontier.appendAll(Buffer.concat(leaves.slice(1)));
    assert.deepEqual(root, leaves[0]);
  });

  it('refuses to be made of what is no frontier', () => {
    const { nodes } = frontierOf(3).toJSON();
    assert.equal(TreeFrontier.from({ size: 4, nodes }), undefined);
    assert.equal(TreeFrontier.from({ size: -1, nodes: [] }), undefined);
    assert.equal(TreeFrontier.from({ size: 1.5, nodes }), undefined);
    assert.equal(
      TreeFrontier.from({ size: 3, nodes: nodes.map((node) => node.slice(2)) }),
      undefined,
    );
  });

  it('refuses a leaf hash of another length', () => {
    assert.throws(() => new TreeFrontier().append(Buffer.alloc(31)), TypeError);
    assert.throws(() => new TreeFrontier().appendDigest('sha256:00'), TypeError);
    assert.throws(() => new TreeFrontier().appendDigest(`sha256:${'0'.repeat(63)}g`), TypeError);
    assert.throws(() => new TreeFrontier().appendAll(Buffer.alloc(65)), TypeError);
  });
});

describe('hashes of a tree', () => {
  it('are spelled as sha256 and hex at the edges', () => {
    assert.deepEqual(bytesOf(digestOf(emptyRoot())), emptyRoot());
  });

  it('are not shared between two calls', () => {
    const [left, right] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const one = interiorHash(left, right);
    const two = interiorHash(right, left);
    assert.deepEqual(one, interiorHash(left, right));
    assert.notDeepEqual(one, two);
  });
});
