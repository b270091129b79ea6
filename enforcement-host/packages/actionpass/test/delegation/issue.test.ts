import assert from 'node:assert/strict';

import { codeOf } from '@axtary/core';

import { DEFAULT_DELEGATION_TTL_SECONDS, issueDelegation, type Signer } from '../../src/index.js';
import { SECONDS, signer } from '../support.js';
import { HASHES, ROOT, omit } from './support.js';

describe('issueDelegation', () => {
  it('makes a root that names itself, with the least where nothing is asked for', async () => {
    const least = omit(ROOT, 'hops', 'audience', 'ttlSeconds');
    const scope = { tools: ['slack.post'], resources: ['channel:dev'] };
    const { claims, jti } = await issueDelegation(signer, { ...least, scope });
    assert.deepEqual(claims.delegation, { root: jti, depth: 0, hops: 0 });
    assert.equal(claims.exp, SECONDS + DEFAULT_DELEGATION_TTL_SECONDS);
    assert.equal(claims.aud, undefined);
    assert.deepEqual(claims.scope, { ...scope, constraints: {}, budgets: [] });
  });

  const budget = { id: 'calls', max: 1 };
  for (const [what, change] of [
    ['no tool', { scope: { ...ROOT.scope, tools: [] } }],
    ['no resource', { scope: { ...ROOT.scope, resources: [] } }],
    ['no payload in a list', { scope: { ...ROOT.scope, payloads: [] } }],
    ['a glob that is none', { scope: { ...ROOT.scope, tools: ['a**'] } }],
    ['a glob of 17 segments', { scope: { ...ROOT.scope, resources: ['a/'.repeat(16) + 'a'] } }],
    [
      '33 globs',
      { scope: { ...ROOT.scope, tools: Array.from({ length: 33 }, (_, i) => `t${i}`) } },
    ],
    ['two budgets of one id', { scope: { ...ROOT.scope, budgets: [budget, budget] } }],
    ['a budget below zero', { scope: { ...ROOT.scope, budgets: [{ ...budget, max: -1 }] } }],
    ['no currency', { scope: { ...ROOT.scope, budgets: [{ ...budget, currency: 'eur' }] } }],
    ['a thumbprint that is none', { jkt: 'short' }],
    ['no agent', { agent: '' }],
    ['an empty audience', { audience: [] }],
    ['hops below zero', { hops: -1 }],
    ['half a hop', { hops: 0.5 }],
    ['no lifetime', { ttlSeconds: 0 }],
    ['half a second', { ttlSeconds: 0.5 }],
    ['more than fits', { scope: { ...ROOT.scope, constraints: { note: 'x'.repeat(32_768) } } }],
  ] as const) {
    it(`is a caller's mistake with ${what}`, async () => {
      await assert.rejects(
        issueDelegation(signer, { ...ROOT, ...(change as Partial<typeof ROOT>) }),
        TypeError,
      );
    });
  }

  it('takes as many globs, segments and payloads as the limits say', async () => {
    const tools = Array.from({ length: 32 }, (_, index) => `t${index}`);
    const payloads = Array.from({ length: 256 }, () => HASHES[0] ?? 'sha256:');
    const resources = ['a/'.repeat(15) + 'a'];
    const scope = { ...ROOT.scope, tools, resources, payloads };
    const { claims } = await issueDelegation(signer, { ...ROOT, scope });
    assert.deepEqual(claims.scope, scope);
  });

  it('needs a key that a verifier can find', async () => {
    const nameless: Signer = { sign: (input) => signer.sign(input) };
    await assert.rejects(issueDelegation(nameless, ROOT), TypeError);
  });

  it('passes on what the key custodian says', async () => {
    const silent: Signer = { kid: 'k', sign: () => Promise.reject(new Error('no answer')) };
    const error = await issueDelegation(silent, ROOT).catch((caught: unknown) => caught);
    assert.equal(codeOf(error), 'INTERNAL');
  });
});
