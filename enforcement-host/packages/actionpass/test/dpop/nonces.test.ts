import assert from 'node:assert/strict';

import { DpopNonces, InMemorySingleUseStore } from '../../src/index.js';
import { NOW, clock } from '../support.js';
import { forge, invalid, prove, verify } from './support.js';

describe('a server nonce', () => {
  const nonces = new DpopNonces({ clock, lifetimeSeconds: 30 });
  const later = (seconds: number) => ({ now: () => new Date(NOW.getTime() + seconds * 1000) });
  const refusedNonce = { code: 'DPOP_NONCE_INVALID', message: /^the proof needs a current/ };

  it('may serve several proofs, each used once', async () => {
    const options = { nonce: nonces, replay: new InMemorySingleUseStore({ clock }) };
    const nonce = nonces.issue();
    const proof = await prove({ nonce });
    await verify(proof, options);
    await verify(await prove({ nonce }), options);
    await assert.rejects(verify(proof, options), { code: 'DPOP_REPLAYED' });
  });

  it('is asked for when it is missing, another server’s, damaged or empty of meaning', async () => {
    const foreign = new DpopNonces({ clock }).issue();
    const own = nonces.issue();
    const damaged = `${own.slice(0, 20)}${own[20] === 'A' ? 'B' : 'A'}${own.slice(21)}`;
    for (const nonce of [undefined, foreign, damaged, `${own}A`, own.slice(1), 'x', '🦊']) {
      const proof = await forge({ claims: { nonce } });
      await assert.rejects(verify(proof, { nonce: nonces }), refusedNonce);
    }
  });

  it('is refused once its lifetime has passed, and from before it was issued', () => {
    const secret = new Uint8Array(32).fill(7);
    const nonce = new DpopNonces({ secret, clock }).issue();
    const isCurrent = (seconds: number) =>
      new DpopNonces({ secret, lifetimeSeconds: 30, clock: later(seconds) }).isCurrent(nonce);
    assert.deepEqual([-1, 0, 29, 30].map(isCurrent), [false, true, true, false]);
  });

  it('is not asked for before the proof itself holds', async () => {
    const proof = await forge({ claims: { htm: 'GET' } });
    await assert.rejects(verify(proof, { nonce: nonces }), invalid(/htm/));
  });
});

describe('DpopNonces', () => {
  it('are shared by instances of one secret, which they copy', () => {
    const secret = Buffer.alloc(32, 1);
    const [one, two] = [new DpopNonces({ secret, clock }), new DpopNonces({ secret, clock })];
    const nonce = one.issue();
    secret.fill(0);
    assert.ok(two.isCurrent(nonce));
    assert.ok(!new DpopNonces({ secret, clock }).isCurrent(nonce));
  });

  it('refuse a short secret and a lifetime that is none', () => {
    assert.throws(() => new DpopNonces({ secret: new Uint8Array(31) }), TypeError);
    for (const lifetimeSeconds of [0, -1, 1.5, Number.NaN, Infinity]) {
      assert.throws(() => new DpopNonces({ lifetimeSeconds }), TypeError);
    }
  });
});
