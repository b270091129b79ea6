import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  LocalTrustStore,
  createRevocation,
  type KeyringKey,
  type RevocationRecord,
} from '../../src/index.js';
import { withLock } from '../../src/keys/lock.js';
import { NOW, clock, privateKey, signer, validPass, verdictOf, verify } from '../support.js';
import { freshSigner, offCurve, passBy } from './support.js';

const writer = fileURLToPath(new URL('trust-store-writer.ts', import.meta.url));

let folder: string;
let file: string;
let store: LocalTrustStore;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'axtary-trust-'));
  file = path.join(folder, 'trust.json');
  store = new LocalTrustStore(file, { clock });
  assert.equal(await store.create(), true);
});
afterEach(() => rm(folder, { recursive: true }));

function revocationOf(jti: string): Promise<RevocationRecord> {
  return createRevocation({ kind: 'pass', value: jti, reason: 'r', by: 'user:ada', clock });
}

async function stateOf(kid: string): Promise<KeyringKey['state'] | undefined> {
  return (await store.keys()).find((key) => key.kid === kid)?.state;
}

describe('LocalTrustStore', () => {
  it('keeps keys and revocations for the next one that opens the file', async () => {
    const kid = await store.addKey(freshSigner().publicJwk);
    const record = await revocationOf('ap_1');
    await store.revoke(record);
    const again = new LocalTrustStore(file);
    assert.deepEqual(
      (await again.keys()).map((key) => [key.kid, key.state]),
      [[kid, 'active']],
    );
    assert.deepEqual(await again.revocations(), [record]);
  });

  it('is what a pass is verified with: keys and revocations', async () => {
    const [trusted, stranger] = [freshSigner(), freshSigner()];
    await store.addKey(trusted.publicJwk);
    const options = { keyring: store, revocations: store };
    const pass = await passBy(trusted);
    assert.equal(await verdictOf(pass, options), 'valid');
    assert.equal(await verdictOf(await passBy(stranger), options), 'PASS_KEY_UNKNOWN');
    const { claims } = await validPass();
    await store.revoke(await revocationOf(claims.jti));
    assert.equal(
      await verdictOf(await passBy(trusted, { jti: claims.jti }), options),
      'PASS_REVOKED',
    );
    assert.equal(await store.isRevoked(claims, trusted.kid), true);
  });

  it('has mode 0600 and no private key in it', async () => {
    const { d = '' } = privateKey.export({ format: 'jwk' });
    await store.addKey(signer.publicJwk ?? offCurve);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const text = await readFile(file, 'utf8');
    assert.ok(d !== '' && !text.includes(d));
    assert.ok(text.includes(signer.kid ?? '?'));
  });

  it('refuses a private key, and one that is no key', async () => {
    const jwk = privateKey.export({ format: 'jwk' });
    await assert.rejects(store.addKey(jwk as never), TypeError);
    await assert.rejects(store.addKey(privateKey), TypeError);
    await assert.rejects(store.addKey(offCurve), TypeError);
    assert.deepEqual(await store.keys(), []);
  });

  it('leaves a key that is there already as it is', async () => {
    const { publicJwk, kid } = freshSigner();
    await store.addKey(publicJwk);
    await store.retireKey(kid, NOW);
    await store.addKey(publicJwk);
    assert.equal(await stateOf(kid), 'retired');
  });

  it('retires a key, and only ever earlier', async () => {
    const { publicJwk, kid } = freshSigner();
    const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
    await store.addKey(publicJwk);
    for (const [notAfter, holds] of [
      [60, 60],
      [90, 60],
      [30, 30],
    ] as const) {
      await store.retireKey(kid, at(notAfter));
      assert.ok(await store.keyFor(kid, at(holds)));
      await assert.rejects(store.keyFor(kid, at(holds + 1)), { code: 'PASS_KEY_UNKNOWN' });
    }
    await assert.rejects(store.retireKey('A'.repeat(43), NOW), { code: 'TRUST_STORE_KEY_UNKNOWN' });
    await assert.rejects(store.retireKey(kid, new Date('?')), TypeError);
  });

  it('revokes a key for good, before or after it was added', async () => {
    const { publicJwk, kid } = freshSigner();
    const record = await createRevocation({ kind: 'key', value: kid, reason: 'r', by: 'b', clock });
    await store.revoke(record);
    await store.addKey(publicJwk);
    assert.equal(await stateOf(kid), 'revoked');
    await assert.rejects(store.keyFor(kid, NOW), { code: 'PASS_REVOKED' });
  });

  it('refuses what is no revocation, and keeps one once', async () => {
    const record = await revocationOf('ap_1');
    await store.revoke(record);
    await store.revoke({ ...record });
    assert.equal((await store.revocations()).length, 1);
    await assert.rejects(store.revoke({ ...record, kind: 'other' } as never), TypeError);
    await assert.rejects(store.revoke({ ...record, admin: 1 } as never), TypeError);
  });

  it('sees at once what another store wrote', async () => {
    const other = new LocalTrustStore(file);
    for (let n = 0; n < 50; n++) {
      const { kid, publicJwk } = freshSigner();
      await (n % 2 ? store : other).addKey(publicJwk);
      assert.ok(await (n % 2 ? other : store).keyFor(kid, NOW));
    }
  });

  it('makes every version later than the one before, even when the clock was set back', async () => {
    const ahead = new Date('2100-01-01T00:00:00Z');
    await utimes(file, ahead, ahead);
    const { kid, publicJwk } = freshSigner();
    await store.addKey(publicJwk);
    assert.ok((await stat(file)).mtimeMs > ahead.getTime());
    assert.ok(await new LocalTrustStore(file).keyFor(kid, NOW));
  });

  it('does not make a new file over one that is there', async () => {
    const kid = await store.addKey(freshSigner().publicJwk);
    assert.equal(await store.create(), false);
    assert.equal(await stateOf(kid), 'active');
    assert.deepEqual(await readdir(folder), ['trust.json']);
  });
});

describe('a trust store that cannot be relied on', () => {
  async function assertUnusable(code: string): Promise<void> {
    const { token, claims } = await validPass();
    const fresh = new LocalTrustStore(file, { lockTimeoutMs: 50 });
    for (const one of [fresh, store]) {
      await assert.rejects(verify(token, { keyring: one }), { code });
      await assert.rejects(verify(token, { revocations: one }), { code });
      await assert.rejects(one.isRevoked(claims, ''), { code });
      await assert.rejects(one.addKey(freshSigner().publicJwk), { code });
    }
  }

  it('is an error when its file is gone', async () => {
    await store.addKey(freshSigner().publicJwk);
    await rename(file, `${file}.gone`);
    await assertUnusable('TRUST_STORE_MISSING');
  });

  it('is an error when its folder is gone', async () => {
    const gone = new LocalTrustStore(path.join(folder, 'none', 'trust.json'));
    await assert.rejects(gone.keys(), { code: 'TRUST_STORE_MISSING' });
    await assert.rejects(gone.addKey(freshSigner().publicJwk), { code: 'TRUST_STORE_MISSING' });
  });

  it('is an error when it is a folder', async () => {
    const there = new LocalTrustStore(folder);
    await chmod(folder, 0o700);
    await assert.rejects(there.keys(), { code: 'TRUST_STORE_UNAVAILABLE' });
  });

  it('is an error when others may write it', async function () {
    if (process.platform === 'win32') this.skip();
    await chmod(file, 0o666);
    const fresh = new LocalTrustStore(file);
    await assert.rejects(fresh.keys(), { code: 'TRUST_STORE_DAMAGED' });
  });

  it('is an error when it was cut at any place', async () => {
    await store.addKey(freshSigner().publicJwk);
    await store.revoke(await revocationOf('ap_1'));
    const text = (await readFile(file, 'utf8')).trimEnd();
    for (let length = 0; length < text.length; length += 7) {
      await writeFile(file, text.slice(0, length));
      const fresh = new LocalTrustStore(file);
      await assert.rejects(fresh.keys(), { code: 'TRUST_STORE_DAMAGED' }, `${length}`);
    }
  });

  const { kid, publicJwk } = freshSigner();
  const addedAt = NOW.toISOString();
  const key = { jwk: { ...publicJwk, kid }, addedAt, state: 'active' };
  const documents: Readonly<Record<string, unknown>> = {
    'a private key': { keys: [{ ...key, jwk: { ...key.jwk, d: publicJwk.x } }] },
    'a symmetric key': { keys: [{ ...key, jwk: { kty: 'oct', k: 'AAAA', kid } }] },
    'the kid of another key': { keys: [{ ...key, jwk: { ...publicJwk, kid: freshSigner().kid } }] },
    'a key without a kid': { keys: [{ ...key, jwk: publicJwk }] },
    'a key off its curve': { keys: [{ ...key, jwk: { ...offCurve, kid } }] },
    'a key twice': { keys: [key, key] },
    'an unknown state': { keys: [{ ...key, state: 'trusted' }] },
    'a retired key without a time': { keys: [{ ...key, state: 'retired' }] },
    'an unknown member': { keys: [], admin: true },
    'another version': { version: 2 },
    'an unknown kind of revocation': { revocations: [{ kind: 'other' }] },
    'no list of revocations': { revocations: undefined },
    'keys that are no list': { keys: {} },
  };
  for (const [what, changes] of Object.entries(documents)) {
    it(`is an error with ${what}`, async () => {
      const document = { version: 1, keys: [], revocations: [], ...(changes as object) };
      await writeFile(file, JSON.stringify(document));
      await assertUnusable('TRUST_STORE_DAMAGED');
    });
  }

  it('is an error with a member that is there twice', async () => {
    await writeFile(file, '{"version":1,"keys":[],"revocations":[],"revocations":[]}');
    await assertUnusable('TRUST_STORE_DAMAGED');
  });

  it('is an error for a change while another process holds the lock for too long', async () => {
    const patient = new LocalTrustStore(file, { lockTimeoutMs: 50 });
    await withLock(file, 1000, async () => {
      await assert.rejects(patient.addKey(publicJwk), { code: 'TRUST_STORE_LOCKED' });
      assert.deepEqual(await patient.keys(), []);
    });
    assert.equal(await patient.addKey(publicJwk), kid);
  });
});

describe('a trust store that several processes change', function () {
  this.timeout(60_000);

  it('loses nothing, and ends with every key and revocation of all', async () => {
    const [processes, each] = [4, 25];
    const children = Array.from({ length: processes }, (_, n) =>
      fork(writer, [file, String(n), String(each)], { execArgv: ['--import', 'tsx'] }),
    );
    const codes = await Promise.all(children.map((child) => once(child, 'exit')));
    assert.deepEqual(
      codes.map(([code]) => code as unknown),
      Array.from({ length: processes }, () => 0),
    );
    assert.equal((await store.keys()).length, processes * each);
    const values = (await store.revocations()).map(({ value }) => value);
    assert.equal(new Set(values).size, processes * each);
    assert.deepEqual(await readdir(folder), ['trust.json']);
  });

  it('is whole after a kill at any moment, with all that was acknowledged', async () => {
    const acknowledged = new Set<string>();
    for (const count of [1, 4, 9]) {
      const child = fork(writer, [file, `k${count}`, '1000'], { execArgv: ['--import', 'tsx'] });
      await killAfter(child, count, acknowledged);
      const kept = new Set((await new LocalTrustStore(file).revocations()).map((it) => it.value));
      for (const value of acknowledged) assert.ok(kept.has(value), value);
    }
    await store.addKey(freshSigner().publicJwk);
    assert.deepEqual(await readdir(folder), ['trust.json']);
  });
});

/** Kills a writer with SIGKILL once it has reported so many changes. */
async function killAfter(child: ChildProcess, count: number, seen: Set<string>): Promise<void> {
  let left = count;
  child.on('message', (value: string) => {
    seen.add(value);
    if (--left === 0) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  assert.equal(left <= 0, true);
}
