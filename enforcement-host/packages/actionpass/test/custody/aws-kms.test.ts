import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';

import { AwsKmsSigner, type AwsKmsOptions } from '../../src/index.js';
import { clock } from '../support.js';
import { freshSigner } from '../keys/support.js';
import { KEY_ID, credentials, fakeKms, publicJwk, refusal, signatureOf } from './fake-kms.js';
import { assertFails, assertSigns, brokenAnswers, FakeService } from './support.js';

const secrets = Object.values(credentials);

describe('AwsKmsSigner', () => {
  let kms: FakeService;
  let endpoint: string;

  beforeEach(async () => {
    kms = fakeKms();
    endpoint = await kms.start();
  });
  afterEach(() => kms.stop());

  function custodian(changes: Partial<AwsKmsOptions> = {}): AwsKmsSigner {
    return new AwsKmsSigner({
      region: 'eu-west-1',
      keyId: KEY_ID,
      credentials: () => credentials,
      endpoint,
      clock,
      timeoutMs: 2000,
      ...changes,
    });
  }

  it('signs with the key that KMS holds', async () => {
    const signer = await custodian().signer();
    assert.deepEqual(signer.publicJwk, publicJwk);
    for (let n = 0; n < 20; n++) await assertSigns(signer);
  });

  it('sends the digest, and signs its request for region, service and time', async () => {
    const signer = await custodian({ publicJwk }).signer();
    await signer.sign('a.b');
    const [, request] = kms.received;
    assert.deepEqual(request?.body, {
      KeyId: KEY_ID,
      Message: createHash('sha256').update('a.b').digest('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    assert.equal(request.headers['content-type'], 'application/x-amz-json-1.1');
    assert.equal(request.headers['x-amz-date'], '20260301T100000Z');
    assert.equal(request.headers['x-amz-security-token'], credentials.sessionToken);
    assert.match(request.headers.authorization ?? '', /\/20260301\/eu-west-1\/kms\/aws4_request,/);
  });

  it('asks for credentials before every request', async () => {
    let asked = 0;
    const signer = await custodian({ credentials: () => (asked++, credentials) }).signer();
    await signer.sign('a.b');
    await signer.sign('a.b');
    assert.equal(asked, 3);
  });

  it('refuses a key that is not the expected one, or of another kind', async () => {
    const expected = freshSigner().publicJwk;
    await assertFails(custodian({ publicJwk: expected }).signer(), 'KEY_MISMATCH');
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    const der = p384.export({ type: 'spki', format: 'der' }).toString('base64');
    for (const PublicKey of [der, '', 'AAAA', 'not base64 at all']) {
      kms.instead = () => ({ status: 200, body: { PublicKey } });
      await assertFails(custodian().signer(), 'KEY_MISMATCH');
    }
  });

  it('lets no signature through that is not by its key over this input', async () => {
    const signer = await custodian().signer();
    const digest = createHash('sha256').update('a.b').digest();
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const valid = Buffer.from(signatureOf(digest), 'base64');
    for (const Signature of [
      signatureOf(digest, stranger),
      signatureOf(createHash('sha256').update('a.c').digest()),
      '',
      'AAAA',
      Buffer.alloc(64).toString('base64'),
      valid.subarray(0, -1).toString('base64'),
      Buffer.concat([valid, Buffer.alloc(1)]).toString('base64'),
    ]) {
      kms.instead = () => ({ status: 200, body: { Signature } });
      await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_MISMATCH');
    }
  });

  for (const [type, status, code] of [
    ['AccessDeniedException', 400, 'KEY_REFUSED'],
    ['com.amazonaws.kms#DisabledException', 400, 'KEY_REFUSED'],
    ['NotFoundException', 400, 'KEY_REFUSED'],
    ['KMSInvalidStateException', 400, 'KEY_REFUSED'],
    ['ExpiredTokenException', 400, 'KEY_REFUSED'],
    ['UnrecognizedClientException', 400, 'KEY_REFUSED'],
    ['ThrottlingException', 400, 'KEY_UNAVAILABLE'],
    ['LimitExceededException', 400, 'KEY_UNAVAILABLE'],
    ['KeyUnavailableException', 500, 'KEY_UNAVAILABLE'],
    ['KMSInternalException', 500, 'KEY_UNAVAILABLE'],
    ['', 503, 'KEY_UNAVAILABLE'],
    ['', 404, 'KEY_REFUSED'],
  ] as const) {
    it(`says ${code} for ${status} ${type}, and nothing secret`, async () => {
      const signer = await custodian().signer();
      kms.instead = () => refusal(type, status);
      await assertFails(Promise.resolve(signer.sign('a.b')), code, secrets);
    });
  }

  for (const [what, [answer, code]] of Object.entries(brokenAnswers)) {
    it(`says ${code} for ${what}`, async () => {
      const signer = await custodian({ timeoutMs: 300 }).signer();
      kms.instead = () => answer;
      await assertFails(Promise.resolve(signer.sign('a.b')), code, secrets);
      await assertFails(custodian({ timeoutMs: 300 }).signer(), code, secrets);
    });
  }

  it('says KEY_REFUSED for other credentials', async () => {
    const other = { ...credentials, secretAccessKey: 'other' };
    await assertFails(custodian({ credentials: () => other }).signer(), 'KEY_REFUSED', ['other']);
  });

  it('never quotes credentials that cannot be sent', async () => {
    for (const changes of [{ accessKeyId: 'AKIA\nX: y' }, { sessionToken: 'tok en' }]) {
      const malformed = { ...credentials, ...changes };
      const work = custodian({ credentials: () => malformed }).signer();
      await assertFails(work, 'KEY_REFUSED', [...Object.values(changes), ...secrets]);
    }
  });

  it('says KEY_UNAVAILABLE when there are no credentials, without saying why', async () => {
    const ask = () => Promise.reject(new Error('s3cret'));
    await assertFails(custodian({ credentials: ask }).signer(), 'KEY_UNAVAILABLE', ['s3cret']);
  });

  it('says KEY_UNAVAILABLE where nothing listens', async () => {
    await kms.stop();
    await assertFails(custodian().signer(), 'KEY_UNAVAILABLE', secrets);
    await kms.start();
  });

  it('is not led to another server, with its credentials, by a redirect', async () => {
    const other = new FakeService(() => ({ status: 200, body: {} }));
    const location = await other.start();
    kms.instead = () => (response) => void response.writeHead(307, { location }).end();
    await assertFails(custodian().signer(), 'KEY_UNAVAILABLE', secrets);
    await other.stop();
    assert.deepEqual(other.received, []);
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const signer = await custodian({ signal: controller.signal, timeoutMs: 600_000 }).signer();
    kms.instead = () => () => controller.abort();
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_ABORTED');
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_ABORTED');
  });

  it('takes https, or http to this machine, and no address with credentials', () => {
    for (const bad of [
      'http://kms.example.com',
      'ftp://localhost',
      'https://u:p@example.com',
      '',
    ]) {
      assert.throws(() => custodian({ endpoint: bad }), TypeError);
    }
    for (const good of ['https://kms.example.com', 'http://localhost:1', 'http://[::1]:1']) {
      assert.ok(custodian({ endpoint: good }));
    }
  });
});
