import assert from 'node:assert/strict';

import { createApprovalArtifact } from '@axtary/actionpass';
import {
  InMemoryApprovalQueueStore,
  createQueueApprovalResolver,
  type ApprovalResolver,
} from '@axtary/approvals';
import type { ApprovalArtifact } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import { createPolicy } from '@axtary/policy';

import { TOOL, approving, assertBlocked, onStage, stepUpAction, type Scene } from './support.js';

const two = createPolicy({
  version: 1,
  preset: 'none',
  policies: [
    { id: 'two', effect: 'step_up', match: { tool: TOOL }, obligations: { approvals: 2 } },
  ],
});

function approvalBy(name: string, action: unknown): ApprovalArtifact {
  return createApprovalArtifact({ action, mode: 'human', approvedBy: name, reason: '' }).artifact;
}

function approvedBy(...names: string[]): ApprovalResolver {
  return ({ parsed }) => Promise.resolve(names.map((name) => approvalBy(name, parsed.action)));
}

async function approversOf({ records }: Scene): Promise<readonly string[]> {
  return (await records()).flatMap((record) => {
    if (record.type !== 'approval') return [];
    const { body } = record;
    return 'artifact' in body ? [body.artifact.approvedBy] : [`not ${body.denied.by}`];
  });
}

describe('a step_up that asks for two approvers', () => {
  it('is executed with the approvals of both, and records each', () =>
    onStage(async (scene) => {
      const approvalResolver = approvedBy('user:a', 'user:b');
      const result = await scene.runtime({ policy: two, approvalResolver }).handle(stepUpAction());
      assert.equal(result.status, 'executed');
      assert.deepEqual(await approversOf(scene), ['user:a', 'user:b']);
      const facts = (await scene.records()).flatMap((record) =>
        record.type === 'decision' ? [record.body.facts.approvals.length] : [],
      );
      assert.deepEqual(facts, [0, 2]);
    }));

  it('is not executed with one approval, nor with two of the same approver', () =>
    onStage(async ({ runtime, calls }) => {
      const resolvers = [approving, approvedBy('user:a'), approvedBy('user:a', 'user:a')];
      for (const approvalResolver of resolvers) {
        const result = await runtime({ policy: two, approvalResolver }).handle(stepUpAction());
        assertBlocked(result, 'POLICY_DENIED');
        assert.match(result.message, /2 different approvers must approve/);
      }
      assert.equal(calls.length, 0);
    }));

  it('is not executed when one of the approvals does not hold', () =>
    onStage(async ({ runtime, calls }) => {
      const resolvers: ApprovalResolver[] = [
        ({ parsed }) =>
          Promise.resolve([
            approvalBy('user:a', parsed.action),
            approvalBy('user:b', stepUpAction()),
          ]),
        () => Promise.resolve([]),
        ({ parsed }) =>
          Promise.resolve(
            Array.from({ length: 65 }, (_, n) => approvalBy(`user:${n}`, parsed.action)),
          ),
      ];
      for (const approvalResolver of resolvers) {
        assertBlocked(
          await runtime({ policy: two, approvalResolver }).handle(stepUpAction()),
          'APPROVAL_INVALID',
        );
      }
      assert.equal(calls.length, 0);
    }));

  it('waits in a queue until the second has approved', () =>
    onStage(async (scene) => {
      const store = new InMemoryApprovalQueueStore();
      const provenance = { source: 'proxy' as const };
      const approvalResolver = createQueueApprovalResolver({ store, provenance });
      const call = scene
        .runtime({ policy: two, approvalResolver })
        .handle(stepUpAction(), { onPending: ({ id }) => void answer(id) });
      const answer = async (id: string): Promise<void> => {
        const first = await store.approve({ id, approvedBy: 'user:a', reason: '' });
        assert.equal(first.item.status, 'pending');
        await store.approve({ id, approvedBy: 'user:b', reason: '' });
      };
      assert.equal((await call).status, 'executed');
      assert.deepEqual(await approversOf(scene), ['user:a', 'user:b']);
    }));

  it('records who approved before another one denied', () =>
    onStage(async (scene) => {
      const approvalResolver: ApprovalResolver = ({ parsed }) =>
        Promise.resolve({
          denied: { by: 'user:b', reason: 'no' },
          approvals: [approvalBy('user:a', parsed.action)],
        });
      const proxy = scene.runtime({ policy: two, approvalResolver });
      assertBlocked(await proxy.handle(stepUpAction()), 'APPROVAL_DENIED');
      assert.deepEqual(await approversOf(scene), ['user:a', 'not user:b']);
    }));
});

describe('a store of payloads', () => {
  it('is given the payload of every call under its hash, and holds nothing up', () =>
    onStage(async ({ runtime }) => {
      const kept = new Map<string, string>();
      const payloads = {
        put: (hash: string, bytes: string) => {
          kept.set(hash, bytes);
          return new Promise<void>(() => undefined);
        },
      };
      const action = stepUpAction();
      const proxy = runtime({ payloads });
      assertBlocked(await proxy.handle(action), 'APPROVAL_REQUIRED');
      const [[hash, bytes] = ['', '']] = kept;
      assert.equal(hash, sha256(bytes));
      assert.deepEqual(JSON.parse(bytes), action.capability.payload);
    }));
});
