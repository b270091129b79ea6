import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { verifyConsistency, verifyInclusion } from '../../src/merkle/proofs.js';

const testdata = path.join(process.env['AXTARY_VECTORS'] ?? '', 'rfc6962-merkle', 'testdata');

interface Vector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
}

interface InclusionVector extends Vector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
}

interface ConsistencyVector extends Vector {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
}

interface Named<T> {
  readonly name: string;
  readonly vector: T;
}

function bytes(text: string | null): Buffer {
  return Buffer.from(text ?? '', 'base64');
}

function vectorsIn(kind: string): { name: string; vector: unknown }[] {
  const folder = path.join(testdata, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const vector: unknown = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
      return { name, vector };
    });
}

describe('published vectors of Merkle proofs', () => {
  const inclusion = vectorsIn('inclusion') as Named<InclusionVector>[];
  const consistency = vectorsIn('consistency') as Named<ConsistencyVector>[];
  if (inclusion.length === 0) it.skip('are not there (AXTARY_VECTORS)');
  else {
    it('are all read', () => {
      assert.deepEqual([inclusion.length, consistency.length], [98, 98]);
    });
  }

  for (const { name, vector } of inclusion) {
    it(`${vector.wantErr ? 'refuses' : 'accepts'} inclusion ${name}`, () => {
      const accepted = verifyInclusion({
        index: vector.leafIdx,
        size: vector.treeSize,
        leaf: bytes(vector.leafHash),
        root: bytes(vector.root),
        proof: (vector.proof ?? []).map(bytes),
      });
      assert.equal(accepted, !vector.wantErr);
    });
  }

  for (const { name, vector } of consistency) {
    it(`${vector.wantErr ? 'refuses' : 'accepts'} consistency ${name}`, () => {
      const accepted = verifyConsistency({
        first: vector.size1,
        firstRoot: bytes(vector.root1),
        second: vector.size2,
        secondRoot: bytes(vector.root2),
        proof: (vector.proof ?? []).map(bytes),
      });
      assert.equal(accepted, !vector.wantErr);
    });
  }
});
