import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';

import { calculateJwkThumbprint, compactVerify, exportJWK, generateKeyPair, importJWK } from 'jose';

import { derToRaw } from '../src/der.js';
import { createSigner, signCompact, thumbprint, verifyCompact } from '../src/index.js';
import { privateKey, publicKey, signer } from './support.js';

describe('derToRaw', () => {
  it('turns 20,000 signatures into what jose verifies', async function () {
    this.timeout(120_000);
    const key = await importJWK(publicKey.export({ format: 'jwk' }), 'ES256');
    const lengths = new Set<number>();
    const header = Buffer.from('{"alg":"ES256"}').toString('base64url');
    for (let n = 0; n < 20_000; n++) {
      const input = `${header}.${Buffer.from(`{"n":${n}}`).toString('base64url')}`;
      const der = sign('sha256', Buffer.from(input), privateKey);
      lengths.add(der.length);
      const raw = derToRaw(der);
      assert.equal(raw.length, 64);
      assert.ok(isSame(raw, der), der.toString('hex'));
      await compactVerify(`${input}.${raw.toString('base64url')}`, key);
    }
    assert.ok(lengths.size >= 3, 'expected integers of several lengths');
  });

  it('pads short integers and drops the sign byte', () => {
    const der = Buffer.from(`3026020101022100${'f'.repeat(64)}`, 'hex');
    assert.equal(derToRaw(der).toString('hex'), `${'0'.repeat(63)}1${'f'.repeat(64)}`);
  });
});

/** The integers of a DER signature, read another way. */
function isSame(raw: Buffer, der: Buffer): boolean {
  const hex = der.toString('hex');
  const lengthR = Number.parseInt(hex.slice(6, 8), 16) * 2;
  const r = BigInt(`0x${hex.slice(8, 8 + lengthR)}`);
  const s = BigInt(`0x${hex.slice(8 + lengthR + 4)}`);
  return (
    r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0') === raw.toString('hex')
  );
}

describe('createSigner', () => {
  it('signs what jose verifies, with a node key, a JWK and a WebCrypto key', async () => {
    const pair = await generateKeyPair('ES256');
    const jwk = privateKey.export({ format: 'jwk' });
    for (const [key, verifier] of [
      [privateKey, publicKey],
      [jwk, publicKey],
      [pair.privateKey, pair.publicKey],
    ] as const) {
      const token = await signCompact(createSigner(key), 'actionpass+jwt', '{"a":1}');
      const { payload, protectedHeader } = await compactVerify(token, verifier);
      assert.equal(Buffer.from(payload).toString(), '{"a":1}');
      assert.equal(protectedHeader.typ, 'actionpass+jwt');
      assert.deepEqual(await verifyCompact(token, 'actionpass+jwt', await exportJWK(verifier)), {
        a: 1,
      });
    }
  });

  it('names its key by the RFC 7638 thumbprint, which jose computes too', async () => {
    const { publicJwk } = signer;
    assert.ok(publicJwk);
    assert.equal(signer.kid, await calculateJwkThumbprint(publicJwk));
    assert.equal(thumbprint(publicJwk), signer.kid);
    assert.equal('d' in publicJwk, false);
  });

  it('refuses what is not a private P-256 key', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const rsaPair = await generateKeyPair('RS256');
    const es256 = await generateKeyPair('ES256');
    const es384 = await generateKeyPair('ES384');
    for (const key of [
      publicKey,
      rsa.privateKey,
      p384.privateKey,
      rsaPair.privateKey,
      es256.publicKey,
      es384.privateKey,
    ]) {
      assert.throws(() => createSigner(key), TypeError);
    }
    assert.throws(
      () => createSigner({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'AA' }),
      Error,
    );
  });

  it('keeps the private key out of what can be read of it', () => {
    const { d = '' } = privateKey.export({ format: 'jwk' });
    assert.ok(d !== '' && !JSON.stringify(signer).includes(d));
  });
});
