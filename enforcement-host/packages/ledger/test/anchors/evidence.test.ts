import assert from 'node:assert/strict';
import { join } from 'node:path';

import {
  checkAnchors,
  readAnchors,
  verifyLedger,
  type AnchorFindingCode,
  type AnchorReport,
  type LedgerSigner,
} from '../../src/index.js';
import { inFolder, newSigner } from '../support.js';
import { KINDS, type Kind } from './kinds.js';
import { copyOf, extend, open } from './ledgers.js';

interface Scene {
  readonly folder: string;
  readonly path: string;
  readonly kind: Kind;
  /** Of the ledger; whoever attacks it holds it. */
  readonly signer: LedgerSigner;
  /** Sizes at which the ledger was anchored. */
  readonly anchored: readonly [number, number];
}

/** A ledger that one anchor has seen twice, and that has grown since. */
async function inScene(name: string, use: (scene: Scene) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const signer = newSigner();
    const path = join(folder, 'ledger.jsonl');
    const grow = (calls: number, word: string) =>
      extend(path, { calls, name: word, checkpoint: signer });
    const first = await grow(2, 'first');
    const make = KINDS[name];
    assert.ok(make);
    const kind = await make({ folder, log: first.checkpoint.log });
    try {
      await kind.push(path);
      const second = await grow(3, 'second');
      await kind.push(path);
      await grow(2, 'third');
      const anchored = [first.tree.size, second.tree.size] as const;
      await use({ folder, path, kind, signer, anchored });
    } finally {
      await kind.stop();
    }
  });
}

// Up to where a ledger agrees that agrees to this size: of one that was cut or changed later, an
// anchor which keeps the last state only cannot tell.
function known({ keepsAll }: Kind, size: number): number {
  return keepsAll ? size : 0;
}

async function check(path: string, kind: Kind): Promise<AnchorReport> {
  const { tree } = await open(path);
  const { anchors, unread } = await readAnchors([kind.source], tree.log);
  assert.deepEqual(unread, []);
  return checkAnchors(anchors, tree);
}

function found({ findings }: AnchorReport): [AnchorFindingCode, number, number][] {
  return findings.map(({ code, anchor, agreesTo }) => [code, anchor.size, agreesTo]);
}

// By itself the chain says nothing: the attacker holds the key that signs its checkpoints.
async function assertLooksHonest(path: string, { signer }: Scene): Promise<void> {
  const report = await verifyLedger(path, { trustRoot: signer.kid });
  assert.equal(report.verdict, 'VALID_UNANCHORED');
}

for (const name of Object.keys(KINDS)) {
  describe(`with an anchor of the kind ${name}`, () => {
    it('an honest ledger is confirmed up to what was anchored last', async () => {
      await inScene(name, async ({ path, kind, anchored }) => {
        const report = await check(path, kind);
        assert.deepEqual(report.findings, []);
        assert.equal(report.confirmed?.size, anchored[1]);
      });
    });

    it('an end that was cut off is found', async () => {
      await inScene(name, async (scene) => {
        const [first, second] = scene.anchored;
        const cut = await copyOf(scene.path, first, join(scene.folder, 'cut.jsonl'));
        await assertLooksHonest(cut, scene);
        const report = await check(cut, scene.kind);
        assert.deepEqual(found(report), [['TRUNCATED', second, known(scene.kind, first)]]);
      });
    });

    it('a ledger that was set back and went on is found, however long it grows', async () => {
      await inScene(name, async (scene) => {
        const [first, second] = scene.anchored;
        const back = await copyOf(scene.path, first, join(scene.folder, 'back.jsonl'));
        await extend(back, { calls: 8, name: 'other', checkpoint: scene.signer });
        await assertLooksHonest(back, scene);
        const expected = ['REWRITTEN', second, known(scene.kind, first)];
        assert.deepEqual(found(await check(back, scene.kind)), [expected]);
      });
    });

    it('a ledger that was written anew from its genesis on is found', async () => {
      await inScene(name, async (scene) => {
        const anchored = scene.anchored.slice(scene.kind.keepsAll ? 0 : 1);
        const anew = await copyOf(scene.path, 1, join(scene.folder, 'anew.jsonl'));
        await extend(anew, { calls: 8, name: 'other', checkpoint: scene.signer });
        await assertLooksHonest(anew, scene);
        const report = await check(anew, scene.kind);
        const expected = anchored.map((size) => ['REWRITTEN', size, 0]);
        assert.deepEqual(found(report), expected);
        assert.equal(report.confirmed, undefined);
      });
    });

    it('a ledger that was set back is refused or found when it is anchored again', async () => {
      await inScene(name, async (scene) => {
        const { kind, path, folder, anchored } = scene;
        const cut = await copyOf(path, anchored[0], join(folder, 'cut.jsonl'));
        if (name === 'otlp') {
          await kind.push(cut);
          assert.deepEqual(found(await check(cut, kind)), [
            ['TRUNCATED', anchored[1], anchored[0]],
          ]);
        } else {
          await assert.rejects(kind.push(cut), { code: 'ANCHOR_CONFLICT' });
        }
      });
    });

    it('two histories of one size are refused or found when both are anchored', async () => {
      await inScene(name, async ({ folder, path, kind, signer, anchored }) => {
        const [left, right] = ['left', 'right'].map((word) => join(folder, `${word}.jsonl`));
        assert.ok(left !== undefined && right !== undefined);
        await copyOf(path, anchored[1], left);
        await copyOf(path, anchored[1], right);
        const { tree } = await extend(left, { calls: 3, name: 'left', checkpoint: signer });
        await extend(right, { calls: 3, name: 'right', checkpoint: signer });
        await kind.push(left);
        if (name === 'otlp') await kind.push(right);
        else await assert.rejects(kind.push(right), { code: 'ANCHOR_CONFLICT' });
        const codes = found(await check(right, kind));
        const rewritten = [
          'REWRITTEN',
          tree.size,
          name === 'otlp' ? tree.size : known(kind, anchored[1]),
        ];
        const forked = ['FORKED', tree.size, tree.size];
        assert.deepEqual(codes, name === 'otlp' ? [forked, rewritten] : [rewritten]);
      });
    });

    it('what changes after the last anchor is not found', async () => {
      await inScene(name, async (scene) => {
        const { kind, path, folder, anchored, signer } = scene;
        const back = await copyOf(path, anchored[1], join(folder, 'back.jsonl'));
        assert.deepEqual((await check(back, kind)).findings, []);
        await extend(back, { calls: 1, name: 'other', checkpoint: signer });
        const report = await check(back, kind);
        assert.deepEqual(report.findings, []);
        assert.equal(report.confirmed?.size, anchored[1]);
      });
    });
  });
}

describe('without an anchor', () => {
  it('nothing is found, and nothing is confirmed', async () => {
    await inScene('file', async (scene) => {
      const anew = await copyOf(scene.path, 1, join(scene.folder, 'anew.jsonl'));
      await extend(anew, { calls: 8, name: 'other', checkpoint: scene.signer });
      await assertLooksHonest(anew, scene);
      const { tree } = await open(anew);
      assert.deepEqual(await checkAnchors([], tree), { findings: [], confirmed: undefined });
    });
  });
});

describe('a witness', () => {
  it('refuses a rewrite as soon as it is shown one, however long it grew', async () => {
    await inScene('witness', async ({ kind, path, folder, anchored, signer }) => {
      const back = await copyOf(path, anchored[0], join(folder, 'back.jsonl'));
      await extend(back, { calls: 8, name: 'other', checkpoint: signer });
      await assert.rejects(kind.push(back), { code: 'ANCHOR_CONFLICT' });
    });
  });
});
