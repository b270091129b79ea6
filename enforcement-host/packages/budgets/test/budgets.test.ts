import assert from 'node:assert/strict';

import { demoAction } from '@axtary/actionpass';

import { Budgets, chargesOf, scopesOf, type Meter, type ReserveResult } from '../src/index.js';
import { acme, at, calls, money } from './support.js';

let count = 0;

function use(budgets: Budgets, seconds: number, { agent = 'agent:one', amount = 1 } = {}): string {
  const charges = [{ meter: calls, amount }];
  const request = { id: `r${count++}`, scopes: { agent }, charges, now: at(seconds) };
  return budgets.reserve(request).id;
}

function counted(budgets: Budgets, seconds: number, agent = 'agent:one'): number | undefined {
  return budgets.read({ agent }, [calls], at(seconds))['calls'];
}

describe('Budgets', () => {
  it('counts in a window that slides, up to its last moment', () => {
    const budgets = new Budgets();
    assert.equal(counted(budgets, 0), 0);
    use(budgets, 0);
    use(budgets, 30);
    use(budgets, 30);
    assert.equal(counted(budgets, 59.999), 3);
    assert.equal(counted(budgets, 60), 2);
    assert.equal(counted(budgets, 90), 0);
  });

  it('counts apart for whoever the meter tells apart, and no one else', () => {
    const budgets = new Budgets();
    use(budgets, 0);
    assert.equal(counted(budgets, 1), 1);
    assert.equal(counted(budgets, 1, 'agent:two'), 0);
    const all: Meter = { id: 'all', per: [], windowSeconds: 60 };
    const charges = [{ meter: all, amount: 2 }];
    budgets.reserve({ id: 'for all', scopes: acme, charges, now: at(0) });
    assert.deepEqual(budgets.read({}, [all], at(0)), { all: 2 });
    const both: Meter = { id: 'both', per: ['tenant', 'agent'], windowSeconds: 60 };
    const turned: Meter = { ...both, per: ['agent', 'tenant'] };
    const more = [{ meter: both, amount: 3 }];
    budgets.reserve({ id: 'for both', scopes: acme, charges: more, now: at(0) });
    assert.deepEqual(budgets.read(acme, [turned], at(0)), { both: 3 });
  });

  it('counts what is in flight, committed or unknown, and not what was rolled back', () => {
    const budgets = new Budgets();
    const [committed, unknown, rolledBack] = [use(budgets, 0), use(budgets, 0), use(budgets, 0)];
    use(budgets, 0);
    budgets.commit(committed);
    budgets.markUnknown(unknown);
    assert.equal(counted(budgets, 1), 4);
    budgets.rollback(rolledBack);
    assert.equal(counted(budgets, 1), 3);
  });

  it('settles each reservation once', () => {
    const budgets = new Budgets();
    const settled = { name: 'BudgetError', code: 'RESERVATION_ALREADY_SETTLED' };
    for (const end of ['commit', 'rollback'] as const) {
      const id = use(budgets, 0);
      budgets[end](id);
      for (const again of ['commit', 'rollback', 'markUnknown'] as const) {
        assert.throws(() => budgets[again](id), settled);
      }
      assert.throws(() => budgets.reconcile(id, 'committed'), settled);
    }
    assert.equal(counted(budgets, 1), 1);
    assert.throws(() => budgets.commit('never made'), { code: 'RESERVATION_UNKNOWN' });
    assert.throws(() => budgets.reconcile('never made', 'rolled_back'), {
      code: 'RESERVATION_UNKNOWN',
    });
  });

  it('takes an id once', () => {
    const budgets = new Budgets();
    const request = { id: 'one', scopes: acme, charges: [], now: at(0) };
    budgets.reserve(request);
    assert.throws(() => budgets.reserve(request), TypeError);
    budgets.markUnknown('one');
    assert.throws(() => budgets.reserve(request), TypeError);
    budgets.commit('one');
    assert.throws(() => budgets.reserve(request), TypeError);
  });

  it('lists what is not settled: since when, for whom, how much', () => {
    const budgets = new Budgets();
    const charges = [
      { meter: calls, amount: 0 },
      { meter: money, amount: 250, currency: 'USD' },
    ];
    for (const id of ['a', 'b', 'c']) {
      budgets.reserve({ id, scopes: acme, charges, now: at(5) });
    }
    budgets.commit('a');
    budgets.markUnknown('c');
    const uses = [{ meter: 'money', scope: { tenant: 'org:acme' }, amount: 250, currency: 'USD' }];
    assert.deepEqual(budgets.list(), [
      { id: 'c', state: 'unknown', since: at(5), uses },
      { id: 'b', state: 'reserved', since: at(5), uses },
    ]);
  });

  it('reconciles an unknown outcome either way, and nothing that is in flight', () => {
    const budgets = new Budgets();
    const [happened, didNot, inFlight] = [use(budgets, 0), use(budgets, 0), use(budgets, 0)];
    budgets.markUnknown(happened);
    budgets.markUnknown(didNot);
    assert.throws(() => budgets.reconcile(inFlight, 'rolled_back'), {
      code: 'RESERVATION_IN_FLIGHT',
    });
    budgets.reconcile(happened, 'committed');
    budgets.reconcile(didNot, 'rolled_back');
    assert.equal(counted(budgets, 1), 2);
    assert.deepEqual(
      budgets.list().map(({ id }) => id),
      [inFlight],
    );
  });

  it('never counts too little with a clock that is set back', () => {
    const budgets = new Budgets();
    use(budgets, 100);
    use(budgets, 0);
    assert.equal(counted(budgets, 100), 2);
  });

  it('keeps its memory small, and never counts too little for it', () => {
    const budgets = new Budgets();
    const ids = [];
    for (let n = 0; n < 50_000; n++) ids.push(use(budgets, n / 1000));
    assert.equal(counted(budgets, 50), 50_000);
    const exact = 50_000 - 30_000;
    const shorter = { ...calls, windowSeconds: 20 };
    const sum = budgets.read({ agent: 'agent:one' }, [shorter], at(49.999))['calls'] ?? 0;
    assert.ok(sum >= exact, 'not too little');
    assert.ok(sum <= exact * 1.01, 'about right');
    for (const id of ids) budgets.rollback(id);
    assert.equal(counted(budgets, 50), 0);
  });

  it('forgets uses that no window reaches any more', () => {
    const budgets = new Budgets();
    const month = 31 * 86_400;
    for (let n = 0; n < 3000; n++) use(budgets, 0);
    for (let n = 0; n < 3000; n++) use(budgets, month + 1);
    const longest = { ...calls, windowSeconds: month };
    assert.deepEqual(budgets.read({ agent: 'agent:one' }, [longest], at(month + 1)), {
      calls: 3000,
    });
  });

  it('counts exactly where sums of uses are beyond what a number holds', () => {
    const budgets = new Budgets();
    const huge = [];
    for (let n = 0; n < 3000; n++) {
      huge.push(use(budgets, 0, { amount: Number.MAX_SAFE_INTEGER }));
      use(budgets, 0, { amount: 2 });
    }
    assert.equal(counted(budgets, 0), Number.MAX_SAFE_INTEGER);
    for (const id of huge) budgets.rollback(id);
    assert.equal(counted(budgets, 0), 6000);
  });

  it('forgets whom it has not seen for longer than any window, and nobody else', () => {
    const budgets = new Budgets();
    const month = 31 * 86_400;
    const longest = { ...calls, windowSeconds: month };
    use(budgets, 0, { agent: 'agent:first' });
    for (let n = 0; n < 3000; n++) use(budgets, 1, { agent: `agent:${n}` });
    use(budgets, month, { agent: 'agent:last' });
    for (const [agent, sum] of [
      ['agent:first', 0],
      ['agent:0', 1],
      ['agent:2999', 1],
      ['agent:last', 1],
    ] as const) {
      assert.deepEqual(budgets.read({ agent }, [longest], at(month)), { calls: sum });
    }
  });

  it('lists the latest 10,000 unknown outcomes of the longest window; all of them count', () => {
    const budgets = new Budgets();
    const ids = [];
    for (let n = 0; n < 10_001; n++) {
      const id = use(budgets, 0);
      budgets.markUnknown(id);
      ids.push(id);
    }
    assert.deepEqual(
      budgets.list().map(({ id }) => id),
      ids.slice(1),
    );
    assert.equal(counted(budgets, 1), 10_001);
    const last = use(budgets, 31 * 86_400);
    assert.deepEqual(
      budgets.list().map(({ id }) => id),
      [last],
    );
  });

  for (const windowSeconds of [0, -1, NaN, 31 * 86_400 + 1]) {
    it(`has no window of ${windowSeconds} seconds`, () => {
      const budgets = new Budgets();
      const meter = { ...calls, windowSeconds };
      const request = { id: 'a', scopes: acme, charges: [{ meter, amount: 1 }], now: at(0) };
      assert.throws(() => budgets.read(acme, [meter], at(0)), TypeError);
      assert.throws(() => budgets.reserve(request), TypeError);
    });
  }

  it('wants to know whose count it is, and what time', () => {
    const budgets = new Budgets();
    const inherited = Object.create(acme) as typeof acme;
    assert.throws(() => budgets.read({ human: 'user:a' }, [calls], at(0)), TypeError);
    assert.throws(() => budgets.read(inherited, [calls], at(0)), TypeError);
    assert.throws(() => budgets.read(acme, [calls], new Date(NaN)), TypeError);
  });
});

describe('a charge', () => {
  function reserve(charge: { readonly amount: unknown; readonly currency?: string }): unknown {
    const budgets = new Budgets();
    const charges = [{ meter: money, max: 1000, ...charge } as never];
    try {
      return budgets.reserveWithin({ id: 'a', scopes: acme, charges, now: at(0) });
    } finally {
      assert.deepEqual(budgets.list().length, budgets.read(acme, [money], at(0))['money'] ? 1 : 0);
    }
  }

  for (const amount of [-1, -0, NaN, 0.1, 1e21, 2 ** 53, Infinity, '5', 5n, null, undefined]) {
    it(`is not ${typeof amount} ${Object.is(amount, -0) ? '-0' : String(amount)}`, () => {
      assert.throws(() => reserve({ amount, currency: 'USD' }), { code: 'AMOUNT_INVALID' });
    });
  }

  for (const currency of ['EUR', 'usd', undefined]) {
    it(`of US dollars is not in ${currency ?? 'no currency'}`, () => {
      const charge = currency === undefined ? { amount: 1 } : { amount: 1, currency };
      assert.throws(() => reserve(charge), { code: 'CURRENCY_MISMATCH' });
    });
  }

  it('of a plain count is in no currency', () => {
    const charges = [{ meter: calls, amount: 1, currency: 'USD' }];
    const request = { id: 'a', scopes: acme, charges, now: at(0) };
    assert.throws(() => new Budgets().reserve(request), { code: 'CURRENCY_MISMATCH' });
  });
});

describe('what a decision uses', () => {
  it('is charged to the meters it was made with, for whoever acts', () => {
    const usage = [
      { meter: 'money', amount: 5 },
      { meter: 'calls', amount: 1 },
    ];
    const charges = chargesOf(usage, [calls, money]);
    const { actor, intent, capability } = demoAction;
    const scopes = scopesOf(demoAction);
    assert.deepEqual(scopes, { ...actor, task: intent.task, tool: capability.tool });
    const { uses } = new Budgets().reserve({ id: 'a', scopes, charges, now: at(0) });
    assert.deepEqual(uses, [
      { meter: 'money', scope: { tenant: actor.tenant }, amount: 5, currency: 'USD' },
      { meter: 'calls', scope: { agent: actor.agent }, amount: 1 },
    ]);
    assert.throws(() => chargesOf(usage, [calls]), TypeError);
  });
});

describe('a limit', () => {
  function spend(budgets: Budgets, amount: number, max = 100): ReserveResult {
    const charges = [{ meter: money, amount, currency: 'USD', max }];
    return budgets.reserveWithin({ id: `p${count++}`, scopes: acme, charges, now: at(0) });
  }

  it('is reached and not passed', () => {
    const budgets = new Budgets();
    assert.equal(spend(budgets, 60).isReserved, true);
    assert.deepEqual(spend(budgets, 41), {
      isReserved: false,
      exceeded: [{ meter: 'money', scope: { tenant: 'org:acme' }, max: 100, used: 60, amount: 41 }],
    });
    assert.equal(spend(budgets, 40).isReserved, true);
    assert.equal(spend(budgets, 1).isReserved, false);
    assert.equal(spend(budgets, 0).isReserved, true);
    assert.equal(spend(budgets, 0, 99).isReserved, false);
  });

  it('holds where sums would be beyond what a number holds', () => {
    const budgets = new Budgets();
    const max = Number.MAX_SAFE_INTEGER;
    assert.equal(spend(budgets, max, max).isReserved, true);
    assert.equal(spend(budgets, 1, max).isReserved, false);
    assert.equal(spend(budgets, max, max).isReserved, false);
  });

  it('holds for several charges to one count together; all are reserved or none', () => {
    const budgets = new Budgets();
    const half = { meter: money, amount: 51, currency: 'USD', max: 100 };
    const call = { meter: calls, amount: 1, max: 5 };
    const request = { id: 'a', scopes: acme, charges: [call, half, half], now: at(0) };
    const result = budgets.reserveWithin(request);
    assert.equal(result.isReserved, false);
    assert.deepEqual(result.isReserved ? [] : result.exceeded.map(({ amount }) => amount), [102]);
    assert.deepEqual(budgets.read(acme, [calls, money], at(0)), { calls: 0, money: 0 });
    const huge = { ...half, amount: Number.MAX_SAFE_INTEGER };
    assert.throws(() => budgets.reserveWithin({ ...request, charges: [half, huge] }), {
      code: 'AMOUNT_INVALID',
    });
  });

  it('is a whole number', () => {
    for (const max of [-1, 0.5, NaN, Infinity]) {
      assert.throws(() => spend(new Budgets(), 1, max), TypeError);
    }
  });
});

describe('restoring', () => {
  const uses = [{ meter: 'calls', scope: { agent: 'agent:one' }, amount: 2 }];
  const stamp = at(0).toISOString();
  const reserved = { type: 'reserved', id: 'a', at: stamp, uses } as const;

  it('takes what has no outcome as unknown, and settles it by what comes later', () => {
    for (const [end, sum, open] of [
      [[], 2, 1],
      [[{ type: 'unknown', id: 'a', at: stamp }], 2, 1],
      [[{ type: 'committed', id: 'a', at: stamp }], 2, 0],
      [[{ type: 'rolled_back', id: 'a', at: stamp }], 0, 0],
      [[{ type: 'reconciled', id: 'a', at: stamp, as: 'committed', by: 'user:a' }], 2, 0],
      [[{ type: 'reconciled', id: 'a', at: stamp, as: 'rolled_back', by: 'user:a' }], 0, 0],
    ] as const) {
      const budgets = new Budgets();
      for (const event of [reserved, ...end]) budgets.restore(event);
      assert.equal(counted(budgets, 1), sum);
      const expected = { id: 'a', state: 'unknown', since: at(0), uses };
      assert.deepEqual(budgets.list(), open ? [expected] : []);
    }
  });

  it('counts once what it is told twice, and passes over what it knows nothing of', () => {
    const budgets = new Budgets();
    const committed = { type: 'committed', id: 'a', at: stamp } as const;
    for (const event of [committed, reserved, reserved, committed, reserved, committed]) {
      budgets.restore(event);
    }
    assert.equal(counted(budgets, 1), 2);
    assert.deepEqual(budgets.list(), []);
  });
});
