import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  LedgerIndex,
  LocalJsonlLedger,
  ledgerSource,
  type QueryResult,
  type RecordQuery,
} from '../../src/index.js';
import { call, inFolder } from '../support.js';
import { queryRecords } from '../../src/query-index/query.js';
import { approved, decided, reconciled, unknown, wholeCall } from './contents.js';
import { fillLedger } from './filled.js';
import { LedgerFiles } from './ledger-files.js';
import { naiveQuery } from './naive.js';

const BUILDER = fileURLToPath(new URL('builder.ts', import.meta.url));

function indexOf(files: LedgerFiles): LedgerIndex {
  return new LedgerIndex({ source: files, folder: files.index });
}

function ask(index: LedgerIndex, query: Partial<RecordQuery> = {}): Promise<QueryResult> {
  return index.query({ filter: {}, spans: 10, ...query });
}

/** That the index answers as a plain scan does. */
async function assertRight(files: LedgerFiles, index = indexOf(files)): Promise<void> {
  const filter = { agents: ['agent:a'] };
  const wanted = naiveQuery(files.records, { filter, group: 'task' });
  const found = await ask(index, { filter, group: 'task' });
  assert.deepEqual([...found.seqs], wanted.seqs);
  assert.deepEqual(found.groups, wanted.groups);
  const leaves = await index.leaves(0, files.records.length);
  const hex = files.leaves.map((leaf) => leaf.slice('sha256:'.length)).join('');
  assert.equal(Buffer.from(leaves).toString('hex'), hex);
}

async function sidecars(files: LedgerFiles): Promise<string[]> {
  return (await readdir(files.index)).sort().map((name) => join(files.index, name));
}

describe('the index of a ledger', () => {
  it('keeps one sidecar a sealed file, for this account only, and does not read it again', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      await assertRight(files);
      const kept = await sidecars(files);
      assert.deepEqual(
        kept.map((file) => file.slice(files.index.length + 1)),
        ['0000000000000000.idx', '0000000000000021.idx'],
      );
      for (const file of kept) assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(files.index)).mode & 0o777, 0o700);
      files.reads = 0;
      await assertRight(files);
      assert.equal(files.reads, 20, 'those of the file that grows');
    }));

  it('is made anew where a sidecar is missing, cut or changed in any part', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      await indexOf(files).prepare();
      const [file = ''] = await sidecars(files);
      const whole = await readFile(file);
      await rm(file);
      await assertRight(files);
      assert.deepEqual(await readFile(file), whole, 'the same bytes');
      for (const length of [0, 10, 63, 64, 200, whole.length - 1]) {
        await truncate(file, length);
        await assertRight(files);
        assert.deepEqual(await readFile(file), whole, `cut to ${length}`);
      }
      for (let at = 0; at < whole.length; at += 13) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        await writeFile(file, changed);
        await assertRight(files);
      }
      await writeFile(file, Buffer.concat([whole, Buffer.from('more')]));
      await assertRight(files);
      assert.deepEqual(await readFile(file), whole, 'longer');
    }));

  it('is made anew where a sidecar is of another ledger, or of what the file was before', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(join(folder, 'one'));
      const other = await fillLedger(join(folder, 'two'), { log: `log_${'m'.repeat(22)}` });
      await indexOf(files).prepare();
      await indexOf(other).prepare();
      const [first = '', second = ''] = await sidecars(files);
      const [foreign = '', foreignSecond = ''] = await sidecars(other);
      const own = await readFile(first);
      await writeFile(first, await readFile(foreign));
      await assertRight(files);
      assert.deepEqual(await readFile(first), own);
      await writeFile(first, await readFile(second));
      await writeFile(second, await readFile(foreignSecond));
      await assertRight(files);
      assert.deepEqual(await readFile(first), own);
      const changed = await fillLedger(join(folder, 'one'), { log: `log_${'n'.repeat(22)}` });
      await mkdir(files.index, { recursive: true });
      await writeFile(first, own);
      await assertRight(changed);
    }));

  it('is right after whoever wrote it was killed in the middle', async function () {
    this.timeout(60_000);
    await inFolder(async (folder) => {
      const files = await fillLedger(folder, { segments: 40, calls: 100 });
      for (let round = 0; round < 3; round++) {
        await rm(files.index, { recursive: true, force: true });
        const builder = spawn(process.execPath, ['--import', 'tsx', BUILDER, folder]);
        await once(builder.stdout, 'data');
        await mkdir(files.index, { recursive: true });
        let left = round * 5;
        const watcher = watch(files.index, (_event, name) => {
          if (name?.endsWith('.new') && left-- <= 0) builder.kill('SIGKILL');
        });
        const [, signal] = (await once(builder, 'exit')) as [unknown, string];
        watcher.close();
        assert.equal(signal, 'SIGKILL');
        assert.ok((await sidecars(files)).length < 40, 'not all of them');
        await assertRight(files);
      }
      const names = await sidecars(files);
      assert.ok(names.every((name) => name.endsWith('.idx')));
    });
  });

  it('answers where no sidecar can be kept, and says so', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      await writeFile(files.index, 'a file');
      const errors: unknown[] = [];
      const onError = (error: unknown): void => void errors.push(error);
      const index = new LedgerIndex({ source: files, folder: files.index, cacheBytes: 1, onError });
      await assertRight(files, index);
      assert.ok(errors.length >= 2);
    }));

  it('refuses to answer from a ledger whose chain is broken, and says where', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      const [sealed] = files.sealed;
      const text = await readFile(sealed?.file ?? '', 'utf8');
      await writeFile(sealed?.file ?? '', text.replace('dec_0.3', 'dec_0.9'));
      await assert.rejects(ask(indexOf(files)), { code: 'LEDGER_CHAIN_BROKEN', seq: 14 });
    }));

  it('follows a file that is sealed, and one that another takes the place of', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder, { segments: 1 });
      const index = indexOf(files);
      await assertRight(files, index);
      await files.append(wholeCall({ id: 'more' }));
      files.reads = 0;
      await files.seal();
      await files.append(wholeCall({ id: 'even more' }));
      await assertRight(files, index);
      assert.equal(files.reads, 8, 'what was known of the sealed file is kept');
      const other = await fillLedger(folder, { segments: 2, log: `log_${'m'.repeat(22)}` });
      const moved = new LedgerIndex({
        source: { list: () => other.list(), read: (entry) => other.read(entry) },
        folder: files.index,
      });
      await assertRight(other, moved);
    }));

  it('knows more than 65,535 different tasks of one file, also after a restart', async function () {
    this.timeout(60_000);
    await inFolder(async (folder) => {
      const files = new LedgerFiles(folder);
      const count = 70_000;
      const tasks = Array.from({ length: count }, (_, n) => `${n}`);
      await files.append(tasks.map((task) => decided({ id: task, task })));
      await files.seal();
      for (const index of [indexOf(files), indexOf(files)]) {
        const { groups } = await ask(index, { group: 'task' });
        assert.equal(groups.length, 1000);
        assert.deepEqual(groups[0], { key: `${count - 1}`, count: 1, newest: count - 1 });
        const { seqs } = await ask(index, {
          filter: { tasks: ['300', '65535', '65536', '69999'] },
        });
        assert.deepEqual([...seqs], [69_999, 65_536, 65_535, 300]);
      }
    });
  });

  it('answers the same however little it keeps in memory', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder, { segments: 6 });
      await indexOf(files).prepare();
      const tight = new LedgerIndex({
        source: files,
        folder: files.index,
        cacheBytes: 4096,
        idleMs: 1,
      });
      await assertRight(files, tight);
      tight.release();
      await assertRight(files, tight);
    }));
});

describe('a query', () => {
  it('is not disturbed by records that come later', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      const index = indexOf(files);
      const snapshot = await index.snapshot();
      const before = files.records.length;
      await files.append(wholeCall({ id: 'late' }));
      await files.seal();
      await index.snapshot();
      const { seqs, size } = await queryRecords(snapshot, { filter: {}, spans: 1 });
      assert.deepEqual([seqs.length, size, seqs[0]], [before, before, before - 1]);
      const records = await index.records(seqs);
      assert.equal(records.size, before);
    }));

  it('never reads the file that got the name of one that was sealed', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder, { segments: 1 });
      const index = indexOf(files);
      const query = { filter: { text: 'do it' }, spans: 1 };
      const snapshot = await index.snapshot();
      await files.seal();
      await assert.rejects(queryRecords(snapshot, query), { code: 'LEDGER_CHAIN_BROKEN' });
      await files.append(Array.from({ length: 30 }, (_, n) => decided({ id: `${n}` })));
      await assert.rejects(queryRecords(snapshot, query), { code: 'LEDGER_CHAIN_BROKEN' });
      assert.equal((await index.query(query)).seqs.length, 35);
    }));

  it('sees what is durable and nothing else, while others append', async function () {
    this.timeout(30_000);
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      await ledger.open();
      const source = ledgerSource(path, () => ledger.head().size);
      const index = new LedgerIndex({ source, folder: `${path}.index` });
      let isDone = false;
      const appended = (async () => {
        for (let n = 0; n < 150; n++) await ledger.append(call(n));
        isDone = true;
      })();
      let queries = 0;
      for (; !isDone; queries++) {
        const least = ledger.head().size;
        const { size, seqs } = await ask(index, { filter: { types: ['outcome'] } });
        assert.ok(size >= least && size <= ledger.head().size);
        assert.equal(seqs.length, Math.floor((size - 1) / 4));
        const [seq = 0] = seqs;
        const opened = (await index.records(seqs.subarray(0, 1))).get(seq);
        if (size > 4) assert.equal(opened?.record.type, 'outcome');
      }
      await appended;
      assert.ok(queries > 5);
      await ledger.close();
      const closed = new LedgerIndex({
        source: ledgerSource(path, () => 601),
        folder: `${path}.index`,
      });
      await writeFile(path, '{"body":{"half', { flag: 'a' });
      assert.equal((await ask(closed)).size, 601);
    });
  });

  it('finds the records of one call, over files and approvals, and who they are of', () =>
    inFolder(async (folder) => {
      const files = new LedgerFiles(folder);
      const [again, pass, intent] = wholeCall({ id: '2', action: '1', task: 'x' });
      assert.ok(again && pass && intent);
      const parts = [
        decided({ id: '1', verdict: 'step_up', task: 'x' }),
        approved('dec_1'),
        again,
        pass,
        intent,
        unknown('int_2'),
        reconciled('int_2'),
      ];
      for (const [n, part] of parts.entries()) {
        await files.append([part, decided({ id: `other ${n}`, verdict: 'step_up' })]);
        await files.seal();
      }
      const own = [12, 10, 8, 6, 4, 2, 0];
      for (const index of [indexOf(files), indexOf(files)]) {
        for (const filter of [{ decisionId: 'dec_1' }, { decisionId: 'dec_2' }, { tasks: ['x'] }]) {
          assert.deepEqual([...(await ask(index, { filter })).seqs], own);
        }
        const records = await index.records(own);
        const followed = own.map((seq) => records.get(seq)?.decision);
        assert.deepEqual(followed, [4, 4, 4, 4, 0, 0, undefined]);
      }
    }));

  it('knows the last thousand calls that are open, and forgets those that ended', () =>
    inFolder(async (folder) => {
      const files = new LedgerFiles(folder);
      const ended = Array.from({ length: 1500 }, (_, n) => [
        decided({ id: `asked ${n}`, verdict: 'step_up' }),
        ...wholeCall({ id: `ended ${n}`, action: `asked ${n}` }),
      ]);
      const open = Array.from({ length: 1023 }, (_, n) => decided({ id: `${n}` }));
      const [first, pass, intent, outcome] = wholeCall({ id: 'long', task: 'long' });
      assert.ok(first && pass && intent && outcome);
      await files.append([first, pass, intent, ...ended.flat().concat(open).slice(1), outcome]);
      const tasks = { filter: { tasks: ['long'] } };
      assert.equal((await ask(indexOf(files), tasks)).seqs.length, 4);
      const more = new LedgerFiles(join(folder, 'more'));
      await more.append([first, pass, intent, ...open, decided({ id: 'one more' }), outcome]);
      assert.equal((await ask(indexOf(more), tasks)).seqs.length, 3);
    }));

  it('looks for text in values only, and in what is sealed', () =>
    inFolder(async (folder) => {
      const files = new LedgerFiles(folder);
      await files.append([decided({ id: '1', summary: 'Straße, C:\\new "ÄRGER"\n', task: 'x' })]);
      await files.seal();
      await files.append([decided({ id: '2', summary: 'NEU' })]);
      await files.append([decided({ id: '3', summary: 'say "hi": now' })]);
      const index = indexOf(files);
      const find = async (text: string): Promise<number[]> => [
        ...(await ask(index, { filter: { text } })).seqs,
      ];
      assert.deepEqual(await find('STRAßE'), [0]);
      assert.deepEqual(await find('"ärger"\n'), [0]);
      assert.deepEqual(await find('c:\\NEW'), [0]);
      assert.deepEqual(await find('\new'), []);
      assert.deepEqual(await find('ne'), [1, 0]);
      assert.deepEqual(await find('hi'), [2]);
      assert.deepEqual(await find('.*'), []);
      assert.deepEqual(await find('slack:c1'), [2, 1, 0]);
      assert.deepEqual(await find('summary'), [], 'the name of a member');
      assert.deepEqual(await find('needle-in'), [], 'a digest in the line');
      assert.deepEqual(await find('s'.repeat(22)), [], 'a salt');
      assert.deepEqual(await find('STRASSE'), []);
    }));

  it('ends a search for text early at a limit, with the newest records', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      const index = indexOf(files);
      const size = files.records.length;
      const limits = { hits: 3, milliseconds: 60_000 };
      const found = await ask(index, { filter: { text: 'log_' }, limits });
      assert.deepEqual([...found.seqs], [size - 1, size - 2, size - 3]);
      assert.equal(found.isWhole, false);
      const late = { hits: 100, milliseconds: -1 };
      assert.equal((await ask(index, { filter: { text: 'absent' }, limits: late })).isWhole, false);
      assert.equal((await ask(index, { filter: { text: 'absent' } })).isWhole, true);
    }));

  it('ends when its signal does', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      const controller = new AbortController();
      controller.abort(new RangeError('replaced'));
      await assert.rejects(ask(indexOf(files), { signal: controller.signal }), /replaced/);
    }));

  it('finds nothing in an empty result, with an empty timeline', () =>
    inFolder(async (folder) => {
      const files = await fillLedger(folder);
      const found = await ask(indexOf(files), { filter: { types: [] }, group: 'task' });
      assert.deepEqual(found.groups, []);
      assert.deepEqual(found.timeline, { start: 0, spanMs: 1, spans: [] });
      await assert.rejects(indexOf(files).leaves(0, 1000), TypeError);
    }));
});
