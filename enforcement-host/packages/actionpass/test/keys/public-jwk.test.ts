import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import { parsePublicKey, thumbprint } from '../../src/index.js';
import { freshSigner, offCurve } from './support.js';

const { publicJwk, kid } = freshSigner();
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The same coordinate, spelled with other spare bits. */
function respelled(coordinate: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return coordinate.slice(0, -1) + (letters[letters.indexOf(coordinate.slice(-1)) + 1] ?? '');
}

describe('parsePublicKey', () => {
  it('computes the thumbprint', () => {
    const { kid: computed, jwk } = parsePublicKey(publicJwk);
    assert.deepEqual([computed, jwk], [kid, publicJwk]);
    assert.equal(computed, thumbprint(publicJwk));
  });

  it('takes what a JWKS adds, and a node key', () => {
    const published = { ...publicJwk, alg: 'ES256', use: 'sig', kid };
    assert.equal(parsePublicKey(published).kid, kid);
    assert.equal(parsePublicKey(parsePublicKey(publicJwk).key).kid, kid);
  });

  const refused: Readonly<Record<string, unknown>> = {
    'a kid that is not the thumbprint': { ...publicJwk, kid: 'signing-key-1' },
    "the kid of another key's thumbprint": { ...publicJwk, kid: freshSigner().kid },
    'a private member d': { ...publicJwk, d: publicJwk.x },
    'a secret member k': { ...publicJwk, k: 'AAAA' },
    'an unknown member': { ...publicJwk, x5u: 'https://attacker.test/' },
    'another alg': { ...publicJwk, alg: 'HS256' },
    'another use': { ...publicJwk, use: 'enc' },
    'a point off the curve': offCurve,
    'the point at the origin': {
      ...offCurve,
      x: Buffer.alloc(32).toString('base64url'),
      y: Buffer.alloc(32).toString('base64url'),
    },
    'a coordinate that is not reduced': {
      ...publicJwk,
      x: Buffer.alloc(32, 0xff).toString('base64url'),
    },
    'swapped coordinates': { ...publicJwk, x: publicJwk.y, y: publicJwk.x },
    'a padded coordinate': { ...publicJwk, x: `${publicJwk.x}=` },
    'a coordinate in another spelling': { ...publicJwk, y: respelled(publicJwk.y) },
    'a short coordinate': { ...publicJwk, y: publicJwk.y.slice(0, 40) },
    'another curve by name': { ...publicJwk, crv: 'P-384' },
    'another curve': p384.publicKey.export({ format: 'jwk' }),
    'another kind of key': rsa.publicKey.export({ format: 'jwk' }),
    'a symmetric key': { kty: 'oct', k: 'AAAA' },
    'a private node key': createPrivateKey({
      key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
      format: 'jwk',
    }),
    'a node key of another curve': p384.publicKey,
    'a PEM': p384.publicKey.export({ type: 'spki', format: 'pem' }),
    nothing: undefined,
  };
  for (const [what, value] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parsePublicKey(value), TypeError);
    });
  }
});
