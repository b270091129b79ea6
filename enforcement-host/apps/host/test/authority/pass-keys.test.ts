import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
  InMemoryKeyCustodian,
  KeyError,
  LocalTrustStore,
  type CustodySigner,
  type KeyCustodian,
} from '@axtary/actionpass';
import { systemClock } from '@axtary/core';

import { PassKeys } from '../../src/authority/pass-keys.js';

/** A custodian that may change its key, or lose it. */
class ScriptedCustodian implements KeyCustodian {
  kept: KeyCustodian | undefined = newKey();

  signer(): Promise<CustodySigner> {
    return this.kept?.signer() ?? Promise.reject(new KeyError('KEY_UNAVAILABLE', 'it is gone'));
  }
}

function newPrivateKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function newKey(): KeyCustodian {
  return new InMemoryKeyCustodian(newPrivateKey());
}

describe('pass keys with a custodian', () => {
  let folder: string;
  let trust: LocalTrustStore;
  let keys: PassKeys;
  let custodian: ScriptedCustodian;
  let kid: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-pass-keys-'));
    trust = new LocalTrustStore(path.join(folder, 'trust.json'));
    await trust.create();
    keys = new PassKeys(trust, systemClock);
    custodian = new ScriptedCustodian();
    await keys.entrust(custodian);
    ({ kid } = await custodian.signer());
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function states(): Promise<readonly string[]> {
    return (await trust.keys()).map(({ state }) => state);
  }

  it('are signed with by it, and trusted', async () => {
    assert.equal((await keys.signer(() => true)).kid, kid);
    assert.deepEqual(await trust.keys().then((all) => all.map((key) => key.kid)), [kid]);
  });

  it('are not replaced by an editor, even when retired', async () => {
    assert.deepEqual(await keys.provide(newPrivateKey()), { kid, isTaken: false });
    await trust.retireKey(kid, new Date(Date.now() + 60_000));
    assert.deepEqual(await keys.provide(newPrivateKey()), { kid, isTaken: false });
    await assert.rejects(keys.rotate(newPrivateKey()), { code: 'PASS_KEY_REFUSED' });
    assert.equal((await trust.keys()).length, 1);
  });

  it('are never made here: a retired one needs another of the custodian', async () => {
    await trust.retireKey(kid, new Date(Date.now() + 60_000));
    await assert.rejects(
      keys.signer(() => false),
      { code: 'PASS_KEY_REFUSED' },
    );
    custodian.kept = undefined;
    await assert.rejects(
      keys.signer(() => false),
      { code: 'KEY_UNAVAILABLE' },
    );
    assert.deepEqual(await states(), ['retired']);
    custodian.kept = newKey();
    const next = await keys.signer(() => false);
    assert.equal(next.kid, (await custodian.signer()).kid);
    assert.deepEqual(await states(), ['retired', 'active']);
  });

  it('outlive this process, unlike a key that it made', async () => {
    await keys.close();
    assert.deepEqual(await states(), ['active']);
  });

  it('are not taken where the custodian has none', async () => {
    const other = new PassKeys(trust, systemClock);
    custodian.kept = undefined;
    await assert.rejects(other.entrust(custodian), { code: 'KEY_UNAVAILABLE' });
    assert.equal(other.kid, undefined);
  });
});
