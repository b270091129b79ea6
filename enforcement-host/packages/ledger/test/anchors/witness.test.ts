import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';

import { canonicalize } from '@axtary/core';

import {
  LocalReceipts,
  WitnessAnchor,
  noteSigner,
  originOf,
  parseVerifierKey,
  type WitnessOptions,
} from '../../src/index.js';
import { appendLine } from '../../src/anchors/file.js';
import { inFolder, newSigner } from '../support.js';
import { FakeWitness } from './fake-witness.js';
import { CLOCK, extend, newNoteSigner, type Opened } from './ledgers.js';
import { serve, type Answer, type Request } from './loopback.js';

interface Scene {
  readonly folder: string;
  readonly path: string;
  readonly witness: FakeWitness;
  readonly opened: Opened;
  readonly grow: () => Promise<Opened>;
  readonly anchor: (changes?: Partial<WitnessOptions>) => WitnessAnchor;
}

async function inScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, 'ledger.jsonl');
    const checkpoint = newSigner();
    let calls = 0;
    const grow = () => extend(path, { calls: 1, name: `call${calls++}`, checkpoint });
    let opened = await grow();
    const witness = new FakeWitness(CLOCK);
    const url = await witness.start();
    const { log } = opened.tree;
    const signer = newNoteSigner(log);
    witness.trust(originOf(log), signer.verifierKey);
    const anchor = (changes: Partial<WitnessOptions> = {}) =>
      new WitnessAnchor({
        url,
        signer,
        verifier: witness.verifier,
        prove: (first, second) => opened.prove(first, second),
        ...changes,
      });
    const growToo = async () => (opened = await grow());
    try {
      await use({ folder, path, witness, opened, grow: growToo, anchor });
    } finally {
      await witness.stop();
    }
  });
}

describe('a witness client', () => {
  it('has each checkpoint cosigned, with a proof from the one before', async () => {
    await inScene(async ({ witness, opened, grow, anchor }) => {
      const proofs: (readonly [number, number])[] = [];
      let now = opened;
      const target = anchor({
        prove: (first, second) => {
          proofs.push([first, second]);
          return now.prove(first, second);
        },
      });
      const receipt = await target.push(opened.checkpoint);
      assert.deepEqual(receipt.anchor, {
        ...opened.checkpoint,
        by: 'witness:witness.example/w1',
        at: '2026-01-02T03:04:05.000Z',
      });
      now = await grow();
      const { checkpoint } = now;
      await target.push(checkpoint);
      await target.push(checkpoint);
      const [first, second] = [opened.checkpoint.size, checkpoint.size];
      assert.deepEqual(proofs, [
        [0, first],
        [first, second],
        [second, second],
      ]);
      assert.equal(witness.sizeOf(originOf(checkpoint.log)), checkpoint.size);
    });
  });

  it('goes on from what the witness knows, when it was started anew', async () => {
    await inScene(async ({ witness, opened, grow, anchor }) => {
      await anchor().push(opened.checkpoint);
      const { checkpoint } = await grow();
      await anchor().push(checkpoint);
      assert.equal(witness.sizeOf(originOf(checkpoint.log)), checkpoint.size);
    });
  });

  it('says when the witness knows neither ledger nor key', async () => {
    await inScene(async ({ witness, opened, anchor }) => {
      const { checkpoint } = opened;
      const other = anchor({ signer: newNoteSigner(checkpoint.log) });
      await assert.rejects(other.push(checkpoint), { code: 'ANCHOR_REFUSED', message: /key/ });
      const log = `log_${'B'.repeat(22)}`;
      await assert.rejects(anchor().push({ ...checkpoint, log }), {
        code: 'ANCHOR_REFUSED',
        message: new RegExp(log),
      });
      assert.equal(witness.sizeOf(originOf(checkpoint.log)), 0);
    });
  });

  it('finds a proof refused that does not fit', async () => {
    await inScene(async ({ opened, grow, anchor }) => {
      await anchor().push(opened.checkpoint);
      const { checkpoint } = await grow();
      const prove = () => Promise.resolve([Buffer.alloc(32)]);
      await assert.rejects(anchor({ prove }).push(checkpoint), {
        code: 'ANCHOR_CONFLICT',
      });
    });
  });

  it('does not take the word of anybody but the witness', async () => {
    await inScene(async ({ opened, anchor }) => {
      const key = noteSigner('witness.example/w1', generateKeyPairSync('ed25519').privateKey);
      const verifier = parseVerifierKey(key.verifierKey);
      await assert.rejects(anchor({ verifier }).push(opened.checkpoint), {
        code: 'ANCHOR_RESPONSE_INVALID',
      });
    });
  });

  it('asks as c2sp.org/tlog-witness says', async () => {
    await inScene(async ({ opened, anchor }) => {
      const requests: Request[] = [];
      const { url, close } = await serve((request) => {
        requests.push(request);
        if (requests.length > 1) return { status: 503 };
        return { status: 409, type: 'text/x.tlog.size', body: '3\n' };
      });
      const prefix = `${url}some/prefix`;
      await assert.rejects(anchor({ url: prefix }).push(opened.checkpoint), {
        code: 'ANCHOR_UNAVAILABLE',
      });
      await close();
      assert.deepEqual(
        requests.map(({ method, path }) => [method, path]),
        Array.from({ length: 2 }, () => ['POST', '/some/prefix/add-checkpoint']),
      );
      const { log, size, root } = opened.checkpoint;
      const base64 = Buffer.from(root.slice('sha256:'.length), 'hex').toString('base64');
      const note = `axtary.com/ledger/${log}\n${size}\n${base64}\n\n\u2014 axtary.com/ledger/${log} `;
      assert.ok(requests[0]?.body.startsWith(`old 0\n\n${note}`));
      const proof = await opened.prove(3, size);
      const lines = proof.map((hash) => `${hash.toString('base64')}\n`).join('');
      assert.ok(requests[1]?.body.startsWith(`old 3\n${lines}\n${note}`));
    });
  });

  const ANSWERS: readonly [string, Answer | undefined, string][] = [
    ['nothing in time', undefined, 'ANCHOR_TIMEOUT'],
    ['a failure of its own', { status: 500 }, 'ANCHOR_UNAVAILABLE'],
    ['to slow down', { status: 429 }, 'ANCHOR_UNAVAILABLE'],
    ['a bad request', { status: 400 }, 'ANCHOR_RESPONSE_INVALID'],
    ['a redirect', { status: 302 }, 'ANCHOR_UNAVAILABLE'],
    ['a size without its type', { status: 409, body: '1\n' }, 'ANCHOR_RESPONSE_INVALID'],
    ['no size', { status: 409, type: 'text/x.tlog.size' }, 'ANCHOR_RESPONSE_INVALID'],
    ['a larger size', { status: 409, type: 'text/x.tlog.size', body: '999\n' }, 'ANCHOR_CONFLICT'],
    [
      'the size it was told',
      { status: 409, type: 'text/x.tlog.size', body: '0\n' },
      'ANCHOR_CONFLICT',
    ],
    ['nothing', { status: 200 }, 'ANCHOR_RESPONSE_INVALID'],
    ['a page', { status: 200, body: '<html>\n' }, 'ANCHOR_RESPONSE_INVALID'],
    ['without end', { status: 200, body: 'x'.repeat(70_000) }, 'ANCHOR_RESPONSE_INVALID'],
  ];
  for (const [what, answer, code] of ANSWERS) {
    it(`fails with ${code} when it is answered ${what}`, async () => {
      await inScene(async ({ opened, anchor }) => {
        const { url, close } = await serve(() => answer);
        const timeoutMs = answer === undefined ? 50 : 5000;
        await assert.rejects(anchor({ url, timeoutMs }).push(opened.checkpoint), { code });
        await close();
      });
    });
  }

  it('fails where nobody listens, and when it is told to give up', async () => {
    await inScene(async ({ opened, anchor }) => {
      const { url, close } = await serve(() => undefined);
      const stop = new AbortController();
      const pushed = anchor({ url }).push(opened.checkpoint, { signal: stop.signal });
      stop.abort();
      await assert.rejects(pushed, { code: 'ANCHOR_UNAVAILABLE' });
      await close();
      await assert.rejects(anchor({ url }).push(opened.checkpoint), { code: 'ANCHOR_UNAVAILABLE' });
    });
  });

  it('goes over https only, but for this machine, and without credentials in the address', async () => {
    await inScene(({ anchor }) => {
      for (const url of [
        'http://witness.example/',
        'ftp://127.0.0.1/',
        'https://a:b@witness.example/',
      ]) {
        assert.throws(() => anchor({ url }), TypeError);
      }
      anchor({ url: 'https://witness.example/prefix/' });
      return Promise.resolve();
    });
  });
});

describe('receipts beside a ledger', () => {
  it('are evidence by the keys that are known from elsewhere only', async () => {
    await inScene(async ({ folder, witness, opened, anchor }) => {
      const { checkpoint } = opened;
      const receipts = new LocalReceipts(join(folder, 'ledger.jsonl.anchors'));
      const receipt = await anchor().push(checkpoint);
      await receipts.add(receipt);
      // Whoever holds the ledger can write here what they like.
      await receipts.add({
        anchor: { ...checkpoint, size: 999, by: 'witness:witness.example/w1' },
      });
      await receipts.add({
        anchor: receipt.anchor,
        note: receipt.note?.replace(`\n${checkpoint.size}\n`, '\n999\n') ?? '',
      });
      await appendLine(join(folder, 'ledger.jsonl.anchors', 'receipts.jsonl'), '{"no":"receipt"}');
      assert.equal((await receipts.list()).length, 3);
      const { log, size, root } = checkpoint;
      const at = '2026-01-02T03:04:05.000Z';
      assert.deepEqual(await receipts.signedBy([witness.verifier]).read(log), [
        { log, size, root, by: 'witness:witness.example/w1', at },
      ]);
      assert.deepEqual(await receipts.signedBy([]).read(log), []);
      assert.deepEqual(await receipts.signedBy([witness.verifier]).read('log_x'), []);
    });
  });

  it('are one canonical line each', async () => {
    await inScene(async ({ folder, opened }) => {
      const anchor = { ...opened.checkpoint, by: 'file' };
      const receipts = new LocalReceipts(folder);
      await receipts.add({ anchor });
      const [line] = await receipts.list();
      assert.equal(canonicalize({ anchor }), canonicalize(line));
    });
  });
});
