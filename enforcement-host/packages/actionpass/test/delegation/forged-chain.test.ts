import assert from 'node:assert/strict';

import { issueDelegation, verifyActionPass } from '../../src/index.js';
import { ISSUER, clock, publicKey, signer, validPass } from '../support.js';
import {
  FOUR,
  ROOT,
  chainOf,
  changedAt,
  otherSigner,
  signed,
  tokensOf,
  verifyChain,
} from './support.js';

describe('a forged chain of delegations', () => {
  it('is refused when it is empty', async () => {
    await assert.rejects(verifyChain([]), { code: 'DELEGATION_INVALID' });
  });

  it('is refused without its root', async () => {
    const tokens = tokensOf(await chainOf(FOUR));
    await assert.rejects(verifyChain(tokens.slice(1)), { code: 'DELEGATION_INVALID' });
  });

  it('is refused when a link is spliced in from another root', async () => {
    const [one, other] = [tokensOf(await chainOf(FOUR)), tokensOf(await chainOf(FOUR))];
    for (const index of one.keys()) {
      const spliced = [...one.slice(0, index), ...other.slice(index)];
      if (index === 0) await verifyChain(spliced);
      else await assert.rejects(verifyChain(spliced), { code: 'DELEGATION_INVALID' });
    }
  });

  it('is refused when a link names another root than the first', async () => {
    const [other] = await chainOf([]);
    assert.ok(other);
    const tokens = await changedAt(2, ({ delegation }) => {
      return { delegation: { ...delegation, root: other.jti } };
    });
    await assert.rejects(verifyChain(tokens), {
      code: 'DELEGATION_INVALID',
      message: /another root/,
    });
  });

  it('is refused when the root names a parent, or itself', async () => {
    for (const parent of ['dp_above', undefined]) {
      const tokens = await changedAt(0, ({ jti, delegation }) => {
        return { delegation: { ...delegation, parent: parent ?? jti } };
      });
      await assert.rejects(verifyChain(tokens), { code: 'DELEGATION_INVALID' });
    }
  });

  it('is refused when the root is not its own root', async () => {
    const tokens = await changedAt(0, ({ delegation }) => {
      return { delegation: { ...delegation, root: 'dp_other' } };
    });
    await assert.rejects(verifyChain(tokens), { code: 'DELEGATION_INVALID' });
  });

  it('is refused when a link is its own parent', async () => {
    const tokens = await changedAt(2, ({ jti, delegation }) => {
      return { delegation: { ...delegation, parent: jti } };
    });
    await assert.rejects(verifyChain(tokens), { code: 'DELEGATION_INVALID' });
  });

  it('is refused as a cycle, when a link bears the jti of an ancestor', async () => {
    for (const above of [0, 1, 2]) {
      const tokens = await changedAt(3, (_, chain) => ({ jti: chain[above]?.jti }));
      await assert.rejects(verifyChain(tokens), {
        code: 'DELEGATION_INVALID',
        message: /twice/,
      });
    }
  });

  it('is refused when a depth is not the place', async () => {
    for (const [index, depth] of [
      [0, 1],
      [1, 2],
      [2, 1],
    ] as const) {
      const tokens = await changedAt(index, ({ delegation }) => {
        return { delegation: { ...delegation, depth } };
      });
      await assert.rejects(verifyChain(tokens), { code: 'DELEGATION_INVALID' });
    }
  });

  it('is refused when any link is signed by a key that is not trusted', async () => {
    const chain = await chainOf(FOUR);
    const mallory = otherSigner().signer;
    for (const [index, { claims }] of chain.entries()) {
      const tokens = [...tokensOf(chain)];
      tokens[index] = await signed(claims, mallory);
      await assert.rejects(verifyChain(tokens), { code: 'PASS_KEY_UNKNOWN' });
      const lying = { kid: signer.kid ?? '', sign: (input: string) => mallory.sign(input) };
      tokens[index] = await signed(claims, lying);
      await assert.rejects(verifyChain(tokens), { code: 'PASS_SIGNATURE_INVALID' });
    }
  });

  it('is refused when a link names no key', async () => {
    const [root] = await chainOf([]);
    const nameless = { sign: (input: string) => signer.sign(input) };
    const token = await signed(root?.claims, nameless);
    await assert.rejects(verifyChain([token]), { code: 'PASS_KEY_UNKNOWN' });
  });

  it('is refused when any claim of any link is changed under its signature', async () => {
    const chain = await chainOf(FOUR);
    for (const [index, { token, claims }] of chain.entries()) {
      const [header = '', , signature = ''] = token.split('.');
      const payload = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp - 1 }));
      const tokens = [...tokensOf(chain)];
      tokens[index] = `${header}.${payload.toString('base64url')}.${signature}`;
      await assert.rejects(verifyChain(tokens), { code: 'PASS_SIGNATURE_INVALID' });
    }
  });

  it('is refused when a link is of another issuer, though by the same key', async () => {
    const other = await issueDelegation(signer, { ...ROOT, issuer: 'https://other.test' });
    await assert.rejects(verifyChain([other.token]), { code: 'PASS_ISSUER_MISMATCH' });
    const tokens = await changedAt(2, () => ({ iss: 'https://other.test' }));
    await assert.rejects(verifyChain(tokens), { code: 'PASS_ISSUER_MISMATCH' });
  });

  it('does not take a pass for a delegation, nor a delegation for a pass', async () => {
    const [root] = await chainOf([]);
    const pass = await validPass();
    assert.ok(root);
    await assert.rejects(verifyChain([pass.token]), { code: 'PASS_TYPE_MISMATCH' });
    await assert.rejects(verifyChain([root.token, pass.token]), { code: 'PASS_TYPE_MISMATCH' });
    const verdict = await verifyActionPass({
      token: root.token,
      action: {},
      verificationKey: publicKey,
      issuer: ISSUER,
      clock,
    });
    assert.equal(verdict.valid ? 'valid' : verdict.code, 'PASS_TYPE_MISMATCH');
  });

  for (const [what, change] of [
    ['a claim that is not known', { admin: true }],
    ['another version', { ver: 2 }],
    ['no key of its holder', { cnf: {} }],
    ['an empty audience', { aud: [] }],
    ['a scope without resources', { scope: { ...ROOT.scope, resources: undefined } }],
    ['a glob that is none', { scope: { ...ROOT.scope, tools: ['slack.{a,b}'] } }],
    ['17 hops', { delegation: { root: 'dp_1', depth: 0, hops: 17 } }],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const tokens = await changedAt(0, () => JSON.parse(JSON.stringify(change)) as object);
      await assert.rejects(verifyChain(tokens), { code: 'PASS_MALFORMED' });
    });
  }
});
