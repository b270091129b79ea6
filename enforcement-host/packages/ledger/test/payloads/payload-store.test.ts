import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { canonicalize } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import { LocalPayloadStore } from '../../src/index.js';

const payload = { server: 'mail', name: 'send', arguments: { to: 'ada@example.com' } };
const text = canonicalize(payload);
const hash = sha256(text);
const file = path.join(hash.slice(7, 9), hash.slice(7));

describe('LocalPayloadStore', () => {
  let folder: string;
  let store: LocalPayloadStore;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-payloads-'));
    store = new LocalPayloadStore(path.join(folder, 'payloads'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives back what it was given, also to another process later', async () => {
    await store.put(hash, text);
    assert.deepEqual(await store.get(hash), payload);
    assert.deepEqual(await new LocalPayloadStore(path.join(folder, 'payloads')).get(hash), payload);
  });

  it('keeps one file a payload, for its owner alone, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await Promise.all([store.put(hash, text), store.put(hash, text)]);
      await new LocalPayloadStore(path.join(folder, 'payloads')).put(hash, text);
    } finally {
      process.umask(before);
    }
    const kept = path.join(folder, 'payloads', file);
    assert.deepEqual(readdirSync(path.dirname(kept)), [path.basename(kept)]);
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(kept)).mode & 0o777, 0o700);
    assert.equal(statSync(path.join(folder, 'payloads')).mode & 0o777, 0o700);
  });

  it('has nothing where a payload is absent, forgotten, damaged, too large or no object', async () => {
    assert.equal(await store.get(hash), undefined);
    await store.put(hash, text);
    await store.forget(hash);
    assert.equal(await store.get(hash), undefined);
    await store.put(hash, text);
    assert.deepEqual(await store.get(hash), payload);
    const kept = path.join(folder, 'payloads', file);
    writeFileSync(kept, text.replace('ada', 'eve'));
    assert.equal(await store.get(hash), undefined);
    writeFileSync(kept, Buffer.alloc(5 * 1024 * 1024));
    assert.equal(await store.get(hash), undefined);
    await store.put(sha256('[1]'), '[1]');
    assert.equal(await store.get(sha256('[1]')), undefined);
  });

  it('writes again what a crash left of a payload', async () => {
    await store.put(hash, text);
    const kept = path.join(folder, 'payloads', file);
    writeFileSync(kept, text.slice(0, 10));
    await new LocalPayloadStore(path.join(folder, 'payloads')).put(hash, text);
    assert.deepEqual(await store.get(hash), payload);
  });

  it('takes no name that is not a digest for a file', async () => {
    assert.equal(await store.get('sha256:../../../etc/passwd'), undefined);
    await assert.rejects(store.forget('sha256:..'), TypeError);
  });

  it('goes on without what cannot be written, and says so once', async () => {
    const errors: unknown[] = [];
    const root = path.join(folder, 'full');
    mkdirSync(root);
    writeFileSync(path.join(root, hash.slice(7, 9)), 'no folder');
    const broken = new LocalPayloadStore(root, { onError: (error) => errors.push(error) });
    await broken.put(hash, text);
    await broken.put(hash, text);
    await broken.put(sha256('{}'), '{}');
    assert.equal(errors.length, 1);
    assert.equal(await broken.get(hash), undefined);
    assert.deepEqual(await broken.get(sha256('{}')), {});
    chmodSync(root, 0o700);
  });

  it('lets no more wait than its limit', async () => {
    const errors: unknown[] = [];
    const small = new LocalPayloadStore(path.join(folder, 'small'), {
      maxWaitingBytes: text.length + 1,
      onError: (error) => errors.push(error),
    });
    await Promise.all([small.put(hash, text), small.put(sha256('{}'), '{}')]);
    assert.equal(errors.length, 1);
    assert.equal(await small.get(sha256('{}')), undefined);
    await small.put(sha256('{}'), '{}');
    assert.deepEqual(await small.get(sha256('{}')), {});
  });

  it('erases a payload once, and says whether it was there', async () => {
    await store.put(hash, text);
    assert.equal(await store.forget(hash), true);
    assert.equal(await store.get(hash), undefined);
    assert.equal(await store.forget(hash), false);
    await store.put(hash, text);
    assert.deepEqual(await store.get(hash), payload);
  });
});
