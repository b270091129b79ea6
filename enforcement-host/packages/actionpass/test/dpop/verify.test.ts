import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';

import { decodeJwt, decodeProtectedHeader } from 'jose';

import {
  InMemorySingleUseStore,
  createDpopProof,
  createSigner,
  verifyDpopProof,
} from '../../src/index.js';
import { accessTokenHash } from '../../src/dpop/claims.js';
import { NOW, SECONDS, clock } from '../support.js';
import { TOKEN, URI, forge, holderJwk, holderSigner, jkt, prove, verify } from './support.js';

describe('createDpopProof', () => {
  it('names the public key, the request, the token and the nonce', async () => {
    const proof = await prove({ uri: 'https://Tools.test:443/a/../mcp?q=1#f', nonce: 'n-1' });
    assert.deepEqual(decodeProtectedHeader(proof), {
      alg: 'ES256',
      jwk: { ...holderJwk },
      typ: 'dpop+jwt',
    });
    const { jti, ...claims } = decodeJwt(proof);
    assert.deepEqual(claims, {
      htm: 'POST',
      htu: URI,
      iat: SECONDS,
      ath: accessTokenHash(TOKEN),
      nonce: 'n-1',
    });
    assert.match(String(jti), /^[A-Za-z0-9_-]{22}$/);
  });

  it('leaves out what the request does not have, and never repeats a jti', async () => {
    const request = { signer: holderSigner, method: 'GET', uri: 'http://127.0.0.1:8080', clock };
    const one = await createDpopProof(request);
    const two = await createDpopProof(request);
    const claims = decodeJwt(one);
    assert.deepEqual(Object.keys(claims).sort(), ['htm', 'htu', 'iat', 'jti']);
    assert.equal(claims['htu'], 'http://127.0.0.1:8080/');
    assert.notEqual(claims.jti, decodeJwt(two).jti);
  });

  it('refuses a signer without a public key, a method that is none, and a URI with a user', async () => {
    const { privateKey } = await webcrypto.subtle.generateKey(
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
    await assert.rejects(prove({ signer: createSigner(privateKey) }), TypeError);
    for (const method of ['', 'PO ST', 'GET\r\n'])
      await assert.rejects(prove({ method }), TypeError);
    for (const uri of [
      '/mcp',
      'ftp://tools.test/',
      'https://me:pw@tools.test/',
      'https://me@tools.test/',
    ]) {
      await assert.rejects(prove({ uri }), TypeError);
    }
  });
});

describe('verifyDpopProof', () => {
  it('accepts our proof and says whose it is', async () => {
    const proof = await prove();
    const { jti } = decodeJwt(proof);
    assert.deepEqual(await verify(proof), { jkt, jti, iat: SECONDS });
  });

  it('ignores query and fragment of the request, and claims that it does not know', async () => {
    const proof = await forge({ claims: { extension: { deep: [1] } } });
    assert.equal((await verify(proof, { uri: `${URI}?q=1#f` })).jkt, jkt);
  });

  it('refuses any proof for a request whose URI is none', async () => {
    for (const uri of ['', '/mcp', 'https://', 'https://tools.test/%zz', 'https://a b/']) {
      await assert.rejects(verify(await prove(), { uri }), {
        code: 'DPOP_PROOF_INVALID',
        message: 'not an http or https URI',
      });
    }
  });

  it('accepts exactly the ages it was told to', async () => {
    for (const [iat, isAccepted] of [
      [SECONDS - 11, false],
      [SECONDS - 10, true],
      [SECONDS + 2, true],
      [SECONDS + 3, false],
    ] as const) {
      const verdict = verify(await forge({ claims: { iat } }), {
        maxAgeSeconds: 10,
        toleranceSeconds: 2,
      });
      assert.equal(
        await verdict.then(
          () => true,
          () => false,
        ),
        isAccepted,
        String(iat - SECONDS),
      );
    }
  });

  it('accepts exp ahead and nbf reached', async () => {
    const proof = await forge({ claims: { exp: SECONDS + 1, nbf: SECONDS } });
    assert.equal((await verify(proof)).iat, SECONDS);
  });

  it('remembers a proof until its age alone refuses it, and no longer', async () => {
    const uses: [string, Date][] = [];
    const replay = {
      use: (key: string, expiresAt: Date) => {
        uses.push([key, expiresAt]);
        return Promise.resolve(true);
      },
    };
    const proof = await forge({});
    await verify(proof, { replay, maxAgeSeconds: 10 });
    const [[key, expiresAt] = ['', NOW]] = uses;
    assert.equal(key, `dpop ${jkt} e1j3V_bKic8-LAEB`);
    const last = { now: () => new Date(expiresAt.getTime() - 1) };
    await verify(proof, { replay, maxAgeSeconds: 10, clock: last });
    const over = { now: () => expiresAt };
    await assert.rejects(verify(proof, { replay, maxAgeSeconds: 10, clock: over }), {
      message: 'iat is too old or in the future',
    });
  });

  it('refuses a forgotten proof when the clock goes back', async () => {
    let seconds = 0;
    const moving = { now: () => new Date(NOW.getTime() + seconds * 1000) };
    const options = { clock: moving, replay: new InMemorySingleUseStore({ clock: moving }) };
    const proof = await prove();
    await verify(proof, options);
    seconds = 61;
    await verify(await prove({ clock: moving }), options);
    seconds = 30;
    await assert.rejects(verify(proof, options), { code: 'DPOP_REPLAYED' });
  });

  it('rejects with the failure of the replay store', async () => {
    const replay = { use: () => Promise.reject(new Error('disk full')) };
    await assert.rejects(verify(await prove(), { replay }), /disk full/);
  });

  it('refuses where the clock has no time', async () => {
    const broken = { now: () => new Date(Number.NaN) };
    await assert.rejects(verify(await prove(), { clock: broken }), {
      message: 'iat is too old or in the future',
    });
  });

  it('throws a TypeError for a token without a thumbprint, and for bounds that are no seconds', async () => {
    const proof = await prove();
    const replay = new InMemorySingleUseStore({ clock });
    const request = { proof, method: 'POST', uri: URI, replay, clock };
    await assert.rejects(verifyDpopProof({ ...request, accessToken: TOKEN }), TypeError);
    for (const seconds of [-1, 0.5, Number.NaN, Infinity]) {
      await assert.rejects(verify(proof, { maxAgeSeconds: seconds }), TypeError);
      await assert.rejects(verify(proof, { toleranceSeconds: seconds }), TypeError);
    }
  });
});
