import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { CompactEncrypt, decodeProtectedHeader } from 'jose';

import { EncryptedKeyFile, InMemoryKeyCustodian, parsePublicKey } from '../../src/index.js';
import { privateKey, publicKey, signer } from '../support.js';
import { freshSigner } from '../keys/support.js';
import { assertFails, assertSigns } from './support.js';

describe('InMemoryKeyCustodian', () => {
  const jwk = privateKey.export({ format: 'jwk' });

  it('signs with the JWK or node key it was given', async () => {
    for (const key of [jwk, privateKey]) {
      const custodian = new InMemoryKeyCustodian(key);
      const signing = await custodian.signer();
      assert.equal(signing.kid, signer.kid);
      await assertSigns(signing);
      assert.ok(!JSON.stringify([custodian, signing]).includes(jwk.d ?? '?'));
    }
  });

  it('refuses a JWK whose halves do not belong together', () => {
    const { x, y } = freshSigner().publicJwk;
    assert.throws(() => new InMemoryKeyCustodian({ ...jwk, x, y }), { code: 'KEY_MISMATCH' });
  });

  it('refuses what is no private P-256 key', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    for (const key of [publicKey, p384.privateKey]) {
      assert.throws(() => new InMemoryKeyCustodian(key), TypeError);
    }
  });
});

describe('EncryptedKeyFile', function () {
  this.timeout(30_000);
  const passphrase = 'correct horse battery staple';
  const iterations = 210_000;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-key-'));
    file = path.join(folder, 'signing-key.jwe');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const custodian = (phrase = passphrase) =>
    new EncryptedKeyFile(file, { passphrase: () => phrase, iterations });

  it('makes a key, and signs with it after a restart', async () => {
    const publicJwk = await custodian().create();
    const signing = await custodian().signer();
    assert.equal(signing.kid, parsePublicKey(publicJwk).kid);
    await assertSigns(signing);
  });

  it('hands out both halves of the key it signs with, and nothing else of the file', async () => {
    const publicJwk = await custodian().create();
    const unlocked = await custodian().unlock();
    assert.deepEqual({ ...unlocked, d: '' }, { ...publicJwk, d: '' });
    await assertSigns(await new InMemoryKeyCustodian({ ...unlocked }).signer());
    await writeFile(file, await encrypted(JSON.stringify({ ...unlocked, note: 'mine' }), good));
    assert.deepEqual(await custodian().unlock(), unlocked);
  });

  it('hands out no key whose halves do not belong together', async () => {
    const { x, y } = freshSigner().publicJwk;
    const jwk = privateKey.export({ format: 'jwk' });
    await writeFile(file, await encrypted(JSON.stringify({ ...jwk, x, y }), good));
    await assertFails(custodian().unlock(), 'KEY_FILE_DAMAGED', [jwk.d ?? '?']);
  });

  it('is a compact JWE of mode 0600, by the algorithms it says', async () => {
    await custodian().create();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const { alg, enc, p2c } = decodeProtectedHeader((await readFile(file, 'utf8')).trim());
    assert.deepEqual([alg, enc, p2c], ['PBES2-HS512+A256KW', 'A256GCM', iterations]);
    assert.deepEqual(await readdir(folder), ['signing-key.jwe']);
  });

  it('takes 600,000 rounds by default', async () => {
    await new EncryptedKeyFile(file, { passphrase: () => Promise.resolve(passphrase) }).create();
    const { p2c } = decodeProtectedHeader((await readFile(file, 'utf8')).trim());
    assert.equal(p2c, 600_000);
  });

  it('says so for a wrong passphrase, without telling it', async () => {
    await custodian().create();
    const wrong = 'incorrect horse battery';
    await assertFails(custodian(wrong).signer(), 'KEY_PASSPHRASE_WRONG', [wrong, passphrase]);
    await assertFails(custodian('').signer(), 'KEY_PASSPHRASE_WRONG');
  });

  it('is an error when the passphrase cannot be had, and makes no file', async () => {
    const passphraseGone = () => Promise.reject(new Error('s3cret'));
    const unable = new EncryptedKeyFile(file, { passphrase: passphraseGone, iterations });
    await assertFails(unable.create(), 'KEY_UNAVAILABLE', ['s3cret']);
    assert.deepEqual(await readdir(folder), []);
    await custodian().create();
    await assertFails(unable.signer(), 'KEY_UNAVAILABLE', ['s3cret']);
  });

  it('never replaces a key that is there', async () => {
    await custodian().create();
    const before = await readFile(file, 'utf8');
    await assertFails(custodian().create(), 'KEY_REFUSED');
    assert.equal(await readFile(file, 'utf8'), before);
    assert.deepEqual(await readdir(folder), ['signing-key.jwe']);
  });

  it('is an error where the file, or its folder, is missing', async () => {
    await assertFails(custodian().signer(), 'KEY_UNAVAILABLE');
    file = path.join(folder, 'none', 'key.jwe');
    await assertFails(custodian().create(), 'KEY_UNAVAILABLE');
  });

  it('is an error when any part of the file was altered', async () => {
    await custodian().create();
    const parts = (await readFile(file, 'utf8')).trim().split('.');
    assert.equal(parts.length, 5);
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url');
      bytes.writeUInt8((bytes.at(-3) ?? 0) ^ 1, bytes.length - 3);
      const altered = parts.with(index, bytes.toString('base64url')).join('.');
      await writeFile(file, altered);
      await assert.rejects(custodian().signer(), (error: { code?: string }) =>
        ['KEY_PASSPHRASE_WRONG', 'KEY_FILE_DAMAGED'].includes(error.code ?? ''),
      );
    }
  });

  for (const [what, text] of [
    ['empty', ''],
    ['no JWE', 'hello'],
    ['a private JWK in the clear', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['too long', 'a'.repeat(20_000)],
  ] as const) {
    it(`is an error when the file is ${what}`, async () => {
      await writeFile(file, text);
      const { d = '' } = privateKey.export({ format: 'jwk' });
      await assertFails(custodian().signer(), 'KEY_FILE_DAMAGED', [d]);
    });
  }

  const encrypted = (plaintext: string, header: { alg: string; enc: string }, p2c = iterations) =>
    new CompactEncrypt(Buffer.from(plaintext))
      .setProtectedHeader(header)
      .setKeyManagementParameters({ p2c })
      .encrypt(Buffer.from(passphrase));
  const good = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' };
  const jwkText = JSON.stringify(privateKey.export({ format: 'jwk' }));

  for (const [what, make] of [
    ['what is no JSON', () => encrypted('hello', good)],
    ['no object', () => encrypted('[]', good)],
    ['a public key', () => encrypted(JSON.stringify(publicKey.export({ format: 'jwk' })), good)],
    ['a symmetric key', () => encrypted('{"kty":"oct","k":"AAAA"}', good)],
    [
      'a key by a weaker algorithm',
      () => encrypted(jwkText, { ...good, alg: 'PBES2-HS256+A128KW' }),
    ],
    ['a key by another encryption', () => encrypted(jwkText, { ...good, enc: 'A128GCM' })],
  ] as const) {
    it(`is an error when the file holds ${what}`, async () => {
      await writeFile(file, await make());
      await assertFails(custodian().signer(), 'KEY_FILE_DAMAGED');
    });
  }

  it('refuses a file that asks for too many rounds, at once', async () => {
    const [, ...rest] = (await encrypted(jwkText, good)).split('.');
    const head = { ...good, p2c: 2_000_000_000, p2s: 'AAAAAAAAAAAAAAAAAAAAAA' };
    const encodedHead = Buffer.from(JSON.stringify(head)).toString('base64url');
    await writeFile(file, [encodedHead, ...rest].join('.'));
    await assertFails(custodian().signer(), 'KEY_FILE_DAMAGED');
  });

  it('refuses a short passphrase and rounds out of bounds', async () => {
    await assert.rejects(custodian('short').create(), TypeError);
    assert.deepEqual(await readdir(folder), []);
    for (const rounds of [0, 209_999, 5_000_001, Number.NaN]) {
      const options = { passphrase: () => passphrase, iterations: rounds };
      assert.throws(() => new EncryptedKeyFile(file, options), TypeError);
    }
  });
});
