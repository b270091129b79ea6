import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { systemClock } from '@axtary/core';
import * as client from 'dpop';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';

import {
  DpopNonces,
  InMemorySingleUseStore,
  VerificationError,
  createDpopProof,
  dpopHeader,
  thumbprint,
  verifyDpopProof,
} from '../../src/index.js';
import { accessTokenHash } from '../../src/dpop/claims.js';
import { base64url } from '../support.js';
import {
  forge,
  holder,
  holderJwk,
  holderSigner,
  honestClaims,
  invalid,
  jkt,
  type ForgedParts,
} from './support.js';

const AUDIENCE = 'https://tools.test';
const METHOD = 'POST';
const TARGET = 'https://tools.test/mcp?session=1';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out: for loopback
const insecure = { [oauth.allowInsecureRequests]: true } as const;

/** An issuer on loopback that serves its keys, and a token of it that is bound to a key. */
async function startIssuer(): Promise<{
  readonly server: oauth.AuthorizationServer;
  readonly accessToken: (jkt: string) => Promise<string>;
  readonly stop: () => void;
}> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'issuer', alg: 'ES256', use: 'sig' }];
  const http = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  const issuer = await listen(http);
  return {
    server: { issuer, jwks_uri: `${issuer}/jwks` },
    accessToken: (confirmed) =>
      new SignJWT({ client_id: 'agent', cnf: { jkt: confirmed } })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'issuer' })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject('agent')
        .setJti('token-1')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
    stop: () => http.close(),
  };
}

async function listen(http: ReturnType<typeof createServer>): Promise<string> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

describe('our proofs before oauth4webapi', () => {
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let accessToken: string;

  before(async () => {
    issuer = await startIssuer();
    accessToken = await issuer.accessToken(jkt);
  });
  after(() => issuer.stop());

  function theirs(proof: string): Promise<unknown> {
    const headers = { authorization: `DPoP ${accessToken}`, dpop: proof };
    const request = new Request(TARGET, { method: METHOD, headers });
    const options = { ...insecure, signingAlgorithms: ['ES256'], requireDPoP: true };
    return oauth.validateJwtAccessToken(issuer.server, request, AUDIENCE, options);
  }

  function ours(proof: string): Promise<unknown> {
    const replay = new InMemorySingleUseStore();
    return verifyDpopProof({
      proof: dpopHeader(proof),
      method: METHOD,
      uri: TARGET,
      accessToken,
      expectedJkt: jkt,
      replay,
    });
  }

  /** A proof for now and this token, with changes to its parts. */
  function mutated({ claims = {}, ...parts }: ForgedParts): Promise<string> {
    const iat = Math.floor(systemClock.now().getTime() / 1000);
    const honest = { ...honestClaims, iat, ath: accessTokenHash(accessToken) };
    return forge({
      ...parts,
      claims: typeof claims === 'string' ? claims : { ...honest, ...claims },
    });
  }

  it('are accepted by both', async () => {
    const proof = await createDpopProof({
      signer: holderSigner,
      method: METHOD,
      uri: TARGET,
      accessToken,
    });
    await theirs(proof);
    await ours(proof);
    const forged = await mutated({});
    await theirs(forged);
    await ours(forged);
  });

  const now = () => Math.floor(systemClock.now().getTime() / 1000);
  const attacks: readonly (readonly [name: string, parts: () => ForgedParts])[] = [
    ['another method', () => ({ claims: { htm: 'GET' } })],
    ['the method in lower case', () => ({ claims: { htm: 'post' } })],
    ['another path', () => ({ claims: { htu: `${AUDIENCE}/other` } })],
    ['another port', () => ({ claims: { htu: `${AUDIENCE}:8443/mcp` } })],
    ['another scheme', () => ({ claims: { htu: 'http://tools.test/mcp' } })],
    ['another case of the path', () => ({ claims: { htu: `${AUDIENCE}/MCP` } })],
    ['a stale iat', () => ({ claims: { iat: now() - 600 } })],
    ['a future iat', () => ({ claims: { iat: now() + 600 } })],
    ['an iat that is a text', () => ({ claims: { iat: String(now()) } })],
    ['no iat', () => ({ claims: { iat: undefined } })],
    ['no jti', () => ({ claims: { jti: undefined } })],
    ['no ath', () => ({ claims: { ath: undefined } })],
    ['the ath of another token', () => ({ claims: { ath: accessTokenHash('other') } })],
    ['an expired proof', () => ({ claims: { exp: now() - 60 } })],
    ['another typ', () => ({ header: { typ: 'JWT' } })],
    ['alg none', () => ({ header: { alg: 'none' } })],
    ['a symmetric alg', () => ({ header: { alg: 'HS256' } })],
    ['an alg of another curve', () => ({ header: { alg: 'ES384' } })],
    ['crit', () => ({ header: { crit: ['exp'] } })],
    ['a private jwk', () => ({ header: { jwk: holder.privateKey.export({ format: 'jwk' }) } })],
    ['no jwk', () => ({ header: { jwk: undefined } })],
    ['a jwk off the curve', () => ({ header: { jwk: { ...holderJwk, y: holderJwk.x } } })],
    ['a signature of zeros', () => ({ sign: () => base64url(Buffer.alloc(64)) })],
  ];
  for (const [name, parts] of attacks) {
    it(`are refused by both with ${name}`, async () => {
      const proof = await mutated(parts());
      await assert.rejects(theirs(proof), {
        name: /^(OperationProcessing|UnsupportedOperation|Syntax)Error$/,
      });
      await assert.rejects(ours(proof), { code: 'DPOP_PROOF_INVALID' });
    });
  }

  it('are refused by both when they are by another key', async () => {
    const { privateKey, publicKey } = await client.generateKeyPair('ES256');
    const keys = { privateKey, publicKey };
    const proof = await client.generateProof(
      keys,
      TARGET.split('?')[0] ?? '',
      METHOD,
      undefined,
      accessToken,
    );
    await assert.rejects(theirs(proof), { name: 'OperationProcessingError' });
    await assert.rejects(ours(proof), { code: 'DPOP_KEY_MISMATCH' });
  });

  // Where we are stricter, and they are not wrong.
  for (const [name, parts] of [
    ['an htu with a query', { claims: { htu: TARGET } }],
    ['jku', { header: { jku: 'https://attacker.test/keys' } }],
    ['kid', { header: { kid: 'issuer' } }],
    ['a jwk with another kid', { header: { jwk: { ...holderJwk, kid: 'issuer' } } }],
  ] as const) {
    it(`are refused by us alone with ${name}`, async () => {
      const proof = await mutated(parts);
      await theirs(proof);
      await assert.rejects(ours(proof), { code: 'DPOP_PROOF_INVALID' });
    });
  }
});

describe('the proofs of the package dpop before us', () => {
  const request = { method: 'PUT', uri: 'https://tools.test/a%7Cb' } as const;
  const verify = (proof: string, nonce?: DpopNonces) =>
    verifyDpopProof({
      proof,
      ...request,
      replay: new InMemorySingleUseStore(),
      ...(nonce && { nonce }),
    });

  it('are accepted, with token, nonce and claims of their own', async () => {
    const keys = await client.generateKeyPair('ES256');
    const expectedJkt = await client.calculateThumbprint(keys.publicKey);
    const nonces = new DpopNonces();
    const more = { app: { version: 1 } };
    const { uri, method } = request;
    const proof = await client.generateProof(keys, uri, method, nonces.issue(), 'a.token', more);
    const verified = await verifyDpopProof({
      proof,
      ...request,
      accessToken: 'a.token',
      expectedJkt,
      nonce: nonces,
      replay: new InMemorySingleUseStore(),
    });
    assert.equal(verified.jkt, expectedJkt);
  });

  for (const alg of ['RS256', 'PS256', 'Ed25519'] as const) {
    it(`are refused by ${alg}`, async () => {
      const keys = await client.generateKeyPair(alg);
      const proof = await client.generateProof(keys, request.uri, request.method);
      await assert.rejects(verify(proof), invalid(/^alg is not ES256$/));
    });
  }

  it('are refused for another request, and without the nonce that is asked for', async () => {
    const keys = await client.generateKeyPair('ES256');
    const wrong = await client.generateProof(keys, request.uri, 'POST');
    await assert.rejects(verify(wrong), invalid(/htm/));
    const bare = await client.generateProof(keys, request.uri, request.method);
    await assert.rejects(verify(bare, new DpopNonces()), { code: 'DPOP_NONCE_INVALID' });
  });
});

describe('the client of oauth4webapi before a server of ours', () => {
  it('is challenged for a nonce, then served once for each proof', async () => {
    const keys = await oauth.generateKeyPair('ES256');
    const key = await exportJWK(keys.publicKey);
    const expectedJkt = thumbprint({ kty: 'EC', crv: 'P-256', x: String(key.x), y: String(key.y) });
    const verdicts: string[] = [];
    const guard = protectedResource(expectedJkt, verdicts);
    const http = createServer((request, response) => void guard(request, response));
    const url = new URL(`${await listen(http)}/tools/Call?id=1`);
    const DPoP = oauth.DPoP({}, keys);
    const headers = new Headers();
    const call = () =>
      oauth.protectedResourceRequest('a.token', 'GET', url, headers, null, { DPoP, ...insecure });
    try {
      await assert.rejects(call(), (error) => oauth.isDPoPNonceError(error));
      assert.equal((await call()).status, 200);
      assert.equal((await call()).status, 200);
    } finally {
      http.close();
    }
    assert.deepEqual(verdicts, ['DPOP_NONCE_INVALID', 'ok', 'ok']);
  });
});

/** What an HTTP server does with a proof. */
function protectedResource(expectedJkt: string, verdicts: string[]) {
  const nonces = new DpopNonces();
  const replay = new InMemorySingleUseStore();
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { headers, method = '', url = '' } = request;
    try {
      await verifyDpopProof({
        proof: dpopHeader(request.headersDistinct['dpop']),
        method,
        uri: `http://${headers.host ?? ''}${url}`,
        accessToken: /^DPoP (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '',
        expectedJkt,
        nonce: nonces,
        replay,
      });
      verdicts.push('ok');
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      verdicts.push(error.code);
      response.statusCode = 401;
      response.setHeader('www-authenticate', 'DPoP error="use_dpop_nonce"');
      response.setHeader('dpop-nonce', nonces.issue());
    }
    response.end();
  };
}
