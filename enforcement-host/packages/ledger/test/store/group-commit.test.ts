import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isJsonObject, systemClock } from '@axtary/core';

import { LocalFile, type AppendOnlyFile } from '../../src/store/file.js';
import { GroupCommit } from '../../src/store/group-commit.js';
import { verifyLedger } from '../../src/index.js';
import { prepareEntry } from '../../src/record/prepare.js';
import { Tail } from '../../src/store/tail.js';
import { Chain } from '../../src/record/chain.js';
import { linesFrom, startWriter } from '../child.js';
import { decision, inFolder, recordLinesOf } from '../support.js';

// A disk that takes the bytes and then fails to make them durable, while `isFailing`.
class FailingDisk implements AppendOnlyFile {
  readonly #path: string;
  readonly #inner: LocalFile;
  /** What was said of its health. */
  readonly health: (string | undefined)[] = [];
  isFailing = false;
  canRestore = true;
  appends = 0;

  constructor(path: string, inner: LocalFile) {
    this.#path = path;
    this.#inner = inner;
  }

  get size(): number {
    return this.#inner.size;
  }
  assertUnchanged(): void {
    this.#inner.assertUnchanged();
  }
  async append(bytes: Uint8Array): Promise<void> {
    this.appends++;
    if (!this.isFailing) return this.#inner.append(bytes);
    await appendFile(this.#path, bytes);
    throw new Error('EIO: i/o error, fdatasync');
  }
  async restore(): Promise<void> {
    if (!this.canRestore) throw new Error('EIO: i/o error, ftruncate');
    await this.#inner.restore();
  }
  truncate(size: number): Promise<void> {
    return this.#inner.truncate(size);
  }
  readTail(length: number): Promise<Uint8Array> {
    return this.#inner.readTail(length);
  }
  close(): Promise<void> {
    return this.#inner.close();
  }
}

async function onFailingDisk(
  use: (disk: FailingDisk, append: (id: string) => Promise<unknown>, path: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, 'ledger.jsonl');
    const disk = new FailingDisk(path, await LocalFile.open(path));
    const commit = new GroupCommit({
      file: disk,
      tail: new Tail(systemClock, new Chain().state(), 0),
      signing: undefined,
      every: { records: 100, milliseconds: 60_000 },
      unsigned: 0,
      rotateAt: Number.POSITIVE_INFINITY,
      rotate: () => Promise.reject(new TypeError('expected no rotation')),
      onCommit: () => undefined,
      onHealth: (fault) => disk.health.push(fault?.code),
    });
    await use(disk, (id) => commit.append([prepareEntry(decision(id))]), path);
    await disk.close();
  });
}

const WRITE_FAILED = { code: 'LEDGER_WRITE_FAILED' };

describe('GroupCommit', () => {
  it('writes what waits together as one', () =>
    onFailingDisk(async (disk, append) => {
      await Promise.all(['a', 'b', 'c'].map(append));
      assert.equal(disk.appends, 1);
    }));

  it('acknowledges nothing that is not durable, and goes on where it stood', () =>
    onFailingDisk(async (disk, append, path) => {
      await append('first');
      const before = await readFile(path, 'utf8');
      disk.isFailing = true;
      const attempts = ['a', 'b', 'c'].map((id) => assert.rejects(append(id), WRITE_FAILED));
      await Promise.all(attempts);
      assert.equal(await readFile(path, 'utf8'), before);
      disk.isFailing = false;
      await append('second');
      const lines = await recordLinesOf(path);
      assert.equal(lines.length, 2);
      assert.match(lines[1] ?? '', /"decisionId":"second".*"seq":1/);
    }));

  it('writes nothing behind what a failed write left, until that could be taken back', () =>
    onFailingDisk(async (disk, append, path) => {
      await append('first');
      const before = await readFile(path, 'utf8');
      disk.isFailing = true;
      disk.canRestore = false;
      await assert.rejects(append('a'), WRITE_FAILED);
      disk.isFailing = false;
      await assert.rejects(append('b'), WRITE_FAILED);
      assert.equal(disk.appends, 2);
      disk.canRestore = true;
      await append('second');
      assert.ok((await readFile(path, 'utf8')).startsWith(before));
      assert.match((await recordLinesOf(path)).at(-1) ?? '', /"decisionId":"second".*"seq":1/);
    }));

  it('says once that appending fails and once that it works again', () =>
    onFailingDisk(async (disk, append) => {
      await append('first');
      assert.deepEqual(disk.health, []);
      disk.isFailing = true;
      await assert.rejects(append('a'), WRITE_FAILED);
      await assert.rejects(append('b'), WRITE_FAILED);
      disk.isFailing = false;
      await append('second');
      await append('third');
      assert.deepEqual(disk.health, ['LEDGER_WRITE_FAILED', undefined]);
    }));

  it('stays whole on a full disk, and appends again once there is space', async function () {
    if (!hasPrlimit()) this.skip();
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const writer = startWriter('fill', path);
      const ended = once(writer, 'close');
      const { value: said } = await linesFrom(writer).next();
      await ended;
      assert.ok(isJsonObject(said));
      assert.deepEqual(said['errors'], Array(3).fill('LEDGER_WRITE_FAILED'));
      assert.deepEqual(said['health'], ['LEDGER_WRITE_FAILED', null]);
      assert.equal(said['after'], Number(said['full']) + 4);
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED', report.message);
      assert.ok(report.size > 10);
    });
  });
});

function hasPrlimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
