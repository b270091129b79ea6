import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';

import { ARTIFACT_TYPES, canonicalize } from '@axtary/core';

import { createSigner, namedKey, signCompact, verifyCompact } from '../src/index.js';
import {
  SECONDS,
  base64url,
  hmac,
  passWith,
  passWithHeader,
  publicKey,
  privateKey,
  signedParts,
  signer,
  validPass,
  verdictOf,
  verify,
} from './support.js';

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const header = { alg: 'ES256', typ: ARTIFACT_TYPES.pass };

describe('a pass with another algorithm', () => {
  for (const alg of [
    'none',
    'None',
    'nOnE',
    'NONE',
    '',
    'es256',
    'ES384',
    'ES512',
    'ES256K',
    'RS256',
    'PS256',
    'EdDSA',
    'HS256',
    ['ES256'],
    null,
    1,
    undefined,
  ]) {
    it(`is refused: alg ${JSON.stringify(alg) ?? 'missing'}`, async () => {
      const pass = await passWithHeader({ ...header, alg });
      assert.equal(await verdictOf(pass), 'PASS_ALG_NOT_ALLOWED');
    });
  }

  it('is refused without a signature', async () => {
    const { claims } = await validPass();
    const unsigned = `${base64url('{"alg":"none","typ":"actionpass+jwt"}')}.${base64url(canonicalize(claims))}.`;
    assert.equal(await verdictOf(unsigned), 'PASS_MALFORMED');
  });

  it('is refused when the public key served as an HMAC secret', async () => {
    const { claims } = await validPass();
    const input = `${base64url(JSON.stringify({ ...header, alg: 'HS256' }))}.${base64url(canonicalize(claims))}`;
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ];
    for (const secret of secrets) {
      const pass = `${input}.${hmac(input, secret)}`;
      assert.equal(await verdictOf(pass), 'PASS_ALG_NOT_ALLOWED');
      const renamed = `${base64url(JSON.stringify(header))}.${input.split('.')[1] ?? ''}`;
      assert.equal(
        await verdictOf(`${renamed}.${hmac(renamed, secret)}`),
        'PASS_SIGNATURE_INVALID',
      );
    }
  });
});

describe('a pass with a header that names its own key or rules', () => {
  const own = publicKey.export({ format: 'jwk' });
  for (const [name, value] of [
    ['jwk', own],
    ['jwk', privateKey.export({ format: 'jwk' })],
    ['jku', 'https://attacker.test/keys'],
    ['x5u', 'https://attacker.test/cert'],
    ['x5c', ['MIIB']],
    ['x5t', 'AAAA'],
    ['crit', ['exp']],
    ['crit', []],
    ['crit', ['alg']],
    ['b64', false],
    ['zip', 'DEF'],
    ['cty', 'JWT'],
    ['constructor', 1],
  ] as const) {
    it(`is refused: ${name} ${JSON.stringify(value).slice(0, 30)}`, async () => {
      assert.equal(
        await verdictOf(await passWithHeader({ ...header, [name]: value })),
        'PASS_MALFORMED',
      );
    });
  }

  for (const kid of [
    undefined,
    'unknown',
    '../../etc/passwd',
    "' OR 1=1 --",
    'a\u0000b',
    'k'.repeat(10_240),
  ]) {
    it(`is verified by the given key alone, whatever its kid says: ${(kid ?? 'absent').slice(0, 20)}`, async () => {
      const pass = await passWithHeader({ ...header, kid });
      assert.equal(await verdictOf(pass), 'valid');
      assert.equal(namedKey(pass), kid);
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      assert.equal(
        await verdictOf(pass, { verificationKey: other.publicKey }),
        'PASS_SIGNATURE_INVALID',
      );
    });
  }

  it('names no key where its kid is not text', async () => {
    assert.equal(namedKey(await passWithHeader({ ...header, kid: 1 })), undefined);
  });
});

describe('an artifact of another type', () => {
  for (const [name, typ] of Object.entries(ARTIFACT_TYPES)) {
    if (typ === ARTIFACT_TYPES.pass) continue;
    it(`is no pass: ${name}`, async () => {
      assert.equal(await verdictOf(await passWithHeader({ ...header, typ })), 'PASS_TYPE_MISMATCH');
    });

    it(`cannot be had from a pass: ${name}`, async () => {
      const { token } = await validPass();
      await assert.rejects(verifyCompact(token, typ, publicKey), { code: 'PASS_TYPE_MISMATCH' });
    });
  }

  for (const typ of [
    undefined,
    'JWT',
    'ACTIONPASS+JWT',
    'application/actionpass+jwt',
    'dpop+jwt',
    ['actionpass+jwt'],
  ]) {
    it(`is no pass: typ ${JSON.stringify(typ) ?? 'missing'}`, async () => {
      assert.equal(await verdictOf(await passWithHeader({ ...header, typ })), 'PASS_TYPE_MISMATCH');
    });
  }
});

describe('a text that is no compact JWS', () => {
  it('is refused as JSON serialisation, flattened or general', async () => {
    const [protectedHeader, payload, signature] = (await validPass()).token.split('.');
    const flattened = { payload, protected: protectedHeader, signature };
    const general = { payload, signatures: [{ protected: protectedHeader, signature }] };
    for (const value of [flattened, general]) {
      assert.equal(await verdictOf(JSON.stringify(value)), 'PASS_MALFORMED');
      assert.equal(await verdictOf(value as unknown as string), 'PASS_MALFORMED');
    }
  });

  it('is refused when one pass is the payload of another', async () => {
    const { token } = await validPass();
    assert.equal(
      await verdictOf(await signedParts(JSON.stringify(header), token)),
      'PASS_MALFORMED',
    );
  });

  it('is refused with too few or too many parts', async () => {
    const { token } = await validPass();
    for (const text of [
      '',
      '.',
      '..',
      '...',
      token.slice(0, token.lastIndexOf('.')),
      `${token}.`,
      `${token}.AAAA`,
      `.${token}`,
    ]) {
      assert.equal(await verdictOf(text), 'PASS_MALFORMED', text.slice(-20));
    }
  });

  it('is refused when it is no text', async () => {
    for (const value of [undefined, null, 1, {}, []]) {
      assert.equal(await verdictOf(value as string), 'PASS_MALFORMED');
    }
  });

  it('is refused over 64 kB, before it is read', async () => {
    const pass = await passWith({ task: 'x'.repeat(70_000) });
    assert.equal(await verdictOf(pass), 'PASS_MALFORMED');
  });
});

describe('a second spelling of one pass', () => {
  const lastOf = (text: string): string => text.slice(-1);
  // The last character of 64 bytes carries four spare bits: 'A', 'Q', 'g', 'w' are canonical.
  const spare = (text: string): string => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return text.slice(0, -1) + (letters[letters.indexOf(lastOf(text)) + 1] ?? '');
  };
  const respell: Readonly<Record<string, (h: string, p: string, s: string) => string>> = {
    'padding behind the signature': (h, p, s) => `${h}.${p}.${s}==`,
    'padding behind the header': (h, p, s) => `${h}=.${p}.${s}`,
    'padding behind the payload': (h, p, s) => `${h}.${p}=.${s}`,
    'a space in front': (h, p, s) => ` ${h}.${p}.${s}`,
    'a space behind': (h, p, s) => `${h}.${p}.${s} `,
    'a newline behind': (h, p, s) => `${h}.${p}.${s}\n`,
    'a carriage return inside': (h, p, s) => `${h}.${p}.\r${s}`,
    'a tab inside': (h, p, s) => `${h}.\t${p}.${s}`,
    'a NUL behind': (h, p, s) => `${h}.${p}.${s}\u0000`,
    'a no-break space behind': (h, p, s) => `${h}.${p}.${s}\u00a0`,
    'a byte order mark in front': (h, p, s) => `\ufeff${h}.${p}.${s}`,
    'a full-width point': (h, p, s) => `${h}\uff0e${p}.${s}`,
    'an ignored character in the signature': (h, p, s) =>
      `${h}.${p}.${s.slice(0, 4)}!${s.slice(4)}`,
    'a percent-encoded character': (h, p, s) => `${h}.${p}.%${s}`,
    'spare bits in the signature': (h, p, s) => `${h}.${p}.${spare(s)}`,
    'the base64 alphabet': (h, p, s) => `${h}.${p}.${s.replace(/[-_]|.$/, '+')}`,
  };

  for (const [what, spell] of Object.entries(respell)) {
    it(`is refused: ${what}`, async () => {
      const { token } = await validPass();
      const [h = '', p = '', s = ''] = token.split('.');
      assert.equal(await verdictOf(token), 'valid');
      const other = spell(h, p, s);
      assert.notEqual(other, token);
      assert.equal(await verdictOf(other), 'PASS_MALFORMED');
    });
  }

  it('by (r, n - s) has the same jti, by which use and revocation go', async () => {
    const { token, jti } = await validPass();
    const [h = '', p = '', s = ''] = token.split('.');
    const raw = Buffer.from(s, 'base64url');
    const negated = ORDER - BigInt(`0x${raw.subarray(32).toString('hex')}`);
    const other = Buffer.concat([
      raw.subarray(0, 32),
      Buffer.from(negated.toString(16).padStart(64, '0'), 'hex'),
    ]);
    const result = await verify(`${h}.${p}.${base64url(other)}`);
    assert.equal(result.valid && result.claims.jti, jti);
  });
});

describe('a signature that is none', () => {
  const bytes: Readonly<Record<string, Uint8Array>> = {
    'all zero': new Uint8Array(64),
    'r zero': Buffer.concat([new Uint8Array(32), Buffer.alloc(32, 1)]),
    's zero': Buffer.concat([Buffer.alloc(32, 1), new Uint8Array(32)]),
    'r and s equal to the order': Buffer.from(ORDER.toString(16).repeat(2), 'hex'),
    'all ones': Buffer.alloc(64, 0xff),
    'too short': new Uint8Array(63),
    'too long': new Uint8Array(96),
    'one byte too long': Buffer.alloc(65, 1),
  };
  for (const [what, signature] of Object.entries(bytes)) {
    it(`is refused: ${what}`, async () => {
      const { token } = await validPass();
      const [h = '', p = ''] = token.split('.');
      assert.equal(await verdictOf(`${h}.${p}.${base64url(signature)}`), 'PASS_SIGNATURE_INVALID');
    });
  }

  it('is refused in DER', async () => {
    const { token } = await validPass();
    const input = token.slice(0, token.lastIndexOf('.'));
    const der = sign('sha256', Buffer.from(input), privateKey);
    assert.equal(await verdictOf(`${input}.${base64url(der)}`), 'PASS_SIGNATURE_INVALID');
  });

  it('is refused for any other bit of header, payload or signature', async () => {
    const { token } = await validPass();
    const parts = token.split('.').map((part) => Buffer.from(part, 'base64url'));
    for (const [index, part] of parts.entries()) {
      for (let at = 0; at < part.length; at += 7) {
        const copy = parts.map((bytes) => Buffer.from(bytes));
        copy[index]?.writeUInt8(part.readUInt8(at) ^ (1 << (at % 8)), at);
        assert.notEqual(await verdictOf(copy.map(base64url).join('.')), 'valid');
      }
    }
  });

  it('is refused by a key of another curve or kind, or one off its curve', async () => {
    const { token } = await validPass();
    const { publicKey: p384 } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const offCurve = {
      kty: 'EC',
      crv: 'P-256',
      x: base64url(Buffer.alloc(32, 1)),
      y: base64url(Buffer.alloc(32, 1)),
    };
    const wrongCurve = { ...publicKey.export({ format: 'jwk' }), crv: 'P-384' };
    for (const verificationKey of [p384, rsa, offCurve, wrongCurve, { kty: 'oct', k: 'AAAA' }]) {
      assert.equal(await verdictOf(token, { verificationKey }), 'PASS_SIGNATURE_INVALID');
    }
  });

  it('is refused from another key, though the kid says otherwise', async () => {
    const { claims } = await validPass();
    const other = createSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const kid = signer.kid ?? '';
    const forged = await signCompact({ ...other, kid }, ARTIFACT_TYPES.pass, canonicalize(claims));
    assert.equal(await verdictOf(forged), 'PASS_SIGNATURE_INVALID');
  });
});

describe('claims that are no claims', () => {
  for (const name of ['iat', 'exp']) {
    for (const value of [
      undefined,
      null,
      '1',
      String(SECONDS),
      SECONDS + 0.5,
      -1,
      2 ** 53,
      1e300,
      [],
      true,
    ]) {
      it(`are refused: ${name} ${JSON.stringify(value) ?? 'missing'}`, async () => {
        assert.equal(await verdictOf(await passWith({ [name]: value })), 'PASS_MALFORMED');
      });
    }
  }

  for (const [what, changes] of [
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['another version', { ver: 1 }],
    ['an unknown claim', { admin: true }],
    ['an audience list', { aud: ['x'] }],
    ['a digest of another form', { payload_hash: 'sha256:1' }],
    ['an approval without digests', { approval: { id: 'apr_1' } }],
  ] as const) {
    it(`are refused: ${what}`, async () => {
      assert.equal(await verdictOf(await passWith(changes)), 'PASS_MALFORMED');
    });
  }

  it('are refused when a member is there twice, in header or payload', async () => {
    const { claims } = await validPass();
    const payload = canonicalize(claims);
    const twice = payload.replace('{', `{"exp":${SECONDS + 1e6},`);
    assert.equal(
      await verdictOf(await signedParts(JSON.stringify(header), twice)),
      'PASS_MALFORMED',
    );
    const headerTwice = '{"alg":"none","alg":"ES256","typ":"actionpass+jwt"}';
    assert.equal(await verdictOf(await signedParts(headerTwice, payload)), 'PASS_MALFORMED');
  });

  it('are refused when header or payload is no object', async () => {
    const text = JSON.stringify(header);
    for (const value of ['[]', 'null', '1', '"text"', '{', '\ufeff{}']) {
      assert.equal(await verdictOf(await signedParts(text, value)), 'PASS_MALFORMED');
      assert.equal(await verdictOf(await signedParts(value, '{}')), 'PASS_MALFORMED');
    }
  });
});
