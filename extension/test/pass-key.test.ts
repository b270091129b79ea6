import assert from 'node:assert/strict';

import { calculateJwkThumbprint } from 'jose';

import { connectControl, type ControlConnection } from '../src/host/control.js';
import { providePassKey, rotatePassKey } from '../src/keys/pass-key.js';
import { parsePrivateJwk } from '../src/keys/private-jwk.js';
import { FakeHost } from './support/fake-host.js';
import { InMemorySecrets } from './support/secrets.js';

const SECRET = 'axtary.passKey';

describe('pass key', () => {
  let host: FakeHost;
  let connection: ControlConnection;
  let secrets: InMemorySecrets;

  beforeEach(async () => {
    host = new FakeHost();
    connection = await connectControl(await host.listen());
    secrets = new InMemorySecrets();
  });

  afterEach(async () => {
    connection.close();
    await host.dispose();
  });

  function provide(from = secrets) {
    return providePassKey(connection.caller, from);
  }

  /** Thumbprint of the stored key, which holds nothing but a key. */
  async function storedKid(): Promise<string> {
    const { d, ...publicJwk } = parsePrivateJwk(secrets.stored.get(SECRET) ?? '');
    assert.equal(d.length, 43);
    return calculateJwkThumbprint(publicJwk);
  }

  it('is made on first use, kept in the secret storage and given again after a restart', async () => {
    const { kid, isTaken } = await provide();
    assert.equal(isTaken, true);
    assert.deepEqual([...secrets.stored.keys()], [SECRET]);
    assert.equal(await storedKid(), kid);
    host.authority.restart();
    assert.deepEqual(await provide(), { kid, isTaken: true });
  });

  it('is not stored where another editor has given one', async () => {
    const { kid } = await provide();
    const other = new InMemorySecrets();
    assert.deepEqual(await provide(other), { kid, isTaken: false });
    assert.equal(other.stored.size, 0);
  });

  it('is replaced by a new one, once, where it was retired', async () => {
    const { kid: before } = await provide();
    host.authority.retire();
    const { kid, isTaken } = await provide();
    assert.equal(isTaken, true);
    assert.notEqual(kid, before);
    assert.equal(await storedKid(), kid);
    assert.equal(host.called('keys/provide').length, 3);
  });

  it('is offered no third time where the new one is refused as well', async () => {
    await provide();
    const stored = secrets.stored.get(SECRET);
    connection.close();
    await host.crash();
    const { 'keys/rotate': refuse } = host.authority.handlers();
    host.overrides = {
      'keys/provide': async ({ jwk }) => {
        const { kid } = await refuse({ jwk });
        host.authority.retire();
        await refuse({ jwk });
        return { kid, isTaken: true };
      },
    };
    connection = await connectControl(await host.listen());
    await assert.rejects(provide(), { remoteCode: 'PASS_KEY_REFUSED' });
    assert.equal(host.called('keys/provide').length, 3);
    assert.equal(secrets.stored.get(SECRET), stored);
  });

  it('keeps the stored key where the offer fails for another reason', async () => {
    await provide();
    const stored = secrets.stored.get(SECRET);
    connection.close();
    await assert.rejects(provide(), { code: 'CONNECTION_LOST' });
    assert.equal(secrets.stored.get(SECRET), stored);
  });

  for (const damaged of ['not json', '{}', 'null', '{"kty":"EC","crv":"P-256","x":"a","y":"b"}']) {
    it(`is made anew where ${damaged} is stored`, async () => {
      await secrets.store(SECRET, damaged);
      const { kid } = await provide();
      assert.equal(await storedKid(), kid);
    });
  }

  it('is stored after a rotation only once the enforcement host has taken it', async () => {
    const { kid: previous } = await provide();
    const rotated = await rotatePassKey(connection.caller, secrets);
    assert.equal(rotated.previous, previous);
    assert.notEqual(rotated.kid, previous);
    assert.equal(await storedKid(), rotated.kid);
    connection.close();
    await assert.rejects(rotatePassKey(connection.caller, secrets), { code: 'CONNECTION_LOST' });
    assert.equal(await storedKid(), rotated.kid);
  });
});
