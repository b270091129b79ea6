import assert from 'node:assert/strict';
import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  verify,
  type JsonWebKey,
} from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { canonicalize } from '@axtary/core';
import { parsePublicKey, thumbprint, verifyCompact, type PublicJwk } from '@axtary/actionpass';
import { calculateJwkThumbprint } from 'jose';

const vectorsFolder = process.env['AXTARY_VECTORS'] ?? '';
const file = path.join(vectorsFolder, 'rfc7515-7638', 'vectors.json');
const cookbook = path.join(vectorsFolder, 'jose-cookbook');

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

interface Signing {
  readonly 'sig-input': string;
  readonly sig: string;
}

interface CookbookJws {
  readonly title: string;
  readonly input: {
    readonly key: JsonWebKey | readonly JsonWebKey[];
    readonly alg: string | readonly string[];
  };
  readonly signing: Signing | readonly Signing[];
  readonly output: {
    readonly compact?: string;
    readonly json?: unknown;
    readonly json_flat?: unknown;
  };
}

/** By node alone, as the RFC's authors would: none of our code is involved. */
function holds(alg: string, jwk: JsonWebKey, { 'sig-input': input, sig }: Signing): boolean {
  const [data, signature] = [Buffer.from(input), Buffer.from(sig, 'base64url')];
  if (alg === 'HS256') {
    const secret = Buffer.from(String(jwk.k), 'base64url');
    return createHmac('sha256', secret).update(data).digest().equals(signature);
  }
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  switch (alg) {
    case 'RS256':
      return verify('sha256', data, key, signature);
    case 'PS384': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return verify('sha384', data, { key, padding, saltLength: 48 }, signature);
    }
    case 'ES512':
      return verify('sha512', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    default:
      throw new Error(`no ${alg} here`);
  }
}

describe('the JOSE cookbook (RFC 7520, RFC 7797)', () => {
  if (!existsSync(cookbook)) {
    it.skip('is not there (AXTARY_VECTORS)');
    return;
  }
  const read = (folder: string, name: string): unknown =>
    JSON.parse(readFileSync(path.join(cookbook, folder, name), 'utf8'));

  // None is ES256, so each is refused: a compact one for its algorithm, unless it is refused before
  // for its form (detached or unencoded payload); a JSON serialisation for being no compact JWS.
  const compactCodes: Readonly<Record<string, string>> = {
    '4_1.rsa_v15_signature.json': 'PASS_ALG_NOT_ALLOWED',
    '4_2.rsa-pss_signature.json': 'PASS_ALG_NOT_ALLOWED',
    '4_3.ecdsa_signature.json': 'PASS_ALG_NOT_ALLOWED',
    '4_4.hmac-sha2_integrity_protection.json': 'PASS_ALG_NOT_ALLOWED',
    '4_5.signature_with_detached_content.json': 'PASS_MALFORMED',
    'hmac-sha2_b64_false.json': 'PASS_MALFORMED',
  };
  // The signing input that it states is not the one it signed.
  const misprinted = 'hmac-sha2_b64_false.json';

  const names = ['jws', 'rfc7797'].flatMap((folder) =>
    readdirSync(path.join(cookbook, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => [folder, name] as const),
  );

  it('has ten examples of a JWS', () => {
    assert.equal(names.length, 10);
  });

  for (const [folder, name] of names) {
    const { title, input, signing, output } = read(folder, name) as CookbookJws;
    const keys = [input.key].flat();
    const { compact, ...serialisations } = output;

    if (name !== misprinted) {
      it(`holds by node: ${title}`, () => {
        const algs = [input.alg].flat();
        for (const [index, one] of [signing].flat().entries()) {
          assert.equal(holds(algs[index] ?? '', keys[index] ?? {}, one), true);
        }
      });
    }

    it(`is refused here in every form: ${title}`, async () => {
      assert.equal(compact !== undefined, name in compactCodes);
      for (const key of keys) {
        if (compact !== undefined) {
          const code = compactCodes[name] ?? '';
          await assert.rejects(verifyCompact(compact, 'actionpass+jwt', key), { code });
        }
        for (const form of Object.values(serialisations)) {
          for (const jws of [JSON.stringify(form), form as string]) {
            await assert.rejects(verifyCompact(jws, 'actionpass+jwt', key), {
              code: 'PASS_MALFORMED',
            });
          }
        }
      }
    });
  }

  it('holds by node: the unencoded payload whose signing input is misprinted', () => {
    const { input, output } = read('rfc7797', misprinted) as CookbookJws;
    const { compact = '' } = output;
    const at = compact.lastIndexOf('.');
    const stated = { 'sig-input': compact.slice(0, at), sig: compact.slice(at + 1) };
    assert.equal(holds('HS256', [input.key].flat()[0] ?? {}, stated), true);
  });

  for (const name of readdirSync(path.join(cookbook, 'jwk'))) {
    it(`has no key for us: ${name}`, () => {
      assert.throws(() => parsePublicKey(read('jwk', name)), TypeError);
    });
  }
});
