import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { systemClock } from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';

import { LocalPayloadStore } from '../../src/index.js';

const DAY_MS = 86_400_000;
const now = systemClock.now();

describe('retention of payloads', () => {
  let folder: string;
  let store: LocalPayloadStore;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-retention-'));
    store = new LocalPayloadStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function fileOf(hash: Sha256): string {
    return path.join(folder, hash.slice(7, 9), hash.slice(7));
  }

  /** Keeps a payload of so many bytes, as if that had been so many days ago. */
  async function keep(name: string, days: number, bytes = 20): Promise<Sha256> {
    const text = `{"a":"${name.padEnd(bytes - 8, '.')}"}`;
    const hash = sha256(text);
    await store.put(hash, text);
    const then = new Date(now.getTime() - days * DAY_MS);
    utimesSync(fileOf(hash), then, then);
    return hash;
  }

  async function kept(): Promise<Set<string>> {
    const parts = await readdir(folder);
    const names = await Promise.all(parts.map((part) => readdir(path.join(folder, part))));
    return new Set(names.flat().map((name) => `sha256:${name}`));
  }

  it('erases what is kept for longer than its days, and nothing else', async () => {
    const old = [await keep('a', 181), await keep('b', 500)];
    const young = [await keep('c', 179), await keep('d', 0)];
    assert.deepEqual(await store.prune(now), { erased: 0, isDone: true });
    store.retain({ days: 180 });
    assert.deepEqual(await store.prune(now), { erased: 2, isDone: true });
    assert.deepEqual(await kept(), new Set(young));
    for (const hash of old) assert.equal(await store.get(hash), undefined);
    assert.deepEqual(await store.prune(now), { erased: 0, isDone: true });
  });

  it('erases the oldest of what is too much', async () => {
    const half = 512 * 1024;
    const hashes = [];
    for (const days of [1, 4, 2, 3]) hashes.push(await keep(`${days}`, days, half));
    const [first, , third] = hashes;
    assert.deepEqual((await store.prune(now, { megabytes: 1 })).erased, 2);
    assert.deepEqual(await kept(), new Set([first, third]));
  });

  it('keeps what was put again since, from then on', async () => {
    const text = `{"a":"${'x'.padEnd(12, '.')}"}`;
    const hash = await keep('x', 400);
    // As after a day, or in another process.
    await new LocalPayloadStore(folder).put(hash, text);
    assert.deepEqual(await store.prune(now, { days: 180 }), { erased: 0, isDone: true });
    assert.deepEqual(await kept(), new Set([hash]));
  });

  it('loses nothing that is put while it runs', async () => {
    const texts = Array.from({ length: 200 }, (_, n) => `{"n":${n}}`);
    for (const text of texts) {
      const hash = sha256(text);
      await store.put(hash, text);
      utimesSync(fileOf(hash), 0, 0);
    }
    const pruning = store.prune(now, { days: 1 });
    const puts: Promise<void>[] = [];
    for (const text of texts) {
      puts.push(store.put(sha256(text), text));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([pruning, ...puts]);
    for (const text of texts) assert.deepEqual(await store.get(sha256(text)), JSON.parse(text));
  });

  it('leaves files alone that are no payloads', async () => {
    const hash = await keep('a', 400);
    mkdirSync(path.join(folder, 'zz'));
    for (const name of [
      'notes.txt',
      path.join('zz', hash.slice(7)),
      path.join(hash.slice(7, 9), 'x'),
    ]) {
      writeFileSync(path.join(folder, name), 'mine');
      utimesSync(path.join(folder, name), 0, 0);
    }
    assert.deepEqual(await store.prune(now, { days: 1 }), { erased: 1, isDone: true });
    assert.deepEqual((await readdir(folder)).sort(), [hash.slice(7, 9), 'notes.txt', 'zz'].sort());
  });

  it('does nothing where no payload was ever kept', async () => {
    const none = new LocalPayloadStore(path.join(folder, 'none'));
    assert.deepEqual(await none.prune(now, { days: 1 }), { erased: 0, isDone: true });
    assert.equal(await none.forget(sha256('a')), false);
  });

  it('forgets one payload, once, and keeps it again when it is put again', async () => {
    const hash = await keep('a', 0);
    assert.equal(await store.forget(hash), true);
    assert.equal(await store.forget(hash), false);
    assert.equal(await store.get(hash), undefined);
    await keep('a', 0);
    assert.deepEqual(await kept(), new Set([hash]));
  });

  it('forgets what still waits to be written', async () => {
    const text = '{"a":1}';
    const put = store.put(sha256(text), text);
    assert.equal(await store.forget(sha256(text)), true);
    await put;
    assert.equal(await store.get(sha256(text)), undefined);
  });
});
