import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { LocalJsonApprovalQueueStore } from '../src/index.js';
import { actionNo, inFolder, request } from './support.js';

const damaged = { code: 'APPROVAL_STORE_DAMAGED' };
const WRITER = fileURLToPath(new URL('killed-writer.ts', import.meta.url));

/** Starts a writer, kills it -9 after so many finished requests, and returns those. */
async function killAfter(folder: string, from: number, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, folder, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const finished: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    finished.push(line);
    if (finished.length === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return finished;
}

describe('LocalJsonApprovalQueueStore on disk', () => {
  it('is read by the next process as it was left', () =>
    inFolder(async (folder) => {
      const { id } = await new LocalJsonApprovalQueueStore(folder).create(request());
      const next = new LocalJsonApprovalQueueStore(folder);
      await next.approve({ id, approvedBy: 'user:r@example.com', reason: '' });
      await new LocalJsonApprovalQueueStore(folder).use(id);
      await assert.rejects(next.use(id), { code: 'APPROVAL_ALREADY_DECIDED' });
    }));

  it('keeps its folder 0700 and its files 0600, also under umask 0', () =>
    inFolder(async (folder) => {
      const before = process.umask(0);
      try {
        const queue = path.join(folder, 'state', 'approvals');
        await new LocalJsonApprovalQueueStore(queue).create(request());
        const [file = ''] = await readdir(queue);
        assert.equal((await stat(queue)).mode & 0o777, 0o700);
        assert.equal((await stat(path.dirname(queue))).mode & 0o777, 0o700);
        assert.equal((await stat(path.join(queue, file))).mode & 0o777, 0o600);
      } finally {
        process.umask(before);
      }
    }));

  it('holds whole items only after its process was killed in the middle, five times', function () {
    this.timeout(60_000);
    return inFolder(async (folder) => {
      for (let round = 0; round < 5; round++) {
        const finished = await killAfter(folder, round * 10_000, 3 + round * 2);
        const store = new LocalJsonApprovalQueueStore(folder);
        const items = await store.list();
        assert.ok(items.length >= finished.length && finished.length > 0);
        for (const id of finished) {
          await assert.rejects(store.use(id), { code: 'APPROVAL_ALREADY_DECIDED' });
        }
      }
    });
  });

  it('is empty where there is no folder yet', () =>
    inFolder(async (folder) => {
      const store = new LocalJsonApprovalQueueStore(path.join(folder, 'none'));
      assert.deepEqual(await store.list(), []);
    }));

  it('ignores files that are none of its own', () =>
    inFolder(async (folder) => {
      await writeFile(path.join(folder, '.axtary_x.tmp'), 'half');
      await writeFile(path.join(folder, 'notes.txt'), '');
      assert.deepEqual(await new LocalJsonApprovalQueueStore(folder).list(), []);
    }));

  it('says so when it cannot be read or written at all', () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'file');
      await writeFile(file, '');
      const store = new LocalJsonApprovalQueueStore(file);
      await assert.rejects(store.list(), { code: 'ENOTDIR' });
      await assert.rejects(store.create(request()), { code: 'ENOTDIR' });
    }));

  for (const [what, damage] of [
    ['half of it is missing', (text) => text.slice(0, text.length / 2)],
    ['it is empty', () => ''],
    ['it is other JSON', () => '{"status":"approved"}'],
    ['a member is there twice', (text) => text.replace('{', '{"status":"approved",')],
    ['a member is unknown', (text) => text.replace('{', '{"admin":true,')],
    ['its payload is another', (text) => text.replace('Rounds the total', 'Sends the total')],
    [
      'its digest is another',
      (text) => text.replace(/"payloadHash":"sha256:./, '"payloadHash":"sha256:x'),
    ],
    ['it is that of another action', (text) => text.replace('"act_1"', '"act_2"')],
  ] satisfies [string, (text: string) => string][]) {
    it(`refuses an item when ${what}`, () =>
      inFolder(async (folder) => {
        const store = new LocalJsonApprovalQueueStore(folder);
        const { id } = await store.create(request());
        const file = path.join(folder, `${id}.json`);
        const text = await readFile(file, 'utf8');
        assert.notEqual(damage(text), text);
        await writeFile(file, damage(text));
        await assert.rejects(store.get(id), damaged);
        await assert.rejects(store.approve({ id, approvedBy: 'user:r', reason: '' }), damaged);
        await assert.rejects(store.list(), damaged);
      }));
  }

  it('refuses an item under the name of another', () =>
    inFolder(async (folder) => {
      const store = new LocalJsonApprovalQueueStore(folder);
      const a = await store.create(request(1));
      const b = await store.create(request(2));
      await writeFile(
        path.join(folder, `${a.id}.json`),
        await readFile(path.join(folder, `${b.id}.json`)),
      );
      await assert.rejects(store.get(a.id), damaged);
    }));

  it('refuses what it could not read back, and stays whole', () =>
    inFolder(async (folder) => {
      const store = new LocalJsonApprovalQueueStore(folder);
      const { id } = await store.create(request());
      await assert.rejects(
        store.deny({ id, deniedBy: 'user:r', reason: 'a lone \ud800' }),
        TypeError,
      );
      await assert.rejects(store.create({ ...request(2), diffNote: '\udc00' }), TypeError);
      assert.deepEqual(
        (await store.list()).map(({ status, action }) => [status, action.id]),
        [['pending', actionNo(1).id]],
      );
    }));
});
