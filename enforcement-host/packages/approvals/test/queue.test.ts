import assert from 'node:assert/strict';
import path from 'node:path';

import {
  InMemoryApprovalQueueStore,
  LocalJsonApprovalQueueStore,
  type ApprovalItem,
  type ApprovalQueueStore,
  type QueueOptions,
} from '../src/index.js';
import { ManualClock, actionNo, inFolder, request } from './support.js';

const BY = { approvedBy: 'user:r@example.com', reason: 'reviewed' };
const NO = { deniedBy: 'user:r@example.com', reason: 'too risky' };

type Use = (store: ApprovalQueueStore, clock: ManualClock) => Promise<void>;

const stores: Readonly<Record<string, (use: Use, options?: QueueOptions) => Promise<void>>> = {
  InMemoryApprovalQueueStore: async (use, options = {}) => {
    const clock = new ManualClock();
    await use(new InMemoryApprovalQueueStore({ clock, ...options }), clock);
  },
  LocalJsonApprovalQueueStore: (use, options = {}) =>
    inFolder(async (folder) => {
      const clock = new ManualClock();
      await use(
        new LocalJsonApprovalQueueStore(path.join(folder, 'q'), { clock, ...options }),
        clock,
      );
    }),
};

for (const [name, withStore] of Object.entries(stores)) {
  describe(name, () => {
    it('queues a request once, bound to its action', () =>
      withStore(async (store) => {
        const item = await store.create(request());
        assert.deepEqual(await store.create(request()), item);
        assert.deepEqual(await store.get(item.id), item);
        assert.equal(item.status, 'pending');
        assert.deepEqual(item.provenance, { source: 'sdk', createdBy: 'agent:one' });
        assert.equal(item.expiresAt, '2026-03-01T10:15:00.000Z');
        const other = await store.create(request(2));
        assert.notEqual(other.id, item.id);
        assert.notEqual(other.nonce, item.nonce);
      }));

    it('lists by status, oldest first', () =>
      withStore(async (store, clock) => {
        const first = await store.create(request(1));
        clock.advance(1);
        const second = await store.create(request(2));
        await store.deny({ id: first.id, ...NO });
        assert.deepEqual(
          (await store.list()).map(({ id }) => id),
          [first.id, second.id],
        );
        assert.deepEqual(
          (await store.list({ status: 'denied' })).map(({ id }) => id),
          [first.id],
        );
      }));

    it('approves a request once, and hands its artifact out once', () =>
      withStore(async (store) => {
        const { id, actionHash, payloadHash } = await store.create(request());
        const { item, artifact } = await store.approve({ id, ...BY, signature: 'a.b.c' });
        assert.equal(item.status, 'approved');
        assert.deepEqual([artifact.actionHash, artifact.payloadHash], [actionHash, payloadHash]);
        assert.equal(artifact.expiresAt, '2026-03-01T10:05:00.000Z');
        assert.deepEqual(await store.use(id), artifact);
        await assert.rejects(store.use(id), { code: 'APPROVAL_ALREADY_DECIDED' });
        await assert.rejects(store.approve({ id, ...BY }), { code: 'APPROVAL_ALREADY_DECIDED' });
        await assert.rejects(store.deny({ id, ...NO }), { code: 'APPROVAL_ALREADY_DECIDED' });
        assert.equal((await store.create(request())).usedAt, '2026-03-01T10:00:00.000Z');
      }));

    it('denies a request without evidence that could execute', () =>
      withStore(async (store) => {
        const { id } = await store.create(request());
        const { item } = await store.deny({ id, ...NO });
        assert.deepEqual(
          [item.status, item.answer?.reason, item.artifact],
          ['denied', 'too risky', undefined],
        );
        await assert.rejects(store.use(id), { code: 'APPROVAL_NOT_FOUND' });
        await assert.rejects(store.approve({ id, ...BY }), { code: 'APPROVAL_ALREADY_DECIDED' });
        assert.equal((await store.expire(id)).status, 'denied');
      }));

    it('refuses an answer to what was never asked', () =>
      withStore(async (store) => {
        for (const id of ['apr_0', '../../etc/passwd', `apr_${'0'.repeat(32)}`, '']) {
          await assert.rejects(store.approve({ id, ...BY }), { code: 'APPROVAL_NOT_FOUND' });
          await assert.rejects(store.use(id), { code: 'APPROVAL_NOT_FOUND' });
          assert.equal(await store.get(id), undefined);
        }
      }));

    it('queues step_up decisions only', () =>
      withStore(async (store) => {
        for (const decision of ['allow', 'deny'] as const) {
          const { decision: asked, ...rest } = request();
          const options = { ...rest, decision: { ...asked, decision } };
          await assert.rejects(store.create(options), { code: 'APPROVAL_NOT_REQUIRED' });
        }
        await assert.rejects(store.create({ ...request(), action: {} }), {
          code: 'ACTION_MALFORMED',
        });
      }));

    it('refuses an answer on and after the expiry, and remembers', () =>
      withStore(async (store, clock) => {
        const { id } = await store.create(request());
        clock.advance(900);
        await assert.rejects(store.approve({ id, ...BY }), { code: 'APPROVAL_EXPIRED' });
        assert.equal((await store.get(id))?.status, 'expired');
        await assert.rejects(store.deny({ id, ...NO }), { code: 'APPROVAL_EXPIRED' });
      }));

    it('does not hand out an approval that was not used in time', () =>
      withStore(async (store, clock) => {
        const { id } = await store.create(request());
        await store.approve({ id, ...BY });
        clock.advance(300);
        await assert.rejects(store.use(id), { code: 'APPROVAL_EXPIRED' });
      }));

    it('asks anew, with another nonce, once a request is over', () =>
      withStore(async (store, clock) => {
        const first = await store.create(request());
        await store.expire(first.id);
        const second = await store.create(request());
        assert.deepEqual([second.id, second.status], [first.id, 'pending']);
        assert.notEqual(second.nonce, first.nonce);
        clock.advance(900);
        assert.notEqual((await store.create(request())).nonce, second.nonce);
      }));

    it('withdraws an approval that was not used, and none that was', () =>
      withStore(async (store) => {
        const [a, b] = [await store.create(request(1)), await store.create(request(2))];
        for (const { id } of [a, b]) await store.approve({ id, ...BY });
        await store.use(b.id);
        assert.equal((await store.expire(a.id)).status, 'expired');
        assert.equal((await store.expire(b.id)).status, 'approved');
        await assert.rejects(store.use(a.id), { code: 'APPROVAL_NOT_FOUND' });
        await assert.rejects(store.expire('apr_none'), { code: 'APPROVAL_NOT_FOUND' });
      }));

    it('is full with as many as may wait, until one is answered or over', () =>
      withStore(
        async (store, clock) => {
          const { id } = await store.create(request(1));
          await store.create(request(2));
          await assert.rejects(store.create(request(3)), { code: 'APPROVAL_QUEUE_FULL' });
          await store.deny({ id, ...NO });
          await store.create(request(3));
          await assert.rejects(store.create(request(4)), { code: 'APPROVAL_QUEUE_FULL' });
          clock.advance(900);
          assert.equal((await store.create(request(4))).status, 'pending');
        },
        { maxPending: 2 },
      ));

    it('keeps the diff of the files that change', () =>
      withStore(async (store) => {
        const files = [{ path: 'a.txt', before: 'one\n', after: 'two\n' }];
        const item = await store.create({ ...request(), files, diffNote: 'from disk' });
        assert.equal(item.diff?.summary, '1 modified file, 1 addition, 1 deletion');
        assert.deepEqual(await store.get(item.id), item);
      }));

    it('tells of every change until told to stop', () =>
      withStore(async (store) => {
        const seen: string[] = [];
        const stop = store.onChange(({ status }) => seen.push(status));
        const { id } = await store.create(request());
        await store.approve({ id, ...BY });
        stop();
        await store.use(id);
        assert.deepEqual(seen, ['pending', 'approved']);
      }));

    it('refuses an approver without a name and a reason that is too long, and stays pending', () =>
      withStore(async (store) => {
        const { id } = await store.create(request());
        for (const answer of [
          { ...BY, approvedBy: '' },
          { ...BY, reason: 'x'.repeat(4097) },
        ]) {
          await assert.rejects(store.approve({ id, ...answer }), TypeError);
        }
        assert.equal((await store.get(id))?.status, 'pending');
      }));
  });
}

describe('an approval', () => {
  it('is used once by 1,000 racing calls', async () => {
    const store = new InMemoryApprovalQueueStore();
    const { id } = await store.create(request());
    await store.approve({ id, ...BY });
    const results = await Promise.allSettled(Array.from({ length: 1000 }, () => store.use(id)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('is used once by 1,000 racing calls of the file store', () =>
    inFolder(async (folder) => {
      const store = new LocalJsonApprovalQueueStore(folder);
      const { id } = await store.create(request());
      await store.approve({ id, ...BY });
      const results = await Promise.allSettled(Array.from({ length: 1000 }, () => store.use(id)));
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    }));

  it('is given or refused, never both, by racing answers', async () => {
    const store = new InMemoryApprovalQueueStore();
    const { id } = await store.create(request());
    const answers: Promise<{ readonly item: ApprovalItem }>[] = [];
    for (let n = 0; n < 100; n++)
      answers.push(store.approve({ id, ...BY }), store.deny({ id, ...NO }));
    const results = await Promise.allSettled(answers);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  it('is asked for once by racing identical requests', async () => {
    const store = new InMemoryApprovalQueueStore();
    const items = await Promise.all(Array.from({ length: 100 }, () => store.create(request())));
    assert.equal(new Set(items.map(({ nonce }) => nonce)).size, 1);
    assert.equal((await store.list()).length, 1);
  });

  it('keeps what was asked when the caller changes its action afterwards', async () => {
    const store = new InMemoryApprovalQueueStore();
    const action = structuredClone(actionNo(1)) as { id: string };
    const item = await store.create({ ...request(), action });
    action.id = 'act_2';
    assert.equal((await store.get(item.id))?.action.id, 'act_1');
  });
});
