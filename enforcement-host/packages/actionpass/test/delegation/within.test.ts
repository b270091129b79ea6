import assert from 'node:assert/strict';

import {
  assertWithin,
  delegationClaim,
  passClaimsSchema,
  type PassClaimsV1,
  type VerifiedDelegation,
} from '../../src/index.js';
import { ISSUER, SECONDS } from '../support.js';
import { HASHES, HASH_A, JKT, ROOT, chainOf, omit, tokensOf, verifyChain } from './support.js';

async function delegation(): Promise<VerifiedDelegation> {
  const scope = { tools: ['slack.*'], resources: ['repo:example/**', 'channel:*'] };
  const root = { ...ROOT, scope: { ...ROOT.scope, resources: scope.resources } };
  return verifyChain(tokensOf(await chainOf([{ scope }, { ttlSeconds: 300 }], root)));
}

function passUnder(verified: VerifiedDelegation): PassClaimsV1 {
  const { leaf } = verified;
  return {
    ver: 1,
    iss: ISSUER,
    sub: leaf.sub,
    aud: ['host-1'],
    jti: 'ap_1',
    iat: SECONDS,
    exp: SECONDS + 60,
    cnf: { jkt: JKT },
    human: leaf.human,
    tenant: leaf.tenant,
    runtime: leaf.runtime,
    task: leaf.task,
    tool: 'slack.post',
    resource: 'repo:example/web-app',
    constraints: { ...leaf.scope.constraints },
    payload_hash: HASH_A,
    action_hash: HASH_A,
    policy_hash: HASH_A,
    decision_id: 'dec_1',
    delegation: delegationClaim(verified),
  };
}

describe('a pass under a delegation', () => {
  it('is within it, and is a pass', async () => {
    const verified = await delegation();
    const pass = passUnder(verified);
    assertWithin(verified, pass);
    assert.deepEqual(passClaimsSchema.parse(pass), pass);
    assert.deepEqual(pass.delegation, {
      root: verified.chain[0]?.jti,
      parent: verified.leaf.jti,
      depth: 2,
    });
  });

  it('may live as long as the delegation, and be for all of its audience', async () => {
    const verified = await delegation();
    const { exp, aud = [] } = verified.leaf;
    assertWithin(verified, { ...passUnder(verified), exp, aud });
  });

  it('may be for anybody and any payload where the delegation is', async () => {
    const root = { ...omit(ROOT, 'audience'), scope: omit(ROOT.scope, 'payloads') };
    const verified = await verifyChain(tokensOf(await chainOf([], root)));
    const pass = omit(passUnder(verified), 'aud');
    assertWithin(verified, { ...pass, payload_hash: `sha256:${'9'.repeat(64)}` });
  });

  const OTHERS: readonly (readonly [string, Partial<PassClaimsV1>])[] = [
    ['agent', { sub: 'agent:other' }],
    ['runtime', { runtime: 'other' }],
    ['key', { cnf: { jkt: 'B'.repeat(43) } }],
    ['parent', { delegation: { parent: 'dp_x', root: 'dp_x', depth: 2 } }],
    ['delegation at all', { delegation: undefined }],
  ];
  for (const [what, change] of OTHERS) {
    it(`is refused with another ${what}`, async () => {
      const verified = await delegation();
      assert.throws(() => assertWithin(verified, { ...passUnder(verified), ...change }), {
        code: 'DELEGATION_INVALID',
      });
    });
  }

  it('is refused with another root or depth than its parent has', async () => {
    const verified = await delegation();
    const pass = passUnder(verified);
    for (const change of [{ root: 'dp_x' }, { depth: 1 }, { depth: 3 }]) {
      const claim = { ...delegationClaim(verified), ...change };
      assert.throws(() => assertWithin(verified, { ...pass, delegation: claim }), {
        code: 'DELEGATION_INVALID',
      });
    }
  });

  const WIDER: readonly (readonly [string, string, Partial<PassClaimsV1>])[] = [
    ['iss', 'another issuer', { iss: 'https://other.test' }],
    ['human', 'another human', { human: 'user:eve@example.com' }],
    ['tenant', 'another tenant', { tenant: 'org:other' }],
    ['task', 'another task', { task: 'AXT-419' }],
    ['exp', 'one second more', { exp: SECONDS + 301 }],
    ['aud', 'another audience', { aud: ['host-1', 'host-3'] }],
    ['aud', 'no audience', { aud: undefined }],
    ['tools', 'a tool of an ancestor', { tool: 'github.pull_requests.create' }],
    ['tools', 'a tool one segment longer', { tool: 'slack.post/all' }],
    ['resources', 'another resource', { resource: 'repo:other/web-app' }],
    ['resources', 'a way out of a resource', { resource: 'repo:example/../other' }],
    ['resources', 'a hidden way out', { resource: 'repo:example/%2e%2e/other' }],
    ['payloads', 'a payload that is not listed', { payload_hash: HASHES[2] ?? HASH_A }],
    ['constraints', 'no constraints', { constraints: {} }],
  ];
  for (const [axis, what, change] of WIDER) {
    it(`is refused on ${axis} with ${what}`, async () => {
      const verified = await delegation();
      assert.throws(() => assertWithin(verified, { ...passUnder(verified), ...change }), {
        code: 'DELEGATION_WIDENED',
        message: new RegExp(`^${axis}: `),
      });
    });
  }

  it('is refused with a constraint that is wider', async () => {
    const verified = await delegation();
    const pass = passUnder(verified);
    const constraints = { ...pass.constraints, maxFilesChanged: 13 };
    assert.throws(() => assertWithin(verified, { ...pass, constraints }), {
      code: 'DELEGATION_WIDENED',
      message: 'constraints: maxFilesChanged is not kept',
    });
    assertWithin(verified, { ...pass, constraints: { ...constraints, maxFilesChanged: 11 } });
  });
});
