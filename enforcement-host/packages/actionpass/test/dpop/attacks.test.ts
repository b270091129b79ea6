import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

import { ARTIFACT_TYPES } from '@axtary/core';

import { InMemorySingleUseStore, createSigner, dpopHeader, thumbprint } from '../../src/index.js';
import { NOW, SECONDS, base64url, clock, hmac, validPass } from '../support.js';
import {
  TOKEN,
  URI,
  forge,
  holder,
  holderJwk,
  honestClaims,
  honestHeader,
  invalid,
  jkt,
  prove,
  publicJwkOf,
  verify,
  type ForgedParts,
} from './support.js';

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function refused(name: string, parts: ForgedParts, message: RegExp): void {
  it(`refuses ${name}`, async () => {
    await assert.rejects(verify(await forge(parts)), invalid(message));
  });
}

describe('a forged proof', () => {
  it('would be accepted with nothing changed', async () => {
    assert.deepEqual(await verify(await forge({})), { jkt, jti: honestClaims.jti, iat: SECONDS });
  });

  describe('by its algorithm', () => {
    for (const alg of ['none', 'nOnE', 'HS256', 'ES384', 'RS256', 'EdDSA', ['ES256'], undefined]) {
      refused(`alg ${JSON.stringify(alg) ?? 'missing'}`, { header: { alg } }, /^alg is not ES256$/);
    }

    it('refuses alg none without a signature', async () => {
      const proof = await forge({ header: { alg: 'none' }, sign: () => '' });
      await assert.rejects(verify(proof), invalid(/three non-empty parts/));
    });

    const secret = createPublicKey(holder.privateKey).export({ type: 'spki', format: 'pem' });
    refused(
      'an HMAC by the public key under the name ES256',
      { sign: (input) => hmac(input, secret) },
      /signature/,
    );
    refused(
      'an HMAC by the public key under its own name',
      { header: { alg: 'HS256' }, sign: (input) => hmac(input, secret) },
      /^alg is not ES256$/,
    );
    refused(
      'a symmetric key in jwk',
      { header: { jwk: { kty: 'oct', k: base64url('secret') } } },
      /^jwk is not a public P-256 key$/,
    );
  });

  describe('by its type', () => {
    for (const typ of [...Object.values(ARTIFACT_TYPES), 'JWT', 'DPOP+JWT', undefined]) {
      if (typ === ARTIFACT_TYPES.dpop) continue;
      refused(`typ ${typ ?? 'missing'}`, { header: { typ } }, /^typ is not dpop\+jwt$/);
    }

    it('refuses a pass in its place', async () => {
      const { token } = await validPass();
      await assert.rejects(verify(token), invalid(/^typ is not dpop\+jwt$/));
    });
  });

  describe('by its header', () => {
    for (const extra of [
      { jku: 'https://attacker.test/keys' },
      { x5u: 'https://attacker.test/cert' },
      { x5c: ['MIIB'] },
      { kid: jkt },
      { crit: ['exp'] },
      { crit: [] },
      { b64: false },
      { cty: 'JWT' },
    ]) {
      refused(`the member ${JSON.stringify(extra)}`, { header: extra }, /members other than/);
    }

    refused(
      'duplicate members',
      {
        header: JSON.stringify(honestHeader).replace('{', '{"typ":"JWT",'),
      },
      /header is not strict JSON/,
    );
    refused('what is not an object', { header: '[]' }, /header is not an object/);
  });

  describe('by its key', () => {
    const { x, y } = holderJwk;
    const lastDigit = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const respelled = `${x.slice(0, -1)}${lastDigit[lastDigit.indexOf(x.slice(-1)) + 1] ?? ''}`;
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    for (const [name, jwk] of [
      ['a private key', holder.privateKey.export({ format: 'jwk' })],
      ['no key', undefined],
      ['a key as a text', JSON.stringify(holderJwk)],
      ['a member that is not of a key', { ...holderJwk, x5c: ['MIIB'] }],
      ['a key for another use', { ...holderJwk, use: 'enc' }],
      ['a kid that is not its thumbprint', { ...holderJwk, kid: 'issuer' }],
      ['a curve other than P-256', p384.export({ format: 'jwk' })],
      ['a coordinate of another length', { ...holderJwk, x: `${x}AA` }],
      ['a padded coordinate', { ...holderJwk, x: `${x}=` }],
      ['another spelling of a coordinate', { ...holderJwk, x: respelled }],
      ['a short and padded coordinate', { ...holderJwk, y: `${y.slice(0, -1)}=` }],
    ] as const) {
      refused(name, { header: { jwk } }, /^jwk is not a public P-256 key$/);
    }

    it('tests a spelling that decodes to the same key', () => {
      assert.deepEqual(Buffer.from(respelled, 'base64url'), Buffer.from(x, 'base64url'));
      assert.notEqual(respelled, x);
    });

    for (const [name, point] of [
      ['off the curve', { x, y: x }],
      ['of zeros', { x: 'A'.repeat(43), y: 'A'.repeat(43) }],
      ['beyond the field', { x, y: `${'_'.repeat(42)}8` }],
    ] as const) {
      refused(
        `a point ${name}`,
        { header: { jwk: { ...holderJwk, ...point } } },
        /^jwk is not a public P-256 key$/,
      );
    }

    it('refuses the key of another holder, whose proof holds', async () => {
      const proof = await prove({ signer: createSigner(other.privateKey) });
      await assert.rejects(verify(proof), { code: 'DPOP_KEY_MISMATCH' });
    });

    refused(
      "the holder's key over another key's signature",
      { sign: createSigner(other.privateKey).sign },
      /^the signature is not that of this key$/,
    );
    refused(
      "another key over the holder's signature",
      { header: { jwk: publicJwkOf(other.privateKey) } },
      /^the signature is not that of this key$/,
    );
  });

  describe('by its signature', () => {
    refused('all zeros', { sign: () => base64url(Buffer.alloc(64)) }, /signature/);
    refused(
      'DER',
      { sign: (input) => base64url(sign('sha256', Buffer.from(input), holder.privateKey)) },
      /signature/,
    );
  });

  describe('by its spelling', () => {
    for (const [name, change] of [
      ['padding', (proof: string) => `${proof}==`],
      ['padding inside', (proof: string) => proof.replace('.', '=.')],
      ['a space', (proof: string) => ` ${proof}`],
      ['a newline', (proof: string) => `${proof}\n`],
      ['the plain alphabet', (proof: string) => `${proof.slice(0, -2)}+/`],
    ] as const) {
      it(`refuses ${name}`, async () => {
        await assert.rejects(verify(change(await prove())), invalid(/base64url is not canonical/));
      });
    }

    it('refuses more than three parts, fewer, and what is not a text', async () => {
      const proof = await prove();
      const two = proof.split('.').slice(0, 2).join('.');
      for (const broken of [`${proof}.`, two, '', undefined as never]) {
        await assert.rejects(verify(broken), invalid(/compact JWS/));
      }
    });

    refused('8 KiB', { claims: { padding: 'x'.repeat(8192) } }, /^a proof has at most 8192 bytes$/);
    refused(
      'duplicate claims',
      { claims: JSON.stringify(honestClaims).replace('{', '{"htm":"GET",') },
      /payload is not strict JSON/,
    );
    refused('claims that are not an object', { claims: '"text"' }, /payload is not an object/);
  });
});

describe('a proof with other claims', () => {
  for (const [name, values] of [
    ['jti', [undefined, '', 1, null, 'x'.repeat(257)]],
    ['htm', [undefined, '', 1, ['POST']]],
    ['htu', [undefined, '', 1, [URI]]],
    ['iat', [undefined, String(SECONDS), SECONDS + 0.5, -1, 2 ** 53, null, [SECONDS]]],
    ['exp', [String(SECONDS + 9), null]],
    ['nbf', ['0', -1]],
    ['ath', [1, null, '']],
    ['nonce', [1, '']],
  ] as const) {
    for (const value of values) {
      refused(
        `${name} ${(JSON.stringify(value) ?? 'missing').slice(0, 20)}`,
        { claims: { [name]: value } },
        new RegExp(`^missing or malformed claims: ${name}$`),
      );
    }
  }

  for (const htm of ['post', 'Post', 'GET', 'POST ', 'PUT']) {
    refused(`htm ${htm} for POST`, { claims: { htm } }, /^htm is not the method/);
  }

  for (const [htu, message] of [
    [`${URI}?a=1`, /^htu has a query or a fragment$/],
    [`${URI}?`, /^htu has a query or a fragment$/],
    [`${URI}#a`, /^htu has a query or a fragment$/],
    [`${URI}/`, /^htu is not the URI/],
    ['https://tools.test/MCP', /^htu is not the URI/],
    ['https://tools.test/mc', /^htu is not the URI/],
    ['https://tools.test/mcp%2F', /^htu is not the URI/],
    ['https://tools.test/%256dcp', /^htu is not the URI/],
    ['https://tools.test:8443/mcp', /^htu is not the URI/],
    ['https://tools.test:80/mcp', /^htu is not the URI/],
    ['http://tools.test/mcp', /^htu is not the URI/],
    ['http://tools.test:443/mcp', /^htu is not the URI/],
    ['https://tools.test./mcp', /^htu is not the URI/],
    ['https://tools.test.attacker.test/mcp', /^htu is not the URI/],
    ['https://user@tools.test/mcp', /^not an http or https URI$/],
    ['https:\\\\tools.test\\mcp', /^not an http or https URI$/],
    ['https://tools.test/mcp\t', /^not an http or https URI$/],
    ['https://tools.test/mcp%', /^not an http or https URI$/],
    ['/mcp', /^not an http or https URI$/],
    ['ftp://tools.test/mcp', /^not an http or https URI$/],
  ] as const) {
    refused(`htu ${JSON.stringify(htu)}`, { claims: { htu } }, message);
  }

  for (const htu of ['HTTPS://Tools.TEST/mcp', 'https://tools.test:443/mcp', `${URI}/../%6dcp`]) {
    it(`accepts htu ${htu}, another spelling of the same URI`, async () => {
      assert.equal((await verify(await forge({ claims: { htu } }))).jkt, jkt);
    });
  }

  refused('iat one second too old', { claims: { iat: SECONDS - 61 } }, /^iat is too old/);
  refused('iat one second too far ahead', { claims: { iat: SECONDS + 6 } }, /^iat is too old/);
  refused('iat in milliseconds', { claims: { iat: NOW.getTime() } }, /^iat is too old/);
  refused('exp reached', { claims: { exp: SECONDS } }, /^the proof has expired/);
  refused('nbf ahead', { claims: { nbf: SECONDS + 6 } }, /^the proof has expired or is not yet/);

  refused('a missing ath', { claims: { ath: undefined } }, /^ath is not the hash/);
  refused('the ath of another token', { claims: { ath: jkt } }, /^ath is not the hash/);
  refused('the token itself as ath', { claims: { ath: TOKEN } }, /^ath is not the hash/);
});

describe('a proof used again', () => {
  const replay = () => new InMemorySingleUseStore({ clock });

  it('is refused', async () => {
    const options = { replay: replay() };
    const proof = await prove();
    await verify(proof, options);
    await assert.rejects(verify(proof, options), { code: 'DPOP_REPLAYED' });
  });

  it('is refused in another spelling of its signature: (r, n - s)', async () => {
    const options = { replay: replay() };
    const [header = '', payload = '', signature = ''] = (await prove()).split('.');
    const raw = Buffer.from(signature, 'base64url');
    const negated = ORDER - BigInt(`0x${raw.subarray(32).toString('hex')}`);
    raw.write(negated.toString(16).padStart(64, '0'), 32, 'hex');
    const respelled = `${header}.${payload}.${raw.toString('base64url')}`;
    await verify(`${header}.${payload}.${signature}`, options);
    await assert.rejects(verify(respelled, options), { code: 'DPOP_REPLAYED' });
  });

  it('is refused when only its jti is', async () => {
    const options = { replay: replay() };
    await verify(await forge({}), options);
    const later = await forge({ claims: { iat: SECONDS + 1 } });
    await assert.rejects(verify(later, options), { code: 'DPOP_REPLAYED' });
  });

  it('is accepted of another key with the same jti', async () => {
    const options = { replay: replay() };
    await verify(await forge({}), options);
    const jwk = publicJwkOf(other.privateKey);
    const signer = createSigner(other.privateKey);
    const proof = await forge({ header: { jwk }, sign: signer.sign });
    const { jti } = await verify(proof, { ...options, expectedJkt: thumbprint(jwk) });
    assert.equal(jti, honestClaims.jti);
  });

  it('is not used up by a request that is refused', async () => {
    const options = { replay: replay() };
    const proof = await prove();
    await assert.rejects(verify(proof, { ...options, method: 'GET' }), invalid(/htm/));
    await assert.rejects(verify(proof, { ...options, accessToken: 'stolen' }), invalid(/ath/));
    await verify(proof, options);
  });
});

describe('the DPoP header of a request', () => {
  it('is the one value', async () => {
    const proof = await prove();
    assert.equal(dpopHeader(proof), proof);
    assert.equal(dpopHeader([proof]), proof);
  });

  it('is missing', () => {
    for (const values of [undefined, null, []]) {
      assert.throws(() => dpopHeader(values), { code: 'DPOP_PROOF_MISSING' });
    }
  });

  it('is refused when there are two, joined or not', async () => {
    const proof = await prove();
    for (const values of [[proof, proof], `${proof}, ${proof}`, [`${proof},${proof}`]]) {
      assert.throws(() => dpopHeader(values), invalid(/several DPoP headers/));
    }
  });
});

describe('messages of refusals', () => {
  it('never name the token, the proof or a key', async () => {
    const proof = await prove();
    const message = (verdict: Promise<unknown>) =>
      verdict.then(
        () => '',
        (error: unknown) => String(error),
      );
    const messages = await Promise.all([
      message(verify(proof, { accessToken: 'other' })),
      message(verify(proof, { expectedJkt: 'x'.repeat(43) })),
      message(verify(`${proof}=`)),
    ]);
    for (const text of messages) {
      assert.match(text, /^VerificationError: /);
      for (const secret of [TOKEN, proof, holderJwk.x, jkt]) assert.ok(!text.includes(secret));
    }
  });
});
