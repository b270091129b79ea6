import assert from 'node:assert/strict';

import type { Action } from '@axtary/core';
import { createPolicy, type Meter } from '@axtary/policy';

import { UsageMeters, type UsageReservation } from '../src/index.js';
import { TOOL, allowedAction, assertBlocked, onStage, type Scene } from './support.js';

const START = Date.parse('2026-03-01T10:00:00.000Z');

function at(seconds: number): Date {
  return new Date(START + seconds * 1000);
}

const perAgent: Meter = { id: 'r.rate.0', per: ['agent'], windowSeconds: 60 };

function by(agent: string): Action {
  const action = allowedAction();
  return { ...action, actor: { ...action.actor, agent: `agent:${agent}` } };
}

describe('UsageMeters', () => {
  function use(meters: UsageMeters, action: Action, seconds: number): UsageReservation {
    const usage = [{ meter: perAgent.id, amount: 1 }];
    return meters.reserve(action, usage, { meters: [perAgent], now: at(seconds) });
  }

  function count(meters: UsageMeters, action: Action, seconds: number): number | undefined {
    return meters.read(action, [perAgent], at(seconds))[perAgent.id];
  }

  it('counts in a window that slides, up to its last moment', () => {
    const meters = new UsageMeters();
    const action = by('one');
    assert.equal(count(meters, action, 0), 0);
    use(meters, action, 0);
    use(meters, action, 30);
    use(meters, action, 30);
    assert.equal(count(meters, action, 59.999), 3);
    assert.equal(count(meters, action, 60), 2);
    assert.equal(count(meters, action, 90), 0);
  });

  it('counts apart for whoever the meter tells apart, and no one else', () => {
    const meters = new UsageMeters();
    use(meters, by('one'), 0);
    assert.equal(count(meters, by('one'), 1), 1);
    assert.equal(count(meters, by('two'), 1), 0);
    const forAll: Meter = { id: 'all', per: [], windowSeconds: 60 };
    const now = at(0);
    meters.reserve(by('one'), [{ meter: 'all', amount: 2 }], { meters: [forAll], now });
    assert.deepEqual(meters.read(by('two'), [forAll], now), { all: 2 });
  });

  it('gives back what was not used, once', () => {
    const meters = new UsageMeters();
    const action = by('one');
    use(meters, action, 0);
    const usage = [{ meter: perAgent.id, amount: 2 }];
    const reservation = meters.reserve(action, usage, { meters: [perAgent], now: at(1) });
    assert.equal(count(meters, action, 2), 3);
    assert.deepEqual(reservation.uses, [
      { meter: perAgent.id, scope: { agent: 'agent:one' }, amount: 2 },
    ]);
    reservation.rollback();
    reservation.rollback();
    assert.equal(count(meters, action, 2), 1);
  });

  it('never counts too little with a clock that is set back', () => {
    const meters = new UsageMeters();
    use(meters, by('one'), 100);
    use(meters, by('one'), 0);
    assert.equal(count(meters, by('one'), 100), 2);
  });

  it('keeps its memory small, and never counts too little for it', () => {
    const meters = new UsageMeters();
    const action = by('one');
    const reservations = [];
    for (let at = 0; at < 50_000; at++) reservations.push(use(meters, action, at / 1000));
    assert.equal(count(meters, action, 50), 50_000);
    const exact = 50_000 - 30_000;
    const counted = meters.read(action, [{ ...perAgent, windowSeconds: 20 }], at(49.999));
    assert.ok((counted[perAgent.id] ?? 0) >= exact, 'not too little');
    assert.ok((counted[perAgent.id] ?? 0) <= exact * 1.01, 'about right');
    for (const reservation of reservations) reservation.rollback();
    assert.equal(count(meters, action, 50), 0);
  });
});

describe('a rate', () => {
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
  const clock = { now: () => at(0) };

  it('lets exactly its maximum of 1,000 concurrent calls run', () =>
    onStage(async ({ runtime, calls }) => {
      const proxy = runtime({ policy: rated, clock });
      const results = await Promise.all(
        Array.from({ length: 1000 }, () => proxy.handle(allowedAction())),
      );
      const executed = results.filter(({ status }) => status === 'executed');
      assert.deepEqual([executed.length, calls.length], [100, 100]);
      for (const result of results.filter(({ status }) => status !== 'executed')) {
        assertBlocked(result, 'POLICY_DENIED');
        assert.equal(result.decision.reasons[0]?.obligation, 'rates');
      }
    })).timeout(20_000);

  it('counts on after a restart, except for what was blocked', () =>
    onStage(async (scene) => {
      const meters = new UsageMeters();
      const proxy = scene.runtime({ policy: rated, clock, meters });
      for (let n = 0; n < 3; n++) await proxy.handle(allowedAction());
      await proxy.handle(withPin());
      assert.deepEqual(countOf(meters), 3);
      assert.deepEqual(countOf(await restored(scene)), 3);
    }));

  it('does not count what was blocked before its handler', () =>
    onStage(async (scene) => {
      const meters = new UsageMeters();
      const options = { policy: rated, clock, meters };
      await scene.runtime({ ...options, handlers: {} }).handle(allowedAction());
      scene.ledger.failing.add('intent');
      assertBlocked(await scene.runtime(options).handle(allowedAction()), 'LEDGER_UNAVAILABLE');
      scene.ledger.failing.clear();
      const broken = { kid: 'none', sign: () => Promise.reject(new Error('no key')) };
      const unsigned = scene.runtime({ ...options, signer: broken });
      assertBlocked(await unsigned.handle(allowedAction()), 'PASS_UNAVAILABLE');
      assert.deepEqual(countOf(meters), 0);
    }));

  it('counts a call whose handler failed: it may have happened', () =>
    onStage(async (scene) => {
      const meters = new UsageMeters();
      const handlers = { [TOOL]: () => Promise.reject(new Error('gone')) };
      const proxy = scene.runtime({ policy: rated, clock, meters, handlers });
      assert.equal((await proxy.handle(allowedAction())).status, 'failed');
      assert.deepEqual([countOf(meters), countOf(await restored(scene))], [1, 1]);
    }));

  function withPin(): Action {
    const action = allowedAction();
    const pins = [{ kind: 'file' as const, subject: 'a', digest: 'absent' as const }];
    return { ...action, context: { ...action.context, pins } };
  }

  function countOf(meters: UsageMeters): number | undefined {
    const action = allowedAction();
    return meters.read(action, rated.metersFor(action), at(1))['some.rate.0'];
  }

  async function restored({ records }: Scene): Promise<UsageMeters> {
    const meters = new UsageMeters();
    for (const record of await records()) meters.restore({ ...record, ts: at(0).toISOString() });
    return meters;
  }
});
