import assert from 'node:assert/strict';

import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose';

import { createApproverKey, loadApproverKey } from '../src/approver/key.js';
import { InMemorySecrets } from './support/secrets.js';

describe('approver key', () => {
  it('is absent until it is made, and then the same in every window', async () => {
    const secrets = new InMemorySecrets();
    assert.equal(await loadApproverKey(secrets), undefined);
    const made = await createApproverKey(secrets);
    const loaded = await loadApproverKey(secrets);
    assert.equal(loaded?.kid, made.kid);
    assert.equal(made.kid, await calculateJwkThumbprint(made.publicJwk));
  });

  it('signs a compact JWS with exactly alg, kid and typ in its header', async () => {
    const key = await createApproverKey(new InMemorySecrets());
    const jws = await key.sign('approval', { verdict: 'deny' });
    const { payload, protectedHeader } = await compactVerify(
      jws,
      await importJWK(key.publicJwk, 'ES256'),
    );
    assert.deepEqual(protectedHeader, { alg: 'ES256', kid: key.kid, typ: 'axtary-approval+jwt' });
    assert.deepEqual(JSON.parse(new TextDecoder().decode(payload)), { verdict: 'deny' });
  });

  it('keeps the private part out of what can be printed', async () => {
    const secrets = new InMemorySecrets();
    const key = await createApproverKey(secrets);
    const [stored = ''] = secrets.stored.values();
    const { d } = JSON.parse(stored) as { d: string };
    assert.equal(JSON.stringify(key).includes(d), false);
    assert.deepEqual(Object.keys(key.publicJwk).sort(), ['crv', 'kty', 'x', 'y']);
  });

  for (const stored of ['not json', '{}', '{"kty":"EC","crv":"P-256","x":"a","y":"b"}', '7']) {
    it(`refuses ${stored} and does not repeat it`, async () => {
      const secrets = new InMemorySecrets();
      await secrets.store('axtary.approverKey', stored);
      await assert.rejects(loadApproverKey(secrets), (error: Error) => {
        assert.equal('code' in error && error.code, 'KEY_UNREADABLE');
        assert.equal(error.cause, undefined);
        return true;
      });
    });
  }

  it('says so when the secret cannot be kept', async () => {
    const forgetful = { get: () => Promise.resolve(undefined), store: () => Promise.resolve() };
    await assert.rejects(createApproverKey(forgetful), { code: 'KEY_UNREADABLE' });
  });
});
