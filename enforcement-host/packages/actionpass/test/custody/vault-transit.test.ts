import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';

import { VaultTransitSigner, parsePublicKey, type VaultTransitOptions } from '../../src/index.js';
import { freshSigner } from '../keys/support.js';
import { FakeVault, NAME, TOKEN, newKey } from './fake-vault.js';
import { signDigest } from './sign-digest.js';
import { assertFails, assertSigns, brokenAnswers, FakeService } from './support.js';

describe('VaultTransitSigner', () => {
  let vault: FakeVault;
  let address: string;

  beforeEach(async () => {
    vault = new FakeVault();
    address = await vault.service.start();
  });
  afterEach(() => vault.service.stop());

  function custodian(changes: Partial<VaultTransitOptions> = {}): VaultTransitSigner {
    return new VaultTransitSigner({
      address,
      key: NAME,
      token: () => TOKEN,
      timeoutMs: 2000,
      ...changes,
    });
  }

  it('signs with the latest version of the key', async () => {
    vault.rotate();
    const signer = await custodian().signer();
    assert.equal(signer.kid, parsePublicKey(vault.versions[1]?.publicKey).kid);
    for (let n = 0; n < 20; n++) await assertSigns(signer);
  });

  it('stays with its version when the key is rotated', async () => {
    const signer = await custodian().signer();
    vault.rotate();
    await assertSigns(signer);
    const next = await custodian().signer();
    assert.notEqual(next.kid, signer.kid);
    await assertSigns(next);
  });

  it('signs with the version it is told, and with no other', async () => {
    vault.rotate();
    const signer = await custodian({ keyVersion: 1 }).signer();
    assert.equal(signer.kid, parsePublicKey(vault.versions[0]?.publicKey).kid);
    await assertSigns(signer);
    await assertFails(custodian({ keyVersion: 3 }).signer(), 'KEY_MISMATCH');
  });

  it('sends the digest, its token and its namespace', async () => {
    const signer = await custodian({ namespace: 'team/a' }).signer();
    await signer.sign('a.b');
    const [, request] = vault.service.received;
    assert.equal(request?.body['input'], createHash('sha256').update('a.b').digest('base64'));
    assert.equal(request.headers['x-vault-token'], TOKEN);
    assert.equal(request.headers['x-vault-request'], 'true');
    assert.equal(request.headers['x-vault-namespace'], 'team/a');
  });

  it('cannot be led to another path by the name of a key', async () => {
    await assertFails(custodian({ key: '../../sys/seal' }).signer(), 'KEY_REFUSED');
    await assertFails(custodian({ mount: 'a b/c?d', key: 'k' }).signer(), 'KEY_REFUSED');
    assert.deepEqual(
      vault.service.received.map(({ path }) => path),
      ['/v1/transit/keys/..%2F..%2Fsys%2Fseal', '/v1/a%20b/c%3Fd/keys/k'],
    );
  });

  it('refuses a key that is not the expected one, or of another kind', async () => {
    const expected = freshSigner().publicJwk;
    await assertFails(custodian({ publicJwk: expected }).signer(), 'KEY_MISMATCH');
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    for (const entry of [{ public_key: pem }, { public_key: 'x' }, {}, 1_700_000_000, null]) {
      const data = { latest_version: 1, keys: { 1: entry } };
      vault.service.instead = () => ({ status: 200, body: { data } });
      await assertFails(custodian().signer(), 'KEY_MISMATCH');
    }
  });

  it('lets no signature through that is not by its key over this input', async () => {
    const signer = await custodian().signer();
    const digest = createHash('sha256').update('a.b').digest();
    const [{ privateKey } = newKey()] = vault.versions;
    const raw = (key: typeof privateKey, of = digest) => signDigest(of, key).toString('base64url');
    for (const [signature, code] of [
      [`vault:v1:${raw(newKey().privateKey)}`, 'KEY_MISMATCH'],
      [`vault:v1:${raw(privateKey, createHash('sha256').update('a.c').digest())}`, 'KEY_MISMATCH'],
      [`vault:v1:AAAA`, 'KEY_MISMATCH'],
      [`vault:v1:${'A'.repeat(86)}`, 'KEY_MISMATCH'],
      [raw(privateKey), 'KEY_RESPONSE_INVALID'],
      ['vault:v1:', 'KEY_RESPONSE_INVALID'],
      ['', 'KEY_RESPONSE_INVALID'],
      [1, 'KEY_RESPONSE_INVALID'],
      [undefined, 'KEY_RESPONSE_INVALID'],
    ] as const) {
      vault.service.instead = () => ({ status: 200, body: { data: { signature } } });
      await assertFails(Promise.resolve(signer.sign('a.b')), code);
    }
  });

  for (const [status, code] of [
    [400, 'KEY_REFUSED'],
    [403, 'KEY_REFUSED'],
    [404, 'KEY_REFUSED'],
    [412, 'KEY_UNAVAILABLE'],
    [429, 'KEY_UNAVAILABLE'],
    [472, 'KEY_UNAVAILABLE'],
    [473, 'KEY_UNAVAILABLE'],
    [500, 'KEY_UNAVAILABLE'],
    [503, 'KEY_UNAVAILABLE'],
  ] as const) {
    it(`says ${code} for ${status}, and nothing secret`, async () => {
      const signer = await custodian().signer();
      vault.service.instead = () => ({ status, body: { errors: [TOKEN] } });
      await assertFails(Promise.resolve(signer.sign('a.b')), code, [TOKEN]);
      await assertFails(custodian().signer(), code, [TOKEN]);
    });
  }

  for (const [what, [answer, code]] of Object.entries(brokenAnswers)) {
    it(`says ${code} for ${what}`, async () => {
      const signer = await custodian({ timeoutMs: 300 }).signer();
      vault.service.instead = () => answer;
      await assertFails(Promise.resolve(signer.sign('a.b')), code, [TOKEN]);
      await assertFails(custodian({ timeoutMs: 300 }).signer(), code, [TOKEN]);
    });
  }

  it('says KEY_RESPONSE_INVALID for a key without a latest version', async () => {
    vault.service.instead = () => ({ status: 200, body: { data: { keys: {} } } });
    await assertFails(custodian().signer(), 'KEY_RESPONSE_INVALID');
  });

  it('says KEY_REFUSED for another token, and never quotes one that cannot be sent', async () => {
    for (const token of ['hvs.other', 'two\r\nlines', 'ümlaut', '']) {
      const shown = token === '' ? [] : [token];
      await assertFails(custodian({ token: () => token }).signer(), 'KEY_REFUSED', shown);
    }
  });

  it('says KEY_UNAVAILABLE when there is no token, without saying why', async () => {
    const token = (): never => {
      throw new Error('s3cret');
    };
    await assertFails(custodian({ token }).signer(), 'KEY_UNAVAILABLE', ['s3cret']);
  });

  it('is not led to another server, with its credentials, by a redirect', async () => {
    const other = new FakeService(() => ({ status: 200, body: {} }));
    const location = await other.start();
    vault.service.instead = () => (response) => void response.writeHead(307, { location }).end();
    await assertFails(custodian().signer(), 'KEY_UNAVAILABLE', [TOKEN]);
    await other.stop();
    assert.deepEqual(other.received, []);
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const signer = await custodian({ signal: controller.signal, timeoutMs: 600_000 }).signer();
    vault.service.instead = () => () => controller.abort();
    await assertFails(Promise.resolve(signer.sign('a.b')), 'KEY_ABORTED', [TOKEN]);
  });
});
