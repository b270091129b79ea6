import assert from 'node:assert/strict';

import {
  attenuationProblem,
  delegate,
  type DelegationAxis,
  type DelegationClaims,
  type DelegationScope,
} from '../../src/index.js';
import { SECONDS, signer } from '../support.js';
import {
  HASHES,
  HASH_A,
  HASH_B,
  JKT,
  ROOT,
  chainOf,
  omit,
  rootAndChild,
  signed,
  tokensOf,
  verifyChain,
  type Narrower,
} from './support.js';

type Change = (child: DelegationClaims) => DelegationClaims;

function scoped(change: Partial<DelegationScope>): Change {
  return (child) => ({ ...child, scope: { ...child.scope, ...change } });
}

function constrained(change: DelegationScope['constraints']): Change {
  return (child) => {
    return scoped({ constraints: { ...child.scope.constraints, ...change } })(child);
  };
}

function placed(change: Partial<DelegationClaims['delegation']>): Change {
  return (child) => ({ ...child, delegation: { ...child.delegation, ...change } });
}

function unconstrained(name: string): Change {
  return (child) => {
    return scoped({ constraints: omit(child.scope.constraints, name) })(child);
  };
}

function budgeted(...budgets: DelegationScope['budgets']): Change {
  return scoped({ budgets });
}

const SPEND = { id: 'spend', max: 1000, field: 'payload.amountMinor', currency: 'EUR' };
const CALLS = { id: 'calls', max: 10 };

/** Each widens one axis of a child by one step. */
const WIDENINGS: readonly (readonly [string, DelegationAxis, Change])[] = [
  ['another issuer', 'iss', (child) => ({ ...child, iss: 'https://other.test' })],
  ['another human', 'human', (child) => ({ ...child, human: 'user:eve@example.com' })],
  ['another tenant', 'tenant', (child) => ({ ...child, tenant: 'org:other' })],
  ['another task', 'task', (child) => ({ ...child, task: 'AXT-419' })],
  ['one second more', 'exp', (child) => ({ ...child, exp: child.exp + 1 })],
  ['one more audience', 'aud', (child) => ({ ...child, aud: ['host-1', 'host-2', 'host-3'] })],
  ['no audience', 'aud', (child) => omit(child, 'aud')],
  ['one more tool', 'tools', scoped({ tools: ['slack.post', 'linear.issues'] })],
  ['one segment more of a tool', 'tools', scoped({ tools: ['slack.*/*'] })],
  ['a tool that only looks alike', 'tools', scoped({ tools: ['Slack.post'] })],
  ['one more resource', 'resources', scoped({ resources: ['repo:examples/**'] })],
  ['one level up of a resource', 'resources', scoped({ resources: ['repo:example*/**'] })],
  ['one more payload', 'payloads', scoped({ payloads: [...HASHES] })],
  ['any payload', 'payloads', (child) => ({ ...child, scope: omit(child.scope, 'payloads') })],
  ['one more file', 'constraints', constrained({ maxFilesChanged: 13 })],
  ['a maximum that is no number', 'constraints', constrained({ maxFilesChanged: '12' })],
  ['one review fewer', 'constraints', constrained({ minReviews: 0 })],
  ['one blocked path fewer', 'constraints', constrained({ blockedPaths: [] })],
  ['another blocked path', 'constraints', constrained({ blockedPaths: ['infra/**'] })],
  ['one more allowed path', 'constraints', constrained({ allowedPaths: ['src/**', 'docs/**'] })],
  ['an empty list of allowed paths', 'constraints', constrained({ allowedPaths: [] })],
  ['one more channel', 'constraints', constrained({ channels: ['#dev', '#ops', '#all'] })],
  ['one more recipient', 'constraints', constrained({ recipients: ['eve@example.com'] })],
  ['tests no longer required', 'constraints', constrained({ requiresTests: false })],
  ['another base branch', 'constraints', constrained({ baseBranch: 'release' })],
  ['one constraint fewer', 'constraints', unconstrained('baseBranch')],
  ['one cent more', 'budgets', budgeted({ ...SPEND, max: 1001 }, CALLS)],
  ['one budget fewer', 'budgets', budgeted(SPEND)],
  ['a budget in another currency', 'budgets', budgeted({ ...SPEND, currency: 'JPY' }, CALLS)],
  ['a budget of another field', 'budgets', budgeted({ ...SPEND, field: 'payload.fee' }, CALLS)],
  ['a budget by another id', 'budgets', budgeted(SPEND, { ...CALLS, id: 'call' })],
  ['as many hops as above', 'hops', placed({ hops: 4 })],
  ['two hops fewer', 'hops', placed({ hops: 2 })],
  ['the depth of its parent', 'depth', placed({ depth: 0 })],
];

describe('a child delegation', () => {
  for (const [what, axis, widen] of WIDENINGS) {
    it(`is wider on ${axis} with ${what}`, async () => {
      const [root, child] = await rootAndChild();
      assert.equal(attenuationProblem(root, child), undefined);
      assert.equal(attenuationProblem(root, widen(child))?.axis, axis);
    });
  }

  for (const [what, axis, widen] of WIDENINGS) {
    // These two are refused before attenuation is looked at.
    if (axis === 'iss' || axis === 'depth') continue;
    it(`is refused on ${axis} with ${what}, though signed by the issuer`, async () => {
      const chain = await chainOf([{}]);
      const [root, child] = chain;
      assert.ok(root && child);
      await verifyChain(tokensOf(chain));
      const forged = await signed(widen(child.claims));
      await assert.rejects(verifyChain([root.token, forged]), {
        code: 'DELEGATION_WIDENED',
        message: new RegExp(`^${axis}: `),
      });
    });
  }

  const NARROWINGS: readonly (readonly [string, Change])[] = [
    ['an earlier expiry', (child) => ({ ...child, exp: child.exp - 1 })],
    ['a part of the audience', (child) => ({ ...child, aud: ['host-2'] })],
    ['exact tools', scoped({ tools: ['slack.post', 'github.pull_requests.create'] })],
    ['a deeper resource', scoped({ resources: ['repo:example/web-app'] })],
    ['one payload', scoped({ payloads: [HASH_B] })],
    ['fewer files', constrained({ maxFilesChanged: 1 })],
    ['more reviews', constrained({ minReviews: 2 })],
    ['more blocked paths', constrained({ blockedPaths: ['.env*', 'infra/prod/**'] })],
    ['fewer allowed paths', constrained({ allowedPaths: ['test/**'] })],
    ['one channel', constrained({ channels: ['#ops'] })],
    ['one more requirement', constrained({ requiresDraft: true })],
    ['one more constraint', constrained({ allowedLabels: ['bug'] })],
    ['smaller budgets', budgeted({ ...SPEND, max: 1 }, { ...CALLS, max: 0 })],
    ['one more budget', budgeted(SPEND, CALLS, { id: 'rows', max: 5 })],
    ['another runtime', (child) => ({ ...child, runtime: 'claude-code' })],
  ];
  for (const [what, narrow] of NARROWINGS) {
    it(`is within its parent with ${what}`, async () => {
      const [root, child] = await rootAndChild();
      assert.notDeepEqual(narrow(child), child);
      assert.equal(attenuationProblem(root, narrow(child)), undefined);
    });
  }

  const UNNAMED = { minutes: 5, maxims: 5, blockedness: ['a'], allowedly: ['a', 'b'], note: ['a'] };
  for (const [name, value] of Object.entries(UNNAMED)) {
    it(`keeps ${name} as it is, because its name gives no direction`, async () => {
      const [root, child] = await rootAndChild();
      const parent = constrained({ [name]: value })(root);
      assert.equal(attenuationProblem(parent, constrained({ [name]: value })(child)), undefined);
      for (const other of [4, 6, ['a', 'b', 'c'], ['b'], []]) {
        const changed = constrained({ [name]: other })(child);
        assert.equal(attenuationProblem(parent, changed)?.message, `${name} is not kept`);
      }
    });
  }

  it('compares what a constraint says, not how it is ordered', async () => {
    const [root, child] = await rootAndChild();
    const parent = constrained({ window: { from: '09:00', to: '17:00' } })(root);
    const reordered = constrained({ window: { to: '17:00', from: '09:00' } })(child);
    assert.equal(attenuationProblem(parent, reordered), undefined);
  });

  it('does not take an inherited member for a constraint', async () => {
    const [root, child] = await rootAndChild();
    const parent = constrained({ toString: 'x' })(root);
    assert.equal(attenuationProblem(parent, child)?.message, 'toString is missing');
  });
});

describe('delegate', () => {
  it('inherits every axis that is left out, with one hop fewer', async () => {
    const [root, child] = await rootAndChild();
    const { delegation, jti, sub, ...inherited } = child;
    assert.deepEqual({ ...root, ...inherited }, root);
    assert.equal(sub, 'agent:sub-1');
    assert.notEqual(jti, root.jti);
    assert.deepEqual(delegation, { root: root.jti, parent: root.jti, depth: 1, hops: 3 });
  });

  const WIDER: readonly (readonly [DelegationAxis, Narrower])[] = [
    ['exp', { ttlSeconds: 601 }],
    ['aud', { audience: ['host-3'] }],
    ['tools', { scope: { tools: ['**'] } }],
    ['resources', { scope: { resources: ['**'] } }],
    ['payloads', { scope: { payloads: [...HASHES] } }],
    ['constraints', { scope: { constraints: {} } }],
    ['budgets', { scope: { budgets: [] } }],
  ];
  for (const [axis, narrower] of WIDER) {
    it(`refuses to widen ${axis}`, async () => {
      await assert.rejects(chainOf([narrower]), {
        code: 'DELEGATION_WIDENED',
        message: new RegExp(`^${axis}: `),
      });
    });
  }

  it('gives a child what was asked for and no more', async () => {
    const [, child] = await rootAndChild({
      ttlSeconds: 60,
      runtime: 'claude-code',
      audience: ['host-1'],
      scope: { tools: ['slack.post'], payloads: [HASH_A] },
    });
    assert.equal(child.exp, SECONDS + 60);
    assert.equal(child.runtime, 'claude-code');
    assert.deepEqual(child.aud, ['host-1']);
    assert.deepEqual(child.scope, {
      ...ROOT.scope,
      tools: ['slack.post'],
      payloads: [HASH_A],
    });
  });

  it('refuses a parent without a hop left', async () => {
    await assert.rejects(chainOf([{}, {}], { ...ROOT, hops: 1 }), { code: 'DELEGATION_TOO_DEEP' });
  });

  it('refuses a parent that has expired since it was verified', async () => {
    const parent = await verifyChain(tokensOf(await chainOf([])));
    const late = { now: () => new Date((SECONDS + 600) * 1000) };
    await assert.rejects(delegate(signer, { parent, agent: 'agent:sub', jkt: JKT, clock: late }), {
      code: 'PASS_EXPIRED',
    });
  });
});
