import assert from 'node:assert/strict';

import { createApprovalArtifact } from '@axtary/actionpass';
import {
  InMemoryApprovalQueueStore,
  createQueueApprovalResolver,
  type ApprovalResolver,
} from '@axtary/approvals';
import { sha256 } from '@axtary/core/digest';
import { codingAgentPolicy, createPolicy } from '@axtary/policy';

import {
  TOOL,
  aborted,
  allowedAction,
  approving,
  assertBlocked,
  denyAll,
  onStage,
  stepUpAction,
} from './support.js';

const roles = createPolicy({
  version: 1,
  preset: 'none',
  policies: [
    {
      id: 'lead',
      effect: 'step_up',
      match: { tool: TOOL },
      obligations: { approverRoles: ['lead'] },
    },
  ],
});

/** A resolver that answers anything. */
function answering(answer: unknown): ApprovalResolver {
  return () => Promise.resolve(answer as null);
}

describe('a step_up', () => {
  it('is executed once approved: asked, answered, decided again, all in the ledger before', () =>
    onStage(async ({ runtime, trace, records }) => {
      const result = await runtime({ approvalResolver: approving }).handle(stepUpAction());
      assert.equal(result.status, 'executed');
      assert.deepEqual(trace, [
        'ledger:decision',
        'ledger:approval',
        'ledger:decision+pass+intent',
        'handler',
        'ledger:outcome',
      ]);
      const verdicts = (await records()).flatMap((record) =>
        record.type === 'decision' ? [record.body.verdict] : [],
      );
      assert.deepEqual(verdicts, ['step_up', 'allow']);
      assert.ok(result.timings.approval > 0);
    }));

  it('is blocked when nobody can be asked', () =>
    onStage(async ({ runtime, trace, calls }) => {
      assertBlocked(await runtime().handle(stepUpAction()), 'APPROVAL_REQUIRED');
      assert.deepEqual([trace, calls.length], [['ledger:decision'], 0]);
    }));

  it('is blocked and recorded when denied, with the reason for the agent', () =>
    onStage(async ({ runtime, trace, records }) => {
      const approvalResolver = answering({ denied: { by: 'user:r', reason: 'wrong branch' } });
      const result = await runtime({ approvalResolver }).handle(stepUpAction());
      assertBlocked(result, 'APPROVAL_DENIED');
      assert.match(result.message, /denied by user:r: wrong branch/);
      assert.deepEqual(trace, ['ledger:decision', 'ledger:approval']);
      assert.ok(
        (await records()).some((record) => record.type === 'approval' && 'denied' in record.body),
      );
    }));

  it('is blocked as pending when nobody has answered', () =>
    onStage(async ({ runtime, calls }) => {
      const store = new InMemoryApprovalQueueStore();
      const approvalResolver = createQueueApprovalResolver({
        store,
        provenance: { source: 'proxy' },
      });
      const proxy = runtime({ approvalResolver });
      const action = stepUpAction();
      const pending = await proxy.handle(action, { holdFor: 1 });
      assertBlocked(pending, 'APPROVAL_PENDING');
      assert.ok(pending.approvalId);
      await store.approve({ id: pending.approvalId, approvedBy: 'user:r', reason: '' });
      assert.equal((await proxy.handle(action, { holdFor: 1 })).status, 'executed');
      assertBlocked(await proxy.handle(action, { holdFor: 1 }), 'APPROVAL_UNAVAILABLE');
      assert.equal(calls.length, 1);
    }));

  it('is blocked when the resolver fails', () =>
    onStage(async ({ runtime, calls }) => {
      const failing: ApprovalResolver[] = [
        () => Promise.reject(new Error('offline')),
        () => {
          throw new Error('offline');
        },
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- anything may be thrown
        () => Promise.reject(Object.create(null)),
      ];
      for (const approvalResolver of failing) {
        assertBlocked(
          await runtime({ approvalResolver }).handle(stepUpAction()),
          'APPROVAL_UNAVAILABLE',
        );
      }
      assert.equal(calls.length, 0);
    }));

  const { artifact } = createApprovalArtifact({
    action: allowedAction(),
    mode: 'human',
    approvedBy: 'user:r',
    reason: '',
  });
  for (const [what, answer] of [
    ['nothing', undefined],
    ['text', 'approved'],
    ['true', true],
    ['an empty object', {}],
    ['an array', []],
    ['an artifact of another action', artifact],
    ['a denial by nobody', { denied: {} }],
    ['a denial with a name of 600 characters', { denied: { by: 'x'.repeat(600), reason: '' } }],
  ] as const) {
    it(`is blocked when the resolver answers ${what}`, () =>
      onStage(async ({ runtime, trace, calls }) => {
        assertBlocked(
          await runtime({ approvalResolver: answering(answer) }).handle(stepUpAction()),
          'APPROVAL_INVALID',
        );
        assert.deepEqual([trace, calls.length], [['ledger:decision'], 0]);
      }));
  }

  for (const [what, change] of [
    ['another payload', { payloadHash: sha256('other') }],
    ['an expiry that has passed', { expiresAt: '2001-01-01T00:00:00.000Z' }],
    ['a member that no artifact has', { admin: true }],
    ['an unknown mode', { mode: 'robot' }],
  ] as const) {
    it(`is blocked by an artifact with ${what}`, () =>
      onStage(async ({ runtime }) => {
        const approvalResolver: ApprovalResolver = async (request) =>
          ({ ...(await approving(request)), ...change }) as never;
        assertBlocked(
          await runtime({ approvalResolver }).handle(stepUpAction()),
          'APPROVAL_INVALID',
        );
      }));
  }

  it('is blocked when the approval is not believed', () =>
    onStage(async ({ runtime }) => {
      const verifyApproval = () => Promise.reject(new Error('unsigned'));
      assertBlocked(
        await runtime({ approvalResolver: approving, verifyApproval }).handle(stepUpAction()),
        'APPROVAL_INVALID',
      );
    }));

  it('needs an approver of the role that policy asks for', () =>
    onStage(async ({ runtime, trace }) => {
      const options = { policy: roles, approvalResolver: approving };
      const withoutRole = await runtime(options).handle(stepUpAction());
      assertBlocked(withoutRole, 'POLICY_DENIED');
      assert.match(withoutRole.message, /an approver with the role lead must approve/);
      assert.deepEqual(trace, ['ledger:decision', 'ledger:approval', 'ledger:decision']);
      const fact = { id: 'a', mode: 'human', approvedBy: 'user:r', roles: ['lead'] } as const;
      const verifyApproval = () => Promise.resolve({ ...fact, roles: [...fact.roles] });
      assert.equal(
        (await runtime({ ...options, verifyApproval }).handle(stepUpAction())).status,
        'executed',
      );
    }));

  it('executes what was approved, though the caller or the resolver changes it while it waits', () =>
    onStage(async ({ runtime, calls }) => {
      const action = structuredClone(stepUpAction()) as {
        capability: { payload: Record<string, unknown> };
      };
      const { title } = action.capability.payload;
      const changes: boolean[] = [];
      const approvalResolver: ApprovalResolver = (request) => {
        action.capability.payload['title'] = 'another';
        const { parsed } = request;
        changes.push(
          Reflect.set(parsed, 'payloadText', '{}'),
          Reflect.set(parsed.action.capability, 'tool', 'shell.run'),
          Reflect.set(parsed.action.capability.payload, 'title', 'another'),
        );
        return approving(request);
      };
      const result = await runtime({ approvalResolver }).handle(action);
      assert.equal(result.status, 'executed');
      assert.deepEqual([calls[0]?.payload['title'], calls[0]?.tool], [title, TOOL]);
      assert.deepEqual(changes, [false, false, false]);
    }));

  for (const [what, next, code] of [
    ['denies it', () => denyAll, 'POLICY_DENIED'],
    [
      'allows it',
      () =>
        createPolicy({
          version: 1,
          preset: 'none',
          policies: [{ id: 'ok', effect: 'allow', match: { tool: TOOL } }],
        }),
      'APPROVAL_INVALID',
    ],
    [
      'cannot be read',
      () => {
        throw new Error('yaml');
      },
      'POLICY_UNAVAILABLE',
    ],
  ] as const) {
    it(`is blocked when a policy that ${what} came while it waited, and the approval stays on record`, () =>
      onStage(async ({ runtime, trace, calls }) => {
        let asked = 0;
        const policy = () => (asked++ === 0 ? codingAgentPolicy : next());
        assertBlocked(
          await runtime({ policy, approvalResolver: approving }).handle(stepUpAction()),
          code,
        );
        assert.deepEqual(
          [trace, calls.length],
          [['ledger:decision', 'ledger:approval', 'ledger:decision'], 0],
        );
      }));
  }

  it('is not executed when its approval cannot be recorded', () =>
    onStage(async ({ runtime, ledger, calls }) => {
      ledger.failing.add('approval');
      assertBlocked(
        await runtime({ approvalResolver: approving }).handle(stepUpAction()),
        'LEDGER_UNAVAILABLE',
      );
      assert.equal(calls.length, 0);
    }));

  for (const how of ['cancelled', 'closed'] as const) {
    it(`that waits is withdrawn when it is ${how}`, () =>
      onStage(async ({ runtime, calls }) => {
        const store = new InMemoryApprovalQueueStore();
        const proxy = runtime({
          approvalResolver: createQueueApprovalResolver({ store, provenance: { source: 'proxy' } }),
        });
        const abort = new AbortController();
        const waits = new AbortController();
        const call = proxy.handle(stepUpAction(), {
          signal: abort.signal,
          onPending: () => waits.abort(),
        });
        await aborted(waits.signal);
        if (how === 'closed') await proxy.close();
        else abort.abort();
        assertBlocked(await call, 'CANCELLED');
        assert.equal((await store.list())[0]?.status, 'expired');
        assert.equal(calls.length, 0);
      }));
  }
});
