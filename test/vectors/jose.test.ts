import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { canonicalize } from '@axtary/core';
import { thumbprint, verifyCompact, type PublicJwk } from '@axtary/actionpass';
import { calculateJwkThumbprint } from 'jose';

const file = path.join(process.env['AXTARY_VECTORS'] ?? '', 'rfc7515-7638', 'vectors.json');

interface Vectors {
  readonly rfc7515_A3_ES256: { readonly jwk: PublicJwk; readonly jws: string };
  readonly rfc7515_A5_unsecured: { readonly jws: string };
  readonly rfc7638_3_1: { readonly jwk: Readonly<Record<string, string>>; readonly sha256: string };
}

describe('RFC 7515 and RFC 7638 vectors', () => {
  if (!existsSync(file)) {
    it.skip('are not there (AXTARY_VECTORS)');
    return;
  }
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

  it('hold: RFC 7515 A.3 verifies, and is refused here for its missing typ alone', async () => {
    const { jwk, jws } = vectors.rfc7515_A3_ES256;
    const [header = '', payload = '', signature = ''] = jws.split('.');
    const key = {
      key: createPublicKey({ key: { ...jwk }, format: 'jwk' }),
      dsaEncoding: 'ieee-p1363',
    } as const;
    const isValid = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    assert.equal(isValid, true);
    await assert.rejects(verifyCompact(jws, 'actionpass+jwt', { ...jwk }), {
      code: 'PASS_TYPE_MISMATCH',
    });
  });

  it('hold: RFC 7515 A.5, unsecured, is refused', async () => {
    const { jwk } = vectors.rfc7515_A3_ES256;
    const { jws } = vectors.rfc7515_A5_unsecured;
    await assert.rejects(verifyCompact(jws, 'actionpass+jwt', { ...jwk }), {
      code: 'PASS_MALFORMED',
    });
  });

  it('hold: RFC 7638 section 3.1 through our canonical form', () => {
    const { jwk, sha256 } = vectors.rfc7638_3_1;
    const { e, kty, n } = jwk;
    assert.equal(
      createHash('sha256').update(canonicalize({ e, kty, n })).digest('base64url'),
      sha256,
    );
  });

  it('agree with jose on the thumbprint of an EC key', async () => {
    const { jwk } = vectors.rfc7515_A3_ES256;
    assert.equal(thumbprint(jwk), await calculateJwkThumbprint({ ...jwk }));
  });
});
