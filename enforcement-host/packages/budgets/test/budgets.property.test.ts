import assert from 'node:assert/strict';

import fc from 'fast-check';

import { Budgets, type Meter } from '../src/index.js';
import { at } from './support.js';

interface Modelled {
  readonly id: string;
  readonly agent: string;
  readonly amount: number;
  /** Seconds. */
  readonly time: number;
  state: 'reserved' | 'unknown' | 'committed' | 'rolled_back';
}

const AGENTS = ['a', 'b'];
const SETTLE = ['commit', 'rollback', 'markUnknown', 'reconcile'] as const;

const step = fc.oneof(
  fc.record({
    do: fc.constant('reserve' as const),
    agent: fc.constantFrom(...AGENTS),
    amount: fc.oneof(fc.nat(100), fc.maxSafeNat()),
  }),
  fc.record({ do: fc.constantFrom(...SETTLE), of: fc.nat() }),
  // Also back: clocks are set.
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: -40, max: 60 }) }),
);

/** Every use by itself, counted anew each time. */
class Model {
  readonly all: Modelled[] = [];
  readonly #latest = new Map<string, number>();
  now = 1000;

  reserve(agent: string, amount: number): Modelled {
    const time = Math.max(this.now, this.#latest.get(agent) ?? 0);
    if (amount > 0) this.#latest.set(agent, time);
    const id = `r${this.all.length}`;
    const made: Modelled = { id, agent, amount, time, state: 'reserved' };
    this.all.push(made);
    return made;
  }

  count(agent: string, windowSeconds: number): number {
    const sum = this.all
      .filter((one) => one.agent === agent && one.state !== 'rolled_back')
      .filter(({ time }) => time > this.now - windowSeconds)
      .reduce((total, { amount }) => total + BigInt(amount), 0n);
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    return Number(sum < most ? sum : most);
  }

  /** The state after a settlement, or the code that it is refused with. */
  settle(one: Modelled, how: (typeof SETTLE)[number]): Modelled['state'] | { code: string } {
    if (one.state === 'committed' || one.state === 'rolled_back') {
      return { code: 'RESERVATION_ALREADY_SETTLED' };
    }
    if (how === 'reconcile' && one.state !== 'unknown') return { code: 'RESERVATION_IN_FLIGHT' };
    if (how === 'markUnknown') return 'unknown';
    return how === 'commit' ? 'committed' : 'rolled_back';
  }
}

describe('Budgets, beside a list of all uses', () => {
  it('count the same after any steps, with clocks that are set back and settlements of all kinds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budgets = new Budgets();
        const model = new Model();
        for (const one of steps) {
          if (one.do === 'wait') model.now += one.seconds;
          else if (one.do === 'reserve') reserve(budgets, model, one);
          else settle(budgets, model, one);
          assertSame(budgets, model);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('count never too little where uses are merged, and exactly when all are in the window', () => {
    const sizes = fc.array(fc.record({ amount: fc.nat(1000), wait: fc.nat(3) }), {
      minLength: 1100,
      maxLength: 9000,
      size: 'max',
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 5000 }), fc.nat(8), (uses, window, every) => {
        const budgets = new Budgets();
        const model = new Model();
        for (const [index, { amount, wait }] of uses.entries()) {
          model.now += wait;
          const made = reserve(budgets, model, { agent: 'a', amount });
          if (index % 9 !== every) continue;
          budgets.rollback(made.id);
          made.state = 'rolled_back';
        }
        const [all, some] = [
          read(budgets, model, { window: 86_400 }),
          read(budgets, model, { window }),
        ];
        assert.equal(all, model.count('a', 86_400));
        assert.ok(some >= model.count('a', window), 'too little');
      }),
      { numRuns: 30 },
    );
  });
});

function reserve(
  budgets: Budgets,
  model: Model,
  { agent, amount }: { readonly agent: string; readonly amount: number },
): Modelled {
  const made = model.reserve(agent, amount);
  const charges = [{ meter: meterOf(60), amount }];
  budgets.reserve({ id: made.id, scopes: { agent }, charges, now: at(model.now) });
  return made;
}

function settle(
  budgets: Budgets,
  model: Model,
  { do: how, of }: { readonly do: (typeof SETTLE)[number]; readonly of: number },
): void {
  const one = model.all[of % Math.max(1, model.all.length)];
  if (!one) return;
  const expected = model.settle(one, how);
  const act = (): void =>
    how === 'reconcile' ? budgets.reconcile(one.id, 'rolled_back') : budgets[how](one.id);
  if (typeof expected === 'object') {
    assert.throws(act, expected);
  } else {
    act();
    one.state = expected;
  }
}

function assertSame(budgets: Budgets, model: Model): void {
  for (const agent of AGENTS) {
    for (const window of [1, 60, 3600]) {
      assert.equal(read(budgets, model, { window, agent }), model.count(agent, window));
    }
  }
  const open = (state: string): string[] =>
    model.all.filter((one) => one.state === state).map(({ id }) => id);
  const listed = budgets.list().map(({ id, state }) => `${state} ${id}`);
  const expected = ['unknown', 'reserved'].flatMap((state) =>
    open(state).map((id) => `${state} ${id}`),
  );
  assert.deepEqual(listed.toSorted(), expected.toSorted());
}

function read(
  budgets: Budgets,
  { now }: Model,
  { window, agent = 'a' }: { readonly window: number; readonly agent?: string },
): number {
  return budgets.read({ agent }, [meterOf(window)], at(now))['m'] ?? 0;
}

function meterOf(windowSeconds: number): Meter {
  return { id: 'm', per: ['agent'], windowSeconds };
}
