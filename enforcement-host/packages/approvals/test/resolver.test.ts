import assert from 'node:assert/strict';

import { digestsOf } from '@axtary/actionpass';
import { parseAction } from '@axtary/core';

import {
  InMemoryApprovalQueueStore,
  createQueueApprovalResolver,
  type ApprovalQueueStore,
  type ApprovalRequest,
  type PendingApproval,
} from '../src/index.js';
import { POLICY_HASH, STEP_UP, actionNo } from './support.js';

function asked(n: number | string = 1): ApprovalRequest {
  const parsed = parseAction(actionNo(n));
  return { parsed, ...digestsOf(parsed), policyHash: POLICY_HASH, decision: STEP_UP };
}

function resolverOf(store: ApprovalQueueStore) {
  return createQueueApprovalResolver({
    store,
    provenance: { source: 'proxy', createdFrom: 'test' },
  });
}

/** Answers as soon as the request waits. */
function answering(answer: (pending: PendingApproval) => Promise<unknown>) {
  return { onPending: (pending: PendingApproval): void => void answer(pending) };
}

const BY = { approvedBy: 'user:r', reason: 'fine' };

describe('createQueueApprovalResolver', () => {
  it('returns the artifact of an approval, used', async () => {
    const store = new InMemoryApprovalQueueStore();
    const artifact = await resolverOf(store)(
      asked(),
      answering(({ id }) => store.approve({ id, ...BY })),
    );
    assert.ok(artifact && 'actionHash' in artifact);
    assert.equal(artifact.actionHash, asked().actionHash);
    const [item] = await store.list();
    assert.ok(item?.usedAt);
    assert.deepEqual(item.provenance, {
      source: 'proxy',
      createdFrom: 'test',
      createdBy: 'agent:codex-prod',
    });
  });

  it('returns a denial with its reason and signature', async () => {
    const store = new InMemoryApprovalQueueStore();
    const no = { deniedBy: 'user:r', reason: 'not today', signature: 'a.b.c' };
    const answer = await resolverOf(store)(
      asked(),
      answering(({ id }) => store.deny({ id, ...no })),
    );
    assert.deepEqual(answer, { denied: { by: 'user:r', reason: 'not today', signature: 'a.b.c' } });
    assert.deepEqual(await resolverOf(store)(asked(), {}), answer);
  });

  it('answers nothing after the hold, and an identical request then finds its answer once', async () => {
    const store = new InMemoryApprovalQueueStore();
    const resolve = resolverOf(store);
    assert.equal(await resolve(asked(), { holdFor: 1 }), null);
    const [item] = await store.list();
    assert.equal(item?.status, 'pending');
    await store.approve({ id: item.id, ...BY });
    const artifact = await resolve(asked(), { holdFor: 1 });
    assert.ok(artifact && 'actionHash' in artifact);
    await assert.rejects(resolve(asked(), { holdFor: 1 }), { code: 'APPROVAL_ALREADY_DECIDED' });
  });

  it('withdraws the request when the caller aborts', async () => {
    const store = new InMemoryApprovalQueueStore();
    const abort = new AbortController();
    const onPending = (): void => abort.abort();
    assert.equal(await resolverOf(store)(asked(), { signal: abort.signal, onPending }), null);
    assert.equal((await store.list())[0]?.status, 'expired');
  });

  it('withdraws the request when the caller had aborted before', async () => {
    const store = new InMemoryApprovalQueueStore();
    assert.equal(await resolverOf(store)(asked(), { signal: AbortSignal.abort() }), null);
    assert.equal((await store.list())[0]?.status, 'expired');
  });

  it('answers nothing when the request expires', async () => {
    const store = new InMemoryApprovalQueueStore({ pendingTtlSeconds: 0.01 });
    assert.equal(await resolverOf(store)(asked(), {}), null);
    assert.equal((await store.list())[0]?.status, 'expired');
  });

  it('does not take a wait of over 24 days for one that is over', async () => {
    const store = new InMemoryApprovalQueueStore({ pendingTtlSeconds: 40 * 86_400 });
    const options = {
      holdFor: 2 ** 31,
      ...answering(async ({ id }) => {
        await new Promise((resolve) => setImmediate(resolve));
        await store.approve({ id, ...BY });
      }),
    };
    assert.ok(await resolverOf(store)(asked(), options));
  });

  it('answers two identical callers with one artifact', async () => {
    const store = new InMemoryApprovalQueueStore();
    const resolve = resolverOf(store);
    const both = Promise.allSettled([
      resolve(asked(), {}),
      resolve(
        asked(),
        answering(({ id }) => store.approve({ id, ...BY })),
      ),
    ]);
    const results = await both;
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('keeps its answer when another listener throws', async () => {
    const store = new InMemoryApprovalQueueStore();
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const seen: unknown[] = [];
    process.on('uncaughtException', (error) => seen.push(error));
    try {
      store.onChange(() => {
        throw new Error('listener');
      });
      assert.ok(
        await resolverOf(store)(
          asked(),
          answering(({ id }) => store.approve({ id, ...BY })),
        ),
      );
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(seen.length >= 2);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of uncaught) process.on('uncaughtException', listener);
    }
  });

  it('shows the reviewer what was described, and fails when that fails', async () => {
    const store = new InMemoryApprovalQueueStore();
    const provenance = { source: 'proxy' } as const;
    const files = [{ path: 'a', before: '', after: 'x\n' }];
    const resolve = createQueueApprovalResolver({
      store,
      provenance,
      describe: () => Promise.resolve({ files }),
    });
    assert.equal(await resolve(asked(), { holdFor: 1 }), null);
    assert.equal((await store.list())[0]?.diff?.files[0]?.additions, 1);
    const failing = createQueueApprovalResolver({
      store,
      provenance,
      describe: () => Promise.reject(new Error('disk')),
    });
    await assert.rejects(failing(asked(2), {}), /disk/);
    assert.equal((await store.list()).length, 1);
  });

  it('fails when its store does', async () => {
    const store = new InMemoryApprovalQueueStore({ maxPending: 0 });
    await assert.rejects(resolverOf(store)(asked(), {}), { code: 'APPROVAL_QUEUE_FULL' });
  });
});
