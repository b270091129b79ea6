import assert from 'node:assert/strict';

import { calculateJwkThumbprint, compactVerify, createLocalJWKSet } from 'jose';

import { createKeyring, jwksOf, verifyActionPass } from '../../src/index.js';
import { NOW, publicKey, signer, validPass, verdictOf } from '../support.js';
import { freshSigner, passBy } from './support.js';

const [before, current, other] = [freshSigner(), freshSigner(), freshSigner()];
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe('createKeyring', () => {
  it('lets rotated keys coexist: each pass is verified by the key it names', async () => {
    const keyring = createKeyring([before.publicJwk, { jwk: current.publicJwk }]);
    assert.equal(await verdictOf(await passBy(before), { keyring }), 'valid');
    assert.equal(await verdictOf(await passBy(current), { keyring }), 'valid');
    assert.equal(await verdictOf(await passBy(other), { keyring }), 'PASS_KEY_UNKNOWN');
  });

  it('never tries another key than the one that is named', async () => {
    const keyring = createKeyring([before.publicJwk, current.publicJwk]);
    const forged = await passBy({ ...current, kid: before.kid });
    assert.equal(await verdictOf(forged, { keyring }), 'PASS_SIGNATURE_INVALID');
  });

  it('lets a retired key verify until notAfter, and no longer', async () => {
    const pass = await passBy(before);
    for (const [notAfter, verdict] of [
      [later(1), 'valid'],
      [later(0), 'valid'],
      [later(-1), 'PASS_KEY_UNKNOWN'],
    ] as const) {
      const keyring = createKeyring([{ jwk: before.publicJwk, state: 'retired', notAfter }]);
      assert.equal(await verdictOf(pass, { keyring }), verdict);
    }
  });

  it('never lets a revoked key verify', async () => {
    const keyring = createKeyring([{ jwk: before.publicJwk, state: 'revoked' }]);
    assert.equal(await verdictOf(await passBy(before), { keyring }), 'PASS_REVOKED');
  });

  it('refuses every pass when it is empty', async () => {
    const { token } = await validPass();
    assert.equal(await verdictOf(token, { keyring: createKeyring([]) }), 'PASS_KEY_UNKNOWN');
  });

  it('refuses a key that is there twice, with whatever state', () => {
    const { publicJwk: jwk } = before;
    assert.throws(() => createKeyring([jwk, jwk]), TypeError);
    assert.throws(() => createKeyring([jwk, { jwk, state: 'revoked' }]), TypeError);
  });

  it('refuses a retired key without a time', () => {
    const entry = { jwk: before.publicJwk, state: 'retired', notAfter: new Date('?') } as const;
    assert.throws(() => createKeyring([entry]), TypeError);
  });

  it('is exclusive with a verification key', async () => {
    const { token } = await validPass();
    const keyring = createKeyring([]);
    const base = { token, action: {}, issuer: 'i' };
    for (const keys of [{}, { verificationKey: publicKey, keyring }]) {
      await assert.rejects(verifyActionPass({ ...base, ...keys } as never), TypeError);
    }
  });
});

describe('jwksOf', () => {
  const keyring = createKeyring([
    signer.publicJwk ?? before.publicJwk,
    { jwk: before.publicJwk, state: 'retired', notAfter: later(60) },
    { jwk: current.publicJwk, state: 'revoked' },
  ]);

  it('publishes all but revoked keys, with alg, use and thumbprint', async () => {
    const { keys } = jwksOf(keyring);
    assert.deepEqual(
      keys.map(({ kid }) => kid),
      [signer.kid, before.kid],
    );
    for (const { alg, use, kid, ...jwk } of keys) {
      assert.deepEqual([alg, use, kid], ['ES256', 'sig', await calculateJwkThumbprint(jwk)]);
      assert.deepEqual(Object.keys(jwk).sort(), ['crv', 'kty', 'x', 'y']);
    }
  });

  it('is a JWKS that jose verifies our passes with', async () => {
    const { token, claims } = await validPass();
    const keys = createLocalJWKSet({ keys: jwksOf(keyring).keys.map((key) => ({ ...key })) });
    const { payload } = await compactVerify(token, keys);
    assert.deepEqual(JSON.parse(Buffer.from(payload).toString()), claims);
  });

  it('is read back as a keyring', () => {
    const again = createKeyring(jwksOf(keyring).keys);
    assert.deepEqual(
      again.keys.map(({ kid }) => kid),
      [signer.kid, before.kid],
    );
  });
});
