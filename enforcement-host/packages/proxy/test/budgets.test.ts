import assert from 'node:assert/strict';

import { Budgets, scopesOf, type OpenReservation } from '@axtary/budgets';
import type { Action } from '@axtary/core';
import type { LedgerRecord } from '@axtary/ledger';
import { createPolicy } from '@axtary/policy';
import fc from 'fast-check';

import { budgetEventOf } from '../src/index.js';
import { TOOL, allowedAction, assertBlocked, onStage, type Scene } from './support.js';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const clock = { now: () => NOW };

const rated = createPolicy({
  version: 1,
  preset: 'none',
  policies: [
    {
      id: 'some',
      effect: 'allow',
      match: { tool: TOOL },
      obligations: { rates: [{ max: 100, windowSeconds: 60 }] },
    },
  ],
});

describe('a rate', () => {
  it('lets exactly its maximum of 1,000 concurrent calls run', () =>
    onStage(async (scene) => {
      const budgets = new Budgets();
      const proxy = scene.runtime({ policy: rated, clock, budgets });
      const results = await Promise.all(
        Array.from({ length: 1000 }, () => proxy.handle(allowedAction())),
      );
      const executed = results.filter(({ status }) => status === 'executed');
      assert.deepEqual([executed.length, scene.calls.length], [100, 100]);
      for (const result of results.filter(({ status }) => status !== 'executed')) {
        assertBlocked(result, 'POLICY_DENIED');
        assert.equal(result.decision.reasons[0]?.obligation, 'rates');
      }
      assert.deepEqual([countOf(budgets), budgets.list()], [100, []]);
      assert.equal(countOf(await restored(scene)), 100);
    })).timeout(20_000);

  it('does not count what was blocked before its handler', () =>
    onStage(async (scene) => {
      const budgets = new Budgets();
      const options = { policy: rated, clock, budgets };
      await scene.runtime({ ...options, handlers: {} }).handle(allowedAction());
      scene.ledger.failing.add('intent');
      assertBlocked(await scene.runtime(options).handle(allowedAction()), 'LEDGER_UNAVAILABLE');
      scene.ledger.failing.clear();
      const broken = { kid: 'none', sign: () => Promise.reject(new Error('no key')) };
      const unsigned = scene.runtime({ ...options, signer: broken });
      assertBlocked(await unsigned.handle(allowedAction()), 'PASS_UNAVAILABLE');
      assert.deepEqual([countOf(budgets), budgets.list()], [0, []]);
    }));

  it('holds what is in flight', () =>
    onStage(async (scene) => {
      const budgets = new Budgets();
      let during: readonly OpenReservation[] = [];
      const handlers = {
        [TOOL]: () => {
          during = budgets.list();
          return Promise.resolve({});
        },
      };
      await scene.runtime({ policy: rated, clock, budgets, handlers }).handle(allowedAction());
      const [intent] = (await scene.records()).filter((record) => record.type === 'intent');
      const { human } = allowedAction().actor;
      assert.deepEqual(during, [
        {
          id: intent?.body.intentId,
          state: 'reserved',
          since: NOW,
          uses: [{ meter: 'some.rate.0', scope: { human }, amount: 1 }],
        },
      ]);
      assert.deepEqual(budgets.list(), []);
    }));

  it('keeps what failed as unknown, until somebody finds out', () =>
    onStage(async (scene) => {
      const budgets = new Budgets();
      const handlers = { [TOOL]: () => Promise.reject(new Error('gone')) };
      const proxy = scene.runtime({ policy: rated, clock, budgets, handlers });
      assert.equal((await proxy.handle(allowedAction())).status, 'failed');
      const after = await restored(scene);
      for (const one of [budgets, after]) {
        const [open] = one.list();
        assert.deepEqual([countOf(one), one.list().length, open?.state], [1, 1, 'unknown']);
        one.reconcile(open?.id ?? '', 'rolled_back');
        assert.deepEqual([countOf(one), one.list()], [0, []]);
      }
    }));

  it('keeps as unknown what was executed and could not be recorded', () =>
    onStage(async (scene) => {
      const budgets = new Budgets();
      scene.ledger.failing.add('outcome');
      const proxy = scene.runtime({ policy: rated, clock, budgets });
      assert.equal((await proxy.handle(allowedAction())).status, 'failed');
      assertBlocked(await proxy.handle(withPin()), 'PIN_CHANGED');
      assert.equal(countOf(budgets), 2);
      assert.deepEqual(budgets.list(), (await restored(scene)).list());
    }));
});

describe('budgets restored from a ledger', () => {
  it('are those that the runtime had, however its calls ended', async () => {
    const endings = fc.constantFrom('executed', 'failed', 'blocked', 'unrecorded');
    await fc.assert(
      fc.asyncProperty(fc.array(endings, { minLength: 1, maxLength: 12 }), (ended) =>
        onStage(async (scene) => {
          const budgets = new Budgets();
          const options = { policy: rated, clock, budgets };
          const failing = { [TOOL]: () => Promise.reject(new Error('gone')) };
          for (const ending of ended) {
            if (ending === 'unrecorded') scene.ledger.failing.add('outcome');
            const handlers = ending === 'failed' ? { handlers: failing } : {};
            const proxy = scene.runtime({ ...options, ...handlers });
            await proxy.handle(ending === 'blocked' ? withPin() : allowedAction());
            scene.ledger.failing.clear();
          }
          const after = await restored(scene);
          assert.equal(countOf(after), countOf(budgets));
          assert.deepEqual(byId(after), byId(budgets));
          const unknown = ended.filter((one) => one === 'failed' || one === 'unrecorded');
          assert.equal(after.list().length, unknown.length);
        }),
      ),
      { numRuns: 15 },
    );
  }).timeout(60_000);
});

function withPin(): Action {
  const action = allowedAction();
  const pins = [{ kind: 'file' as const, subject: 'a', digest: 'absent' as const }];
  return { ...action, context: { ...action.context, pins } };
}

function countOf(budgets: Budgets): number | undefined {
  const action = allowedAction();
  return budgets.read(scopesOf(action), rated.metersFor(action), NOW)['some.rate.0'];
}

async function restored({ records }: Scene): Promise<Budgets> {
  const budgets = new Budgets();
  for (const record of await records()) {
    const event = budgetEventOf(atNow(record));
    if (event) budgets.restore(event);
  }
  return budgets;
}

// The stage's ledger has the machine's clock.
function atNow(record: LedgerRecord): LedgerRecord {
  return { ...record, ts: NOW.toISOString() };
}

function byId(budgets: Budgets): readonly OpenReservation[] {
  return budgets.list().toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
