import assert from 'node:assert/strict';

import { createApprovalArtifact, authorize, demoAction, verifyActionPass } from '../src/index.js';
import {
  ISSUER,
  NOW,
  SECONDS,
  allowedAction,
  clock,
  passWith,
  privateKey,
  publicKey,
  validPass,
  verdictOf,
  verify,
} from './support.js';

const at = (seconds: number) => ({ clock: { now: () => new Date(seconds * 1000) } });

describe('verifyActionPass', () => {
  it('answers with the claims of a pass for exactly this action', async () => {
    const { token, claims } = await validPass();
    assert.deepEqual(await verify(token), { valid: true, claims });
  });

  it('takes the action as text too', async () => {
    const { token } = await validPass();
    assert.equal(await verdictOf(token, { action: JSON.stringify(allowedAction()) }), 'valid');
  });

  it('refuses on and after exp, and not a second before', async () => {
    const { token, claims } = await validPass();
    assert.equal(claims.exp, SECONDS + 600);
    assert.equal(await verdictOf(token, at(claims.exp - 1)), 'valid');
    assert.equal(await verdictOf(token, at(claims.exp)), 'PASS_EXPIRED');
    assert.equal(await verdictOf(token, at(claims.exp + 1)), 'PASS_EXPIRED');
  });

  it('refuses a pass that was issued over five seconds ahead', async () => {
    const { token } = await validPass();
    assert.equal(await verdictOf(token, at(SECONDS - 5)), 'valid');
    assert.equal(await verdictOf(token, at(SECONDS - 6)), 'PASS_NOT_YET_VALID');
    const far = await passWith({ iat: 2 ** 52, exp: 2 ** 53 - 1 });
    assert.equal(await verdictOf(far), 'PASS_NOT_YET_VALID');
  });

  it('refuses a pass of another issuer', async () => {
    const { token } = await validPass();
    assert.equal(await verdictOf(token, { issuer: `${ISSUER}/` }), 'PASS_ISSUER_MISMATCH');
  });

  const action = allowedAction();
  for (const [what, other] of [
    ['id', { ...action, id: 'act_other' }],
    ['agent', { ...action, actor: { ...action.actor, agent: 'agent:other' } }],
    ['human', { ...action, actor: { ...action.actor, human: 'user:other@example.com' } }],
    ['tenant', { ...action, actor: { ...action.actor, tenant: 'org:other' } }],
    ['runtime', { ...action, actor: { ...action.actor, runtime: 'other' } }],
    ['task', { ...action, intent: { ...action.intent, task: 'other' } }],
    ['tool', { ...action, capability: { ...action.capability, tool: 'other' } }],
    ['resource', { ...action, capability: { ...action.capability, resource: 'repo:other' } }],
    ['payload', { ...action, capability: { ...action.capability, payload: { title: 'other' } } }],
    ['constraints', { ...action, capability: { ...action.capability, constraints: {} } }],
    ['malformed action', { ...action, admin: true }],
    ['unreadable action', '{'],
  ] as const) {
    it(`refuses another ${what}`, async () => {
      const { token } = await validPass();
      assert.equal(await verdictOf(token, { action: other }), 'PASS_ACTION_MISMATCH');
    });
  }

  for (const name of ['sub', 'human', 'tenant', 'runtime', 'task', 'tool', 'resource']) {
    it(`refuses a signed pass whose ${name} is not that of the action`, async () => {
      assert.equal(await verdictOf(await passWith({ [name]: 'other' })), 'PASS_ACTION_MISMATCH');
    });
  }

  for (const name of ['payload_hash', 'action_hash']) {
    const digest = `sha256:${'0'.repeat(64)}`;
    it(`refuses a signed pass, or the approval in it, with another ${name}`, async () => {
      assert.equal(await verdictOf(await passWith({ [name]: digest })), 'PASS_ACTION_MISMATCH');
      const { claims } = await validPass();
      const { payload_hash, action_hash } = claims;
      const approval = {
        id: 'a',
        mode: 'human',
        approved_by: 'b',
        approved_at: 'c',
        payload_hash,
        action_hash,
      };
      assert.equal(await verdictOf(await passWith({ approval })), 'valid');
      const forged = await passWith({ approval: { ...approval, [name]: digest } });
      assert.equal(await verdictOf(forged), 'PASS_ACTION_MISMATCH');
    });
  }

  it('never repeats the pass in its message', async () => {
    const { token } = await validPass();
    const result = await verify(token, { issuer: 'other' });
    assert.ok(!result.valid && !result.message.includes(token.slice(0, 20)));
  });

  it('passes on what is not about the pass', async () => {
    const { token } = await validPass();
    const broken = {
      now: (): Date => {
        throw new RangeError('no clock');
      },
    };
    await assert.rejects(verify(token, { clock: broken }), RangeError);
  });

  it('uses the time of this machine where none is given', async () => {
    const result = await authorize({
      action: allowedAction(),
      issuer: ISSUER,
      tenant: 'org:example',
      signingKey: privateKey,
    });
    assert.ok(result.permitted);
    const { token } = result.actionPass;
    const { valid } = await verifyActionPass({
      token,
      action: allowedAction(),
      verificationKey: publicKey,
      issuer: ISSUER,
    });
    assert.equal(valid, true);
  });
});

describe('an approved action', () => {
  const { artifact } = createApprovalArtifact({
    action: demoAction,
    mode: 'human',
    approvedBy: 'user:r@example.com',
    reason: 'reviewed',
    ttlSeconds: 60,
    clock,
  });
  const options = {
    action: demoAction,
    issuer: ISSUER,
    tenant: 'org:example',
    signingKey: privateKey,
    clock,
  };

  it('has a pass that carries the approval', async () => {
    const result = await authorize({ ...options, approvalArtifact: artifact });
    assert.ok(result.permitted);
    assert.equal(result.actionPass.claims.approval?.approved_by, 'user:r@example.com');
    assert.equal(await verdictOf(result.actionPass.token, { action: demoAction }), 'valid');
    assert.deepEqual(result.record.facts, {
      now: NOW.toISOString(),
      approvals: [{ id: artifact.id, mode: 'human', approvedBy: 'user:r@example.com', roles: [] }],
    });
  });

  it('has none without the approval', async () => {
    const result = await authorize(options);
    assert.deepEqual(
      [result.permitted, result.decision.decision, result.actionPass],
      [false, 'step_up', undefined],
    );
  });
});
