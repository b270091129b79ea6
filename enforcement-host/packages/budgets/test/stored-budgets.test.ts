import assert from 'node:assert/strict';

import {
  InMemoryBudgetStore,
  StoredBudgets,
  type BudgetEvent,
  type BudgetStore,
} from '../src/index.js';
import { acme, at, inFolder, money, openStore } from './support.js';

const clock = { now: () => at(0) };
const FAILED = { name: 'BudgetError', code: 'BUDGET_STORE_FAILED' };

/** A store whose appends wait until they are let go, or refused. */
class HeldStore extends InMemoryBudgetStore {
  readonly #waiting: { go: () => void; refuse: (error: Error) => void }[] = [];

  override async append(events: readonly BudgetEvent[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ go: resolve, refuse: reject });
    });
    await super.append(events);
  }

  async let<T>(how: 'go' | 'refuse', act: Promise<T>): Promise<T> {
    this.#waiting.shift()?.[how](new Error('disk full'));
    return act;
  }
}

function request(id: string, { amount = 1, max = 100 } = {}) {
  return { id, scopes: acme, charges: [{ meter: money, amount, currency: 'USD', max }] };
}

function used(budgets: StoredBudgets): number | undefined {
  return budgets.read(acme, [money])['money'];
}

describe('StoredBudgets', () => {
  it('lets exactly 100 of 1,000 concurrent spends of 1 through, in any store', () =>
    inFolder(async (folder) => {
      const file = `${folder}/budgets.jsonl`;
      const stores: [BudgetStore, (open: BudgetStore) => Promise<BudgetStore>][] = [
        [new InMemoryBudgetStore(), (store) => Promise.resolve(store)],
        [await openStore(file), () => openStore(file)],
      ];
      for (const [store, reopened] of stores) {
        const budgets = await StoredBudgets.open(store, { clock });
        const results = await Promise.all(
          Array.from({ length: 1000 }, (_, n) => budgets.reserve(request(`p${n}`))),
        );
        const reserved = results.flatMap((one) => (one.isReserved ? [one.reservation] : []));
        assert.equal(reserved.length, 100);
        await Promise.all(reserved.map(({ id }) => budgets.commit(id)));
        await budgets.close();
        const after = await StoredBudgets.open(await reopened(store), { clock });
        assert.equal(used(after), 100);
        assert.deepEqual(after.list(), []);
        assert.equal((await after.reserve(request('one more'))).isReserved, false);
        await after.close();
      }
    }));

  it('goes on with what it was, after each step', async () => {
    const store = new InMemoryBudgetStore();
    const budgets = await StoredBudgets.open(store, { clock });
    for (const id of ['done', 'undone', 'open', 'lost', 'found']) {
      await budgets.reserve(request(id, { amount: 10 }));
    }
    await budgets.commit('done');
    await budgets.rollback('undone');
    await budgets.markUnknown('lost');
    await budgets.markUnknown('found');
    await budgets.reconcile('found', { as: 'rolled_back', by: 'user:a' });
    const restored = await StoredBudgets.open(store, { clock });
    assert.deepEqual([used(budgets), used(restored)], [30, 30]);
    const states = (from: StoredBudgets) => from.list().map(({ id, state }) => `${id} ${state}`);
    assert.deepEqual(states(budgets), ['lost unknown', 'open reserved']);
    assert.deepEqual(states(restored).toSorted(), ['lost unknown', 'open unknown']);
    await restored.commit('lost');
    await restored.reconcile('open', { as: 'rolled_back', by: 'user:a' });
    assert.equal(used(await StoredBudgets.open(store, { clock })), 20);
  });

  it('counts a reservation while it is being stored, and gives it back where it is not', async () => {
    const store = new HeldStore();
    const budgets = await StoredBudgets.open(store, { clock });
    const first = budgets.reserve(request('a', { amount: 60 }));
    assert.equal(used(budgets), 60);
    assert.equal((await budgets.reserve(request('b', { amount: 60 }))).isReserved, false);
    await assert.rejects(store.let('refuse', first), FAILED);
    assert.equal(used(budgets), 0);
    const second = budgets.reserve(request('c', { amount: 60 }));
    assert.equal((await store.let('go', second)).isReserved, true);
  });

  it('leaves as it was what could not be settled durably', async () => {
    const store = new HeldStore();
    const budgets = await StoredBudgets.open(store, { clock });
    await store.let('go', budgets.reserve(request('a', { amount: 60 })));
    for (const settle of ['rollback', 'commit', 'markUnknown'] as const) {
      await assert.rejects(store.let('refuse', budgets[settle]('a')), FAILED);
      assert.equal(used(budgets), 60);
      assert.deepEqual(budgets.list()[0]?.state, 'reserved');
    }
    await store.let('go', budgets.rollback('a'));
    assert.equal(used(budgets), 0);
  });

  it('settles once of any number of attempts at the same time, not before it is stored', async () => {
    const store = new HeldStore();
    const budgets = await StoredBudgets.open(store, { clock });
    const settled = { code: 'RESERVATION_ALREADY_SETTLED' };
    const reserving = budgets.reserve(request('a', { amount: 60 }));
    await assert.rejects(budgets.commit('a'), settled);
    await store.let('go', reserving);
    const first = budgets.rollback('a');
    await assert.rejects(budgets.commit('a'), settled);
    assert.equal(used(budgets), 60);
    await store.let('go', first);
    await assert.rejects(budgets.rollback('a'), settled);
    await assert.rejects(budgets.commit('never made'), { code: 'RESERVATION_UNKNOWN' });
    await store.let('go', budgets.reserve(request('b')));
    await assert.rejects(budgets.reconcile('b', { as: 'committed', by: 'user:a' }), {
      code: 'RESERVATION_IN_FLIGHT',
    });
  });

  it('does not open what cannot be read', async () => {
    const store: BudgetStore = {
      load: () => {
        throw new Error('gone');
      },
      append: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    await assert.rejects(StoredBudgets.open(store), FAILED);
  });
});
