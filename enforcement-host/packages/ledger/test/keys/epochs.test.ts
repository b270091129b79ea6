import assert from 'node:assert/strict';
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { canonicalize } from '@axtary/core';

import {
  leafHash,
  LocalEpochKeys,
  LocalJsonlLedger,
  readLedger,
  verifyLedger,
  type EpochKeys,
  type LedgerSigner,
  type RecordOf,
} from '../../src/index.js';
import { keyEpochPayload, parseCheckpointKey } from '../../src/record/checkpoint.js';
import { call, entriesOf, inFolder, lineOf, newSigner, TestClock, writeLines } from '../support.js';

const DAY = 24 * 60 * 60 * 1000;

interface Scene {
  readonly path: string;
  readonly keyFile: string;
  readonly clock: TestClock;
  ledger(epochs?: EpochKeys, rotateAt?: number): LocalJsonlLedger;
}

function inScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const path = join(folder, 'ledger.jsonl');
    const keyFile = join(folder, 'keys', 'ledger.json');
    const clock = new TestClock();
    await use({
      path,
      keyFile,
      clock,
      ledger: (epochs = new LocalEpochKeys(keyFile), rotateAt = 1_000_000) =>
        new LocalJsonlLedger(path, { epochs, clock, rotateAt }),
    });
  });
}

async function epochsOf(path: string): Promise<RecordOf<'key_epoch'>[]> {
  const found: RecordOf<'key_epoch'>[] = [];
  for await (const record of readLedger(path)) {
    if (record.type === 'key_epoch') found.push(record);
  }
  return found;
}

async function secretsIn(keyFile: string): Promise<string[]> {
  const { keys } = JSON.parse(await readFile(keyFile, 'utf8')) as { keys: { d: string }[] };
  return keys.map(({ d }) => d);
}

async function assertValid(path: string): Promise<void> {
  const { verdict, message } = await verifyLedger(path);
  assert.equal(verdict, 'VALID_UNANCHORED', message);
}

/** Keys that fail once, at one step, as a crash there would look. */
class FailingKeys implements EpochKeys {
  readonly #inner: LocalEpochKeys;
  failsAt: 'made' | 'keep' | undefined;

  constructor(keyFile: string) {
    this.#inner = new LocalEpochKeys(keyFile);
  }

  find(kid: string): Promise<LedgerSigner | undefined> {
    return this.#inner.find(kid);
  }
  async make(): Promise<LedgerSigner> {
    const signer = await this.#inner.make();
    if (this.failsAt === 'made') throw new Error('crashed after the key was made');
    return signer;
  }
  async keepOnly(kid: string): Promise<void> {
    if (this.failsAt === 'keep') throw new Error('crashed before the old key was destroyed');
    await this.#inner.keepOnly(kid);
  }
}

describe('keys of epochs', () => {
  it('leave no copy of a private key that a crash left beside them', () =>
    inScene(async ({ keyFile }) => {
      const keys = new LocalEpochKeys(keyFile);
      await keys.make();
      await writeFile(`${keyFile}.new`, await readFile(keyFile));
      await keys.make();
      assert.deepEqual(await readdir(dirname(keyFile)), ['ledger.json']);
    }));

  it('follow each other when a day is over, and no earlier', () =>
    inScene(async ({ path, clock, ledger }) => {
      const open = ledger();
      await open.append(call(1));
      clock.pass(DAY - 1);
      await open.append(call(2));
      assert.equal((await epochsOf(path)).length, 0);
      clock.pass(1);
      await open.append(call(3));
      clock.pass(DAY);
      await open.append(call(4));
      await open.close();
      const epochs = (await epochsOf(path)).map(({ body }) => body.epoch);
      assert.deepEqual(epochs, [1, 2]);
      await assertValid(path);
    }));

  it('follow each other when a segment is sealed, also across openings', () =>
    inScene(async ({ path, ledger }) => {
      for (let n = 0; n < 6; n++) {
        const open = ledger(undefined, 1500);
        await open.append(call(n));
        await open.close();
      }
      const epochs = (await epochsOf(path)).map(({ body }) => body.epoch);
      assert.ok(epochs.length >= 2);
      assert.deepEqual(
        epochs,
        [...epochs.keys()].map((n) => n + 1),
      );
      await assertValid(path);
    }));

  it('are gone once the next one has followed: from the file, and from the bytes it had', () =>
    inScene(async ({ keyFile, clock, ledger }) => {
      const open1 = ledger();
      await open1.append(call(1));
      const [old = ''] = await secretsIn(keyFile);
      const handle = await open(keyFile, 'r');
      clock.pass(DAY);
      await open1.append(call(2));
      const secrets = await secretsIn(keyFile);
      assert.equal(secrets.length, 1);
      assert.ok(!secrets.includes(old));
      assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
      // The file was replaced twice since: this is the one that had the old key alone.
      const bytes = await handle.readFile('utf8');
      await handle.close();
      assert.ok(!bytes.includes(old), 'the old key is still in the file that was replaced');
      await open1.close();
    }));

  it('go on with the old one after a crash between making a key and recording it', () =>
    inScene(async ({ path, keyFile, clock, ledger }) => {
      const keys = new FailingKeys(keyFile);
      const crashing = ledger(keys);
      await crashing.append(call(1));
      clock.pass(DAY);
      keys.failsAt = 'made';
      await assert.rejects(crashing.append(call(2)), /crashed after/);
      await crashing.close().catch(() => undefined);
      assert.ok((await secretsIn(keyFile)).length > 1);
      const again = ledger();
      await again.open();
      assert.equal((await secretsIn(keyFile)).length, 1);
      await again.append(call(3));
      await again.close();
      assert.equal((await epochsOf(path)).length, 1);
      await assertValid(path);
    }));

  it('go on with the new one after a crash between recording it and destroying the old', () =>
    inScene(async ({ path, keyFile, clock, ledger }) => {
      const keys = new FailingKeys(keyFile);
      const crashing = ledger(keys);
      await crashing.append(call(1));
      const [old = ''] = await secretsIn(keyFile);
      clock.pass(DAY);
      keys.failsAt = 'keep';
      await assert.rejects(crashing.append(call(2)), /crashed before/);
      await crashing.close().catch(() => undefined);
      assert.ok((await secretsIn(keyFile)).includes(old));
      const again = ledger();
      await again.open();
      assert.ok(!(await secretsIn(keyFile)).includes(old));
      await again.append(call(3));
      await again.close();
      assert.equal((await epochsOf(path)).length, 1);
      await assertValid(path);
    }));

  it('that are lost, damaged or of another ledger open nothing, and change nothing', () =>
    inScene(async ({ path, keyFile, ledger }) => {
      const first = ledger();
      await first.append(call(1));
      await first.close();
      const text = await readFile(path, 'utf8');
      const keys = await readFile(keyFile, 'utf8');
      const other = new LocalEpochKeys(`${keyFile}.other`);
      await other.make();
      const losses = [
        () => rm(keyFile),
        () => writeFile(keyFile, '{"keys":[]}'),
        () => writeFile(keyFile, keys.slice(0, 20)),
        async () => writeFile(keyFile, await readFile(`${keyFile}.other`)),
      ];
      for (const lose of losses) {
        await lose();
        await assert.rejects(ledger().open(), { code: 'LEDGER_CHECKPOINT_FAILED' });
        assert.equal(await readFile(path, 'utf8'), text);
      }
      await writeFile(keyFile, keys);
      const again = ledger();
      await again.open();
      await again.close();
    }));

  it('cannot be followed by one that an outsider, or the old key alone, names', () =>
    inScene(async ({ path, ledger }) => {
      const real = ledger();
      await real.append(call(1));
      const old: LedgerSigner = {
        kid: '',
        publicJwk: {},
        sign: (artifact, text) => real.sign(artifact, text),
      };
      const entries = await entriesOf(path);
      const last = entries.at(-1);
      const { boot, log, ts, mono } = JSON.parse(lineOf(last)) as RecordOf<'key_epoch'>;
      const place = { boot, log, ts, mono, seq: entries.length, prev: leafHash(lineOf(last)) };
      const [outsider, second] = [newSigner(), newSigner()];
      const key = parseCheckpointKey(second);
      const payload = keyEpochPayload(place, { epoch: 1, key });
      const forge = async (byOld: LedgerSigner, byNew: LedgerSigner) => {
        const signatures = {
          old: await byOld.sign('keyEpoch', payload),
          new: await byNew.sign('keyEpoch', payload),
        };
        const body = { epoch: 1, key, signatures };
        const forged = `${path}.forged`;
        const line = canonicalize({ v: 1, type: 'key_epoch', ...place, body });
        await writeLines(forged, [...entries, line]);
        return verifyLedger(forged);
      };
      const cases = [
        [outsider, second],
        [second, second],
        [old, old],
        [old, outsider],
      ] as const;
      for (const [byOld, byNew] of cases) {
        const report = await forge(byOld, byNew);
        assert.deepEqual([report.code, report.seq], ['KEY_EPOCH_INVALID', entries.length]);
      }
      assert.equal((await forge(old, second)).verdict, 'VALID_UNANCHORED');
      await real.close();
    }));
});
