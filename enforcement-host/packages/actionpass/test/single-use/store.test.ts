import assert from 'node:assert/strict';

import type { Clock } from '@axtary/core';
import fc from 'fast-check';

import {
  InMemorySingleUseStore,
  LocalSingleUseStore,
  type SingleUseStore,
} from '../../src/index.js';
import { HOUR, MINUTE, after, settableClock, withFolder } from './support.js';

const stores: Readonly<
  Record<string, (test: (open: (clock: Clock) => SingleUseStore) => Promise<void>) => Promise<void>>
> = {
  InMemorySingleUseStore: (test) => test((clock) => new InMemorySingleUseStore({ clock })),
  LocalSingleUseStore: (test) =>
    withFolder((folder) => test((clock) => new LocalSingleUseStore(folder, { clock }))),
};

for (const [name, withStore] of Object.entries(stores)) {
  describe(`any ${name}`, () => {
    it('takes each key once', () =>
      withStore(async (open) => {
        const store = open(settableClock());
        const uses = ['a', 'b', 'a', 'A', '', '', '../a', 'x'.repeat(5000), 'a'];
        const verdicts = [];
        for (const key of uses) verdicts.push(await store.use(key, after(MINUTE)));
        assert.deepEqual(verdicts, [true, true, false, true, true, false, true, true, false]);
      }));

    it('lets one of many concurrent callers win, whatever expiry they name', () =>
      withStore(async (open) => {
        const store = open(settableClock());
        const expiries = Array.from({ length: 40 }, (_, n) => after(MINUTE + (n % 4) * HOUR));
        const verdicts = await Promise.all(expiries.map((expiry) => store.use('key', expiry)));
        assert.equal(verdicts.filter(Boolean).length, 1);
      }));

    it('refuses what has expired already', () =>
      withStore(async (open) => {
        const store = open(settableClock());
        for (const expiry of [after(0), after(-1), after(-50 * HOUR), new Date(0)]) {
          assert.equal(await store.use('key', expiry), false);
        }
        assert.equal(await store.use('key', after(1)), true);
      }));

    it('takes a forgotten key again for a later expiry', () =>
      withStore(async (open) => {
        const clock = settableClock();
        const store = open(clock);
        assert.equal(await store.use('key', after(MINUTE)), true);
        clock.at = HOUR;
        assert.equal(await store.use('key', after(HOUR + MINUTE)), true);
        assert.equal(await store.use('key', after(HOUR + MINUTE)), false);
      }));

    it('refuses a used key for ever by its own expiry, wherever the clock goes', () =>
      withStore(async (open) => {
        const clock = settableClock();
        const store = open(clock);
        await store.use('key', after(MINUTE));
        for (const at of [2 * MINUTE, HOUR, 30 * HOUR, 0, -HOUR, MINUTE - 1]) {
          clock.at = at;
          await store.use(`another at ${at}`, after(at + MINUTE));
          assert.equal(await store.use('key', after(MINUTE)), false, `at ${at}`);
        }
      }));

    it('throws a TypeError for dates that are none', () =>
      withStore(async (open) => {
        const none = new Date(Number.NaN);
        const use = async (clock: Clock, expiry: Date) => open(clock).use('key', expiry);
        await assert.rejects(use(settableClock(), none), TypeError);
        await assert.rejects(use({ now: () => none }, after(MINUTE)), TypeError);
      }));

    it('never grants a key again while its expiry is ahead of the latest time', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              move: fc.constantFrom(0, 0, 0, 1, 20, 70, 200, -1, -30, -90),
              key: fc.constantFrom('a', 'b', 'c'),
              lifetime: fc.constantFrom(1, 30, 61, 150),
            }),
            { maxLength: 25 },
          ),
          (steps) =>
            withStore(async (open) => {
              const clock = settableClock();
              const store = open(clock);
              const grantedUntil = new Map<string, number>();
              let latest = -Infinity;
              for (const { move, key, lifetime } of steps) {
                clock.at += move * MINUTE;
                latest = Math.max(latest, clock.at);
                const expiry = clock.at + lifetime * MINUTE;
                const isGranted = await store.use(key, after(expiry));
                const until = grantedUntil.get(key) ?? -Infinity;
                if (until > latest) assert.equal(isGranted, false, 'granted twice');
                // An hour is the coarsest that any store forgets by.
                if (until <= latest - HOUR && expiry > latest) assert.equal(isGranted, true);
                if (isGranted) grantedUntil.set(key, expiry);
              }
            }),
        ),
        { numRuns: 60 },
      ));
  });
}

describe('InMemorySingleUseStore', () => {
  it('holds no more than twice the unexpired marks, or 1024', async () => {
    const clock = settableClock();
    const store = new InMemorySingleUseStore({ clock });
    let most = 0;
    for (let n = 0; n < 20_000; n++) {
      clock.at = n;
      await store.use(String(n), after(n + 900));
      most = Math.max(most, store.size);
    }
    assert.ok(most >= 900 && most <= 1800, String(most));
  });

  it('refuses a key that it has forgotten when the clock goes back', async () => {
    const clock = settableClock();
    const store = new InMemorySingleUseStore({ clock });
    await store.use('key', after(MINUTE));
    clock.at = MINUTE;
    for (let n = 0; n < 1023; n++) await store.use(String(n), after(2 * MINUTE));
    assert.equal(store.size, 1023, 'swept');
    clock.at = 0;
    assert.equal(await store.use('key', after(MINUTE)), false);
    assert.equal(await store.use('key', after(MINUTE + 1)), true);
  });

  it('sweeps no mark that is unexpired', async () => {
    const clock = settableClock();
    const store = new InMemorySingleUseStore({ clock });
    const keys = Array.from({ length: 3000 }, (_, n) => `key ${n}`);
    const useAll = () => Promise.all(keys.map((key) => store.use(key, after(MINUTE))));
    assert.ok((await useAll()).every(Boolean));
    clock.at = MINUTE - 1;
    assert.ok(!(await useAll()).some(Boolean));
  });
});
