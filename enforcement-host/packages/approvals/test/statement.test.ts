import assert from 'node:assert/strict';

import { signCompact } from '@axtary/actionpass';
import { ARTIFACT_TYPES, canonicalize } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import {
  InMemoryApprovalQueueStore,
  verifyApprovalStatement,
  verifyPolicyTrust,
  type ApprovalItem,
} from '../src/index.js';
import { POLICY_HASH, newApprover, request, type Approver } from './support.js';

const alice = newApprover('user:alice');
const bob = newApprover('user:bob');
const mallory = newApprover('user:alice');
const enrolled = new Map([alice, bob].map((approver) => [approver.kid, approver]));
const refused = { code: 'APPROVAL_STATEMENT_INVALID' };

async function pending(n = 1): Promise<ApprovalItem> {
  return new InMemoryApprovalQueueStore().create(request(n));
}

function statement(item: ApprovalItem): Record<string, unknown> {
  return {
    jti: item.nonce,
    approval_id: item.id,
    verdict: 'approve',
    sub: 'user:alice',
    action_hash: item.actionHash,
    payload_hash: item.payloadHash,
    policy_hash: POLICY_HASH,
    reason: '',
    iat: 1,
  };
}

async function signed(
  claims: unknown,
  { signer }: Approver = alice,
  typ: string = ARTIFACT_TYPES.approval,
) {
  return signCompact(signer, typ, canonicalize(claims));
}

describe('verifyApprovalStatement', () => {
  it('returns what an enrolled approver signed about exactly this request', async () => {
    const item = await pending();
    const jws = await signed(statement(item));
    assert.deepEqual(await verifyApprovalStatement(jws, item, enrolled), statement(item));
  });

  for (const [what, change] of [
    ['another nonce', { jti: 'non_other' }],
    ['another request', { approval_id: 'apr_other' }],
    ['another action', { action_hash: sha256('other') }],
    ['another payload', { payload_hash: sha256('other') }],
    ['another policy', { policy_hash: sha256('other') }],
    ['a tool that was not shown', { definition_hash: sha256('tool') }],
    ['another approver than its key', { sub: 'user:bob' }],
    ['a verdict of neither kind', { verdict: 'maybe' }],
    ['an unknown claim', { admin: true }],
    ['a time that is text', { iat: '1' }],
  ] as const) {
    it(`refuses a statement with ${what}`, async () => {
      const item = await pending();
      const jws = await signed({ ...statement(item), ...change });
      await assert.rejects(verifyApprovalStatement(jws, item, enrolled), refused);
    });
  }

  it('refuses a statement about the item before it, asked for again', async () => {
    const [first, again] = [await pending(), await pending()];
    const jws = await signed(statement(first));
    assert.equal(first.id, again.id);
    await assert.rejects(verifyApprovalStatement(jws, again, enrolled), refused);
    await assert.rejects(verifyApprovalStatement(jws, await pending(2), enrolled), refused);
  });

  it('refuses a key that is not enrolled, whatever name or kid it uses', async () => {
    const item = await pending();
    const claims = statement(item);
    await assert.rejects(
      verifyApprovalStatement(await signed(claims, mallory), item, enrolled),
      refused,
    );
    const impostor = { ...mallory, signer: { ...mallory.signer, kid: alice.kid } };
    await assert.rejects(
      verifyApprovalStatement(await signed(claims, impostor), item, enrolled),
      refused,
    );
    const { sign } = alice.signer;
    const nameless = { ...alice, signer: { sign } };
    await assert.rejects(
      verifyApprovalStatement(await signed(claims, nameless), item, enrolled),
      refused,
    );
  });

  it('refuses the key of one approver with the name of another', async () => {
    const item = await pending();
    await assert.rejects(
      verifyApprovalStatement(await signed(statement(item), bob), item, enrolled),
      refused,
    );
  });

  it('refuses a verdict that was flipped', async () => {
    const item = await pending();
    const jws = await signed({ ...statement(item), verdict: 'deny' });
    const [header = '', , signature = ''] = jws.split('.');
    const flipped = Buffer.from(canonicalize(statement(item))).toString('base64url');
    await assert.rejects(
      verifyApprovalStatement(`${header}.${flipped}.${signature}`, item, enrolled),
      refused,
    );
    assert.equal((await verifyApprovalStatement(jws, item, enrolled)).verdict, 'deny');
  });

  for (const typ of [...Object.values(ARTIFACT_TYPES), 'JWT']) {
    if (typ === ARTIFACT_TYPES.approval) continue;
    it(`refuses the same claims as ${typ}`, async () => {
      const item = await pending();
      await assert.rejects(
        verifyApprovalStatement(await signed(statement(item), alice, typ), item, enrolled),
        refused,
      );
    });
  }

  it('refuses what is no JWS', async () => {
    const item = await pending();
    for (const jws of ['', 'a.b', 'a.b.c', '{}', `${await signed(statement(item))} `]) {
      await assert.rejects(verifyApprovalStatement(jws, item, enrolled), refused);
    }
  });

  it('refuses an item that names no policy', async () => {
    const { action, decision, requestedBy } = request();
    const item = await new InMemoryApprovalQueueStore().create({ action, decision, requestedBy });
    await assert.rejects(
      verifyApprovalStatement(await signed(statement(item)), item, enrolled),
      refused,
    );
  });
});

describe('verifyPolicyTrust', () => {
  const claims = { jti: 'n', sub: 'user:alice', workspace: '/w', policy_hash: POLICY_HASH, iat: 1 };

  it('returns the statement and who made it', async () => {
    const { statement: found, approver } = await verifyPolicyTrust(
      await signed(claims, alice, ARTIFACT_TYPES.policyTrust),
      enrolled,
    );
    assert.deepEqual(found, claims);
    assert.equal(approver.name, 'user:alice');
  });

  it('refuses an approval, another key and other claims', async () => {
    const typ = ARTIFACT_TYPES.policyTrust;
    for (const jws of [
      await signed(claims),
      await signed(claims, mallory, typ),
      await signed(claims, bob, typ),
      await signed({ ...claims, policy_hash: 'x' }, alice, typ),
    ]) {
      await assert.rejects(verifyPolicyTrust(jws, enrolled), refused);
    }
  });
});
