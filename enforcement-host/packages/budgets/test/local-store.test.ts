import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { BudgetEvent, LocalBudgetStore } from '../src/index.js';
import { at, inFolder, openStore, whileFilesMayGrowTo } from './support.js';

const FAILED = { name: 'BudgetError', code: 'BUDGET_STORE_FAILED' };
const HEADER = '{"type":"budgets","version":1}\n';

function reserved(id: string, seconds = 0): BudgetEvent {
  const uses = [
    { meter: 'money', scope: { tenant: 'org:acme\u2028' }, amount: 5, currency: 'USD' },
  ];
  return { type: 'reserved', id, at: at(seconds).toISOString(), uses };
}

function ended(type: 'committed' | 'rolled_back' | 'unknown', id: string): BudgetEvent {
  return { type, id, at: at(1).toISOString() };
}

async function eventsIn(file: string): Promise<readonly BudgetEvent[]> {
  const store = await openStore(file);
  try {
    return await loaded(store);
  } finally {
    await store.close();
  }
}

async function loaded(store: LocalBudgetStore): Promise<readonly BudgetEvent[]> {
  const events: BudgetEvent[] = [];
  for await (const event of store.load()) events.push(event);
  return events;
}

function inFile(use: (file: string) => Promise<void>): Promise<void> {
  return inFolder((folder) => use(path.join(folder, 'budgets.jsonl')));
}

describe('LocalBudgetStore', () => {
  it('keeps events in the order of the calls, for this account only', () =>
    inFile(async (file) => {
      const events = Array.from({ length: 300 }, (_, n) => reserved(`r${n}`));
      const store = await openStore(file);
      await Promise.all(events.map((event) => store.append([event])));
      await store.append([ended('committed', 'r0'), ended('unknown', 'r1')]);
      await store.close();
      assert.deepEqual(await eventsIn(file), [
        ...events,
        ended('committed', 'r0'),
        ended('unknown', 'r1'),
      ]);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    }));

  it('belongs to one at a time', () =>
    inFile(async (file) => {
      const store = await openStore(file);
      await assert.rejects(openStore(file), FAILED);
      await store.close();
      await (await openStore(file)).close();
    }));

  it('finishes what waits when it is closed, and takes nothing more', () =>
    inFile(async (file) => {
      const store = await openStore(file);
      const waiting = store.append([reserved('a')]);
      await waiting;
      await store.close();
      await assert.rejects(store.append([reserved('b')]), FAILED);
      assert.deepEqual(await eventsIn(file), [reserved('a')]);
    }));

  it('cuts off a last line that was torn at any byte', () =>
    inFile(async (file) => {
      const kept = `${HEADER}${JSON.stringify(reserved('a'))}\n`;
      const torn = JSON.stringify(reserved('b'));
      for (let end = 0; end <= torn.length; end++) {
        await writeFile(file, kept + torn.slice(0, end));
        assert.deepEqual(await eventsIn(file), [reserved('a')]);
        assert.equal(await readFile(file, 'utf8'), kept);
      }
      await writeFile(file, kept + '\0'.repeat(512));
      assert.deepEqual(await eventsIn(file), [reserved('a')]);
      for (let end = 0; end < HEADER.length; end++) {
        await writeFile(file, HEADER.slice(0, end));
        assert.deepEqual(await eventsIn(file), []);
        assert.equal(await readFile(file, 'utf8'), HEADER);
      }
    }));

  it('touches nothing that is damaged, or is no store', () =>
    inFile(async (file) => {
      const line = JSON.stringify(reserved('a'));
      const texts = [
        'a file of somebody else',
        'a file of\nsomebody else\n',
        `${HEADER.replace('1', '2')}${line}\n`,
        `${HEADER}${line.replace('"amount":5', '"amount":-5')}\n`,
        `${HEADER}${line.replace('"amount":5', '"amount":0.5')}\n`,
        `${HEADER}${line.replace('USD', 'usd')}\n`,
        `${HEADER}${line.replace('{', '{"more":1,')}\n`,
        `${HEADER}\n${line}\n`,
        `${HEADER}${line}\n${line}x`,
      ];
      for (const text of texts) {
        await writeFile(file, text);
        await assert.rejects(eventsIn(file), FAILED, text);
        assert.equal(await readFile(file, 'utf8'), text);
      }
      await writeFile(file, HEADER);
      await symlink(file, `${file}.link`);
      await assert.rejects(openStore(`${file}.link`), FAILED);
      await assert.rejects(openStore(path.dirname(file)), FAILED);
      execFileSync('mkfifo', [`${file}.pipe`]);
      await assert.rejects(openStore(`${file}.pipe`), FAILED);
      await assert.rejects(openStore(path.join(file, 'none', 'such')), FAILED);
    }));

  it('stores no event that it would not read back', () =>
    inFile(async (file) => {
      const store = await openStore(file);
      const wrong = { ...reserved('a'), id: '' };
      await assert.rejects(store.append([reserved('b'), wrong]), FAILED);
      await store.append([reserved('c')]);
      await store.close();
      assert.deepEqual(await eventsIn(file), [reserved('c')]);
    }));

  it('stores nothing while the disk takes nothing, and goes on when it does again', () =>
    inFile(async (file) => {
      const store = await openStore(file);
      await store.append([reserved('before')]);
      await whileFilesMayGrowTo(1000, async () => {
        const attempts = Array.from({ length: 20 }, (_, n) => store.append([reserved(`r${n}`)]));
        for (const { status } of await Promise.allSettled(attempts)) {
          assert.equal(status, 'rejected');
        }
        await assert.rejects(store.append([reserved('a'), ...many(20)]), FAILED);
        await store.append([reserved('small')]);
      });
      await store.append([reserved('after')]);
      await store.close();
      assert.deepEqual(
        await eventsIn(file),
        ['before', 'small', 'after'].map((id) => reserved(id)),
      );
    }));

  it('stores nothing more in a file that somebody else has changed, until it is opened anew', () =>
    inFile(async (file) => {
      const changes = [
        () => appendFile(file, `${JSON.stringify(reserved('theirs'))}\n`),
        () => rm(file),
        () => writeFile(file, HEADER),
      ];
      for (const change of changes) {
        const store = await openStore(file);
        await store.append([reserved('ours')]);
        await change();
        await assert.rejects(store.append([reserved('lost')]), FAILED);
        await assert.rejects(store.append([reserved('lost')]), FAILED);
        await store.close();
        assert.ok((await eventsIn(file)).every(({ id }) => id !== 'lost'));
      }
    }));

  it('removes what counts no more when the file has grown, and nothing that does', () =>
    inFile(async (file) => {
      const store = await openStore(file, 4096);
      await store.append([reserved('kept'), reserved('lost'), ended('unknown', 'lost')]);
      for (let n = 0; n < 200; n++) {
        await store.append([reserved(`r${n}`), ended('rolled_back', `r${n}`)]);
      }
      const at = '2026-03-01T10:00:00.000Z';
      const reconciled = { type: 'reconciled', at, as: 'rolled_back', by: 'user:a' } as const;
      for (let n = 200; n < 300; n++) {
        await store.append([reserved(`r${n}`), { ...reconciled, id: `r${n}` }]);
      }
      await store.append([ended('committed', 'kept')]);
      const { size } = await stat(file);
      await store.close();
      assert.ok(size < 4096 + 1024, `${size} bytes`);
      const left = (await eventsIn(file)).filter(({ id }) => !id.startsWith('r'));
      assert.deepEqual(left, [
        reserved('kept'),
        reserved('lost'),
        ended('unknown', 'lost'),
        ended('committed', 'kept'),
      ]);
      assert.deepEqual(await readdir(path.dirname(file)), ['budgets.jsonl']);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    }));

  it('removes what no window reaches, by the time of what it holds', () =>
    inFile(async (file) => {
      const month = 31 * 86_400;
      const store = await openStore(file);
      await store.append([reserved('old'), reserved('young', 1), reserved('new', month)]);
      await store.close();
      const small = await openStore(file, 1);
      assert.deepEqual(await loaded(small), [reserved('young', 1), reserved('new', month)]);
      await small.close();
    }));

  it('goes on with the larger file where there is no room for a smaller one', () =>
    inFile(async (file) => {
      const store = await openStore(file);
      const events = many(20);
      await store.append(events);
      await store.close();
      await whileFilesMayGrowTo(500, async () => {
        const full = await openStore(file, 1);
        assert.deepEqual(await loaded(full), events);
        await full.close();
      });
      assert.deepEqual(await readdir(path.dirname(file)), ['budgets.jsonl']);
      assert.deepEqual(await eventsIn(file), events);
    }));
});

function many(count: number): readonly BudgetEvent[] {
  return Array.from({ length: count }, (_, n) => reserved(`m${n}`));
}
