import assert from 'node:assert/strict';

import type { ApprovalRequirement } from '@axtary/core';

import {
  InMemoryApprovalQueueStore,
  approvalProgress,
  createQueueApprovalResolver,
  type ApprovalItem,
} from '../src/index.js';
import { parseAction } from '@axtary/core';
import { digestsOf } from '@axtary/actionpass';
import { ManualClock, POLICY_HASH, STEP_UP, actionNo, request } from './support.js';

const clock = new ManualClock();

async function queued(
  approvals: ApprovalRequirement[],
): Promise<{ store: InMemoryApprovalQueueStore; item: ApprovalItem }> {
  const store = new InMemoryApprovalQueueStore({ clock });
  const decision = { ...STEP_UP, obligations: { approvals } };
  return { store, item: await store.create({ ...request(), decision }) };
}

describe('a request that more than one approver must approve', () => {
  it('stays pending until different approvers have approved', async () => {
    const { store, item } = await queued([{ count: 2 }]);
    const { id } = item;
    const first = await store.approve({ id, approvedBy: 'user:a', reason: 'one' });
    assert.equal(first.item.status, 'pending');
    assert.deepEqual(approvalProgress(first.item), {
      given: 1,
      needed: 2,
      missing: [{ count: 1 }],
    });
    await assert.rejects(store.use(id), { code: 'APPROVAL_NOT_FOUND' });
    const second = await store.approve({ id, approvedBy: 'user:b', reason: 'two' });
    assert.equal(second.item.status, 'approved');
    assert.deepEqual(
      second.item.approvals?.map(({ artifact }) => artifact.approvedBy),
      ['user:a', 'user:b'],
    );
    assert.equal(second.item.answer?.by, 'user:b');
  });

  it('counts an approver once', async () => {
    const { store, item } = await queued([{ count: 2 }]);
    await store.approve({ id: item.id, approvedBy: 'user:a', reason: '' });
    await assert.rejects(store.approve({ id: item.id, approvedBy: 'user:a', reason: '' }), {
      code: 'APPROVAL_ALREADY_DECIDED',
    });
    assert.equal((await store.get(item.id))?.status, 'pending');
  });

  it('is ended by one denial, and says who had approved', async () => {
    const { store, item } = await queued([{ count: 2 }]);
    const resolve = createQueueApprovalResolver({ store, provenance: { source: 'proxy' } });
    const parsed = parseAction(actionNo(1));
    const { decision } = item;
    const asked = { parsed, ...digestsOf(parsed), policyHash: POLICY_HASH, decision };
    await store.approve({ id: item.id, approvedBy: 'user:a', reason: '' });
    await store.deny({ id: item.id, deniedBy: 'user:b', reason: 'no' });
    const answer = await resolve(asked, {});
    assert.ok(answer && 'denied' in answer);
    assert.deepEqual(answer.denied, { by: 'user:b', reason: 'no' });
    assert.deepEqual(
      answer.approvals?.map(({ approvedBy }) => approvedBy),
      ['user:a'],
    );
  });

  it('hands out every approval, each valid as long as the last', async () => {
    const { store, item } = await queued([{ count: 2 }]);
    const resolve = createQueueApprovalResolver({ store, provenance: { source: 'proxy' } });
    const parsed = parseAction(actionNo(1));
    const { decision, id } = item;
    await store.approve({ id, approvedBy: 'user:a', reason: '' });
    clock.advance(600);
    await store.approve({ id, approvedBy: 'user:b', reason: '' });
    const asked = { parsed, ...digestsOf(parsed), policyHash: POLICY_HASH, decision };
    const answer = await resolve(asked, {});
    assert.ok(answer && 'length' in answer);
    assert.deepEqual(
      answer.map(({ expiresAt }) => expiresAt),
      Array.from({ length: 2 }, () => new Date(clock.now().getTime() + 300_000).toISOString()),
    );
    await assert.rejects(resolve(asked, {}), { code: 'APPROVAL_ALREADY_DECIDED' });
  });

  it('needs the roles that are asked for, whoever else approves', async () => {
    const requirements = [{ count: 1, roles: ['lead', 'owner'] }, { count: 2 }];
    const { store, item } = await queued(requirements);
    const { id } = item;
    const none = await store.approve({ id, approvedBy: 'user:a', reason: '', roles: ['dev'] });
    assert.deepEqual(approvalProgress(none.item).missing, [
      { count: 1, roles: ['lead', 'owner'] },
      { count: 1 },
    ]);
    const two = await store.approve({ id, approvedBy: 'user:b', reason: '' });
    assert.equal(two.item.status, 'pending');
    assert.deepEqual(approvalProgress(two.item).needed, 3);
    const lead = await store.approve({ id, approvedBy: 'user:c', reason: '', roles: ['owner'] });
    assert.equal(lead.item.status, 'approved');
  });
});
