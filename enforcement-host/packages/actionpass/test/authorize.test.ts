import assert from 'node:assert/strict';

import { createPolicy } from '@axtary/policy';

import {
  assertApprovalBinds,
  authorize,
  createApprovalArtifact,
  demoAction,
  digestsOf,
  policyHash,
  type AuthorizeOptions,
} from '../src/index.js';
import { parseAction } from '@axtary/core';
import { ISSUER, NOW, SECONDS, allowedAction, clock, privateKey } from './support.js';

const base = { issuer: ISSUER, tenant: 'org:example', signingKey: privateKey, clock };
const PULL_REQUEST = { tool: 'github.pull_requests.create' };
const invalid = { code: 'APPROVAL_ARTIFACT_INVALID' };

function run(options: Partial<AuthorizeOptions> = {}): ReturnType<typeof authorize> {
  return authorize({ action: allowedAction(), ...base, ...options });
}

function approve(options: Partial<Parameters<typeof createApprovalArtifact>[0]> = {}) {
  return createApprovalArtifact({
    action: demoAction,
    mode: 'human',
    approvedBy: 'user:r@example.com',
    reason: '',
    clock,
    ...options,
  }).artifact;
}

describe('authorize', () => {
  it('gives a denied action no pass', async () => {
    const policy = createPolicy({ version: 1, preset: 'none', policies: [] });
    const result = await run({ policy });
    assert.deepEqual(
      [result.permitted, result.decision.decision, result.actionPass],
      [false, 'deny', undefined],
    );
    assert.equal(result.policyHash, policyHash(policy));
  });

  it('gives a denied action no pass, whatever was approved', async () => {
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      policies: [{ id: 'no', effect: 'deny', match: PULL_REQUEST }],
    });
    const result = await run({ policy, action: demoAction, approvalArtifact: approve() });
    assert.equal(result.permitted, false);
  });

  it('refuses another tenant', async () => {
    await assert.rejects(run({ tenant: 'org:other' }), TypeError);
  });

  it('refuses a malformed action', async () => {
    await assert.rejects(run({ action: { id: 'act_1' } }), { code: 'ACTION_MALFORMED' });
  });

  it('lets the shortest lifetime win', async () => {
    const rule = {
      id: 'ok',
      effect: 'allow' as const,
      match: PULL_REQUEST,
      obligations: { passTtlSeconds: 60 },
    };
    const policy = createPolicy({ version: 1, preset: 'none', policies: [rule] });
    for (const [ttl, expected] of [
      [undefined, 60],
      [30, 30],
      [90, 60],
    ] as const) {
      const result = await run({ policy, ...(ttl !== undefined && { passTtlSeconds: ttl }) });
      assert.equal(result.actionPass?.claims.exp, SECONDS + expected);
    }
  });

  for (const passTtlSeconds of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    it(`refuses a lifetime of ${passTtlSeconds} seconds`, async () => {
      await assert.rejects(run({ passTtlSeconds }), TypeError);
    });
  }

  it('refuses an approval of another action with the same payload', async () => {
    const approvalArtifact = approve({ action: { ...demoAction, id: 'act_other' } });
    await assert.rejects(run({ action: demoAction, approvalArtifact }), invalid);
  });

  it('refuses an approval of another payload', async () => {
    const artifact = approve();
    const payloadHash = `sha256:${'0'.repeat(64)}` as const;
    await assert.rejects(
      run({ action: demoAction, approvalArtifact: { ...artifact, payloadHash } }),
      invalid,
    );
    await assert.rejects(run({ action: allowedAction(), approvalArtifact: artifact }), invalid);
  });

  it('refuses an approval on and after its expiry, or with one that is no time', async () => {
    const later = { now: () => new Date(NOW.getTime() + 60_000) };
    const approvalArtifact = approve({ ttlSeconds: 60 });
    await assert.rejects(run({ action: demoAction, approvalArtifact, clock: later }), invalid);
    const unreadable = { ...approvalArtifact, expiresAt: 'tomorrow' };
    await assert.rejects(run({ action: demoAction, approvalArtifact: unreadable }), invalid);
  });
});

describe('createApprovalArtifact', () => {
  it('binds to the action and its payload, with an expiry only where one is asked for', () => {
    const artifact = approve({ signature: 'a.b.c', id: 'apr_1' });
    assert.equal(artifact.expiresAt, undefined);
    assert.deepEqual(
      [artifact.signature, artifact.id, artifact.approvedAt],
      ['a.b.c', 'apr_1', NOW.toISOString()],
    );
    assertApprovalBinds(artifact, digestsOf(parseAction(demoAction)), NOW);
    assert.equal(approve({ ttlSeconds: 1 }).expiresAt, '2026-03-01T10:00:01.000Z');
  });

  it('refuses what is no artifact', () => {
    for (const options of [
      { approvedBy: '' },
      { reason: 'x'.repeat(4097) },
      { id: '' },
      { signature: 'x'.repeat(16_385) },
    ]) {
      assert.throws(() => approve(options), TypeError);
    }
    assert.throws(() => approve({ action: {} }), { code: 'ACTION_MALFORMED' });
  });
});
