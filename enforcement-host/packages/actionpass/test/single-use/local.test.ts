import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { LocalSingleUseStore } from '../../src/index.js';
import { HOUR, MINUTE, after, settableClock, withFolder } from './support.js';

const unavailable = { name: 'SingleUseError', code: 'SINGLE_USE_UNAVAILABLE' };
/** Names of hours and floors count hours since the epoch. */
const FIRST = after(0).getTime() / HOUR;

async function marksIn(folder: string): Promise<Record<string, number>> {
  const hours = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
  const counted = hours.map(async (hour) => {
    const marks = await readdir(path.join(folder, hour));
    return [String(Number(hour) - FIRST), marks.length] as const;
  });
  return Object.fromEntries(await Promise.all(counted));
}

describe('LocalSingleUseStore', () => {
  it('remembers after a restart, and with the clock set back', () =>
    withFolder(async (folder) => {
      const clock = settableClock();
      const opened = () => new LocalSingleUseStore(folder, { clock });
      assert.equal(await opened().use('key', after(MINUTE)), true);
      assert.equal(await opened().use('key', after(MINUTE)), false);
      clock.at = 2 * HOUR;
      assert.equal(await opened().use('other', after(3 * HOUR)), true);
      assert.deepEqual(await marksIn(folder), { 2: 1, 3: 1 });
      clock.at = 0;
      assert.equal(await opened().use('key', after(MINUTE)), false, 'forgotten, and refused');
      assert.equal(await opened().use('never used', after(MINUTE)), false);
      assert.equal(await opened().use('other', after(3 * HOUR)), false);
      assert.equal(await opened().use('key', after(2 * HOUR + MINUTE)), true);
    }));

  it('is shared by instances whose clocks differ', () =>
    withFolder(async (folder) => {
      const [early, late] = [settableClock(), settableClock()];
      const slow = new LocalSingleUseStore(folder, { clock: early });
      const fast = new LocalSingleUseStore(folder, { clock: late });
      assert.equal(await slow.use('one', after(HOUR + MINUTE)), true);
      late.at = HOUR;
      assert.equal(await fast.use('one', after(2 * HOUR + MINUTE)), false);
      assert.equal(await fast.use('two', after(HOUR + MINUTE)), true);
      // The hour that is still open for the slow one has been removed by the other.
      assert.equal(await slow.use('three', after(MINUTE)), false);
      assert.equal(await slow.use('four', after(HOUR + MINUTE)), true);
      assert.equal(await slow.use('two', after(HOUR + MINUTE)), false);
    }));

  it('refuses by an hour that another instance closes while the mark is made', () =>
    withFolder(async (folder) => {
      const [early, late] = [settableClock(), settableClock()];
      const slow = new LocalSingleUseStore(folder, { clock: early });
      await slow.use('warm', after(MINUTE));
      late.at = HOUR;
      await new LocalSingleUseStore(folder, { clock: late }).use('close', after(HOUR + MINUTE));
      const hour = path.join(folder, String(FIRST));
      await mkdir(hour);
      assert.equal(await slow.use('late', after(MINUTE)), false);
      assert.equal((await readdir(hour)).length, 1, 'the mark was made before it was refused');
    }));

  it('forgets by whole hours, and keeps the latest sixteen floors', () =>
    withFolder(async (folder) => {
      const clock = settableClock();
      const store = new LocalSingleUseStore(folder, { clock });
      for (let hour = 0; hour < 20; hour++) {
        clock.at = hour * HOUR;
        for (const key of ['a', 'b']) {
          assert.equal(await store.use(`${key}${hour}`, after(clock.at + MINUTE)), true);
        }
      }
      assert.deepEqual(await marksIn(folder), { 19: 2 });
      const floors = (await readdir(folder)).filter((name) => name.startsWith('floor-')).sort();
      assert.equal(floors.length, 16);
      assert.equal(floors.at(-1), `floor-${FIRST + 19}`);
    }));

  it('marks every hour of a lifetime, so that another expiry cannot miss it', () =>
    withFolder(async (folder) => {
      const clock = settableClock();
      const store = new LocalSingleUseStore(folder, { clock });
      assert.equal(await store.use('key', after(2 * HOUR)), true);
      assert.deepEqual(await marksIn(folder), { 0: 1, 1: 1, 2: 1 });
      for (const expiry of [MINUTE, HOUR, 5 * HOUR]) {
        assert.equal(await store.use('key', after(expiry)), false);
      }
    }));

  it('completes what a crash left: a folder without a floor, and a floor without its removals', () =>
    withFolder(async (folder) => {
      await mkdir(path.join(folder, String(FIRST - 5)), { recursive: true });
      await writeFile(path.join(folder, String(FIRST - 5), 'mark'), '');
      await mkdir(path.join(folder, String(FIRST)));
      await writeFile(path.join(folder, `floor-${FIRST - 1}`), '');
      const store = new LocalSingleUseStore(folder, { clock: settableClock() });
      assert.equal(await store.use('key', after(MINUTE)), true);
      assert.deepEqual(await marksIn(folder), { 0: 1 });
    }));

  it('is for the owner alone', () =>
    withFolder(async (folder) => {
      await new LocalSingleUseStore(folder, { clock: settableClock() }).use('key', after(MINUTE));
      const hour = path.join(folder, String(FIRST));
      const [mark = ''] = await readdir(hour);
      assert.match(mark, /^[0-9a-f]{64}$/);
      const modes = [folder, hour, path.join(hour, mark), path.join(folder, `floor-${FIRST}`)];
      const found = await Promise.all(modes.map(async (file) => (await stat(file)).mode & 0o777));
      assert.deepEqual(found, [0o700, 0o700, 0o600, 0o600]);
    }));

  describe('refuses everything', () => {
    const clock = settableClock();
    const used = async (folder: string) => {
      const store = new LocalSingleUseStore(folder, { clock });
      await store.use('key', after(MINUTE));
      return store;
    };

    it('when its folder is removed, and does not begin anew', () =>
      withFolder(async (folder) => {
        const store = await used(folder);
        await rm(folder, { recursive: true });
        for (const key of ['key', 'other']) {
          await assert.rejects(store.use(key, after(MINUTE)), unavailable);
        }
        await assert.rejects(stat(folder), { code: 'ENOENT' });
      }));

    it('when the hour it marks is moved away', () =>
      withFolder(async (folder) => {
        const store = await used(folder);
        await rename(path.join(folder, String(FIRST)), path.join(folder, 'away'));
        await assert.rejects(store.use('key', after(MINUTE)), unavailable);
      }));

    it('when a file is in the way, until it is gone', () =>
      withFolder(async (folder) => {
        await writeFile(folder, '');
        const store = new LocalSingleUseStore(folder, { clock });
        await assert.rejects(store.use('key', after(MINUTE)), unavailable);
        await rm(folder);
        assert.equal(await store.use('key', after(MINUTE)), true);
      }));

    it('when the parent of its folder is missing, until it is there', () =>
      withFolder(async (folder) => {
        const store = new LocalSingleUseStore(path.join(folder, 'deeper'), { clock });
        await assert.rejects(store.use('key', after(MINUTE)), unavailable);
        await mkdir(folder);
        assert.equal(await store.use('key', after(MINUTE)), true);
      }));

    it('when a file is where an hour should be', () =>
      withFolder(async (folder) => {
        await mkdir(folder);
        await writeFile(path.join(folder, String(FIRST)), '');
        const store = new LocalSingleUseStore(folder, { clock });
        await assert.rejects(store.use('key', after(MINUTE)), unavailable);
      }));

    it('with a TypeError for an expiry beyond 31 days, but not for 31 days', () =>
      withFolder(async (folder) => {
        const store = await used(folder);
        const limit = 31 * 24 * HOUR;
        await assert.rejects(store.use('key', after(limit + 1)), TypeError);
        assert.equal(await store.use('key', after(limit)), false);
      }));
  });
});
