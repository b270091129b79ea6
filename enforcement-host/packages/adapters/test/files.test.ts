import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';

import type { HandlerCall, JsonObject, JsonValue, Pin } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import { createFileHandlers, createFilePinChecker } from '../src/index.js';
import { writeAtomically } from '../src/shell-and-files/atomic-write.js';
import { newFolder, removeFolders } from './support/folder.js';

const never = new AbortController().signal;

async function run(root: string, tool: string, payload: JsonObject): Promise<JsonValue> {
  return runUntil(never, root, { tool, payload });
}

async function runUntil(
  signal: AbortSignal,
  root: string,
  call: Pick<HandlerCall, 'tool' | 'payload'>,
): Promise<JsonValue> {
  const handler = createFileHandlers({ root })[call.tool];
  assert.ok(handler);
  return handler({ ...call, resource: 'file:x', signal } as HandlerCall);
}

describe('createFileHandlers', () => {
  let root: string;

  beforeEach(async () => {
    root = path.join(await newFolder(), 'root');
    await mkdir(root);
  });
  afterEach(removeFolders);

  it('writes, reads and lists what is below its root', async () => {
    const wrote = await run(root, 'fs.write', { path: 'new/a.txt', content: 'grüß' });
    assert.deepEqual(wrote, { path: 'new/a.txt', bytes: 6, created: true });
    const read = await run(root, 'fs.read', { path: path.join(root, 'new/a.txt') });
    assert.deepEqual(read, {
      path: 'new/a.txt',
      content: 'grüß',
      bytes: 6,
      digest: sha256('grüß'),
    });
    await symlink('new', path.join(root, 'z'));
    assert.deepEqual(await run(root, 'fs.list', { path: '.' }), {
      path: '.',
      entries: [
        { name: 'new', type: 'folder' },
        { name: 'z', type: 'link' },
      ],
      truncated: false,
    });
  });

  it('keeps the mode of a file that it replaces, and leaves nothing else behind', async () => {
    const file = path.join(root, 'run.sh');
    await writeFile(file, 'old');
    await chmod(file, 0o777);
    const { ino } = await stat(file);
    await run(root, 'fs.write', { path: 'run.sh', content: 'new' });
    assert.equal((await stat(file)).mode & 0o777, 0o777);
    assert.notEqual((await stat(file)).ino, ino);
    assert.equal(await readFile(file, 'utf8'), 'new');
    assert.deepEqual(await readdir(root), ['run.sh']);
  });

  it('does not write through a hard link to a file outside', async () => {
    const outside = path.join(root, '..', 'outside.txt');
    await writeFile(outside, 'kept');
    await link(outside, path.join(root, 'inside.txt'));
    await run(root, 'fs.write', { path: 'inside.txt', content: 'changed' });
    assert.equal(await readFile(outside, 'utf8'), 'kept');
  });

  it('refuses every way out of its root', async () => {
    await writeFile(path.join(root, '..', 'secret'), 's');
    await symlink('..', path.join(root, 'up'));
    await symlink('../secret', path.join(root, 'link'));
    for (const way of [
      '../secret',
      'up/secret',
      'link',
      '/etc/hostname',
      path.join(root, '../secret'),
    ]) {
      for (const [tool, more] of [
        ['fs.read', {}],
        ['fs.write', { content: 'x' }],
        ['fs.list', {}],
      ] as const) {
        await assert.rejects(
          run(root, tool, { path: way, ...more }),
          { code: 'UPSTREAM_REFUSED' },
          way,
        );
      }
    }
    assert.equal(await readFile(path.join(root, '..', 'secret'), 'utf8'), 's');
    await assert.rejects(run(root, 'fs.write', { path: '../new/x', content: '' }), {
      code: 'UPSTREAM_REFUSED',
    });
    assert.deepEqual((await readdir(path.join(root, '..'))).sort(), ['root', 'secret']);
  });

  it('refuses pipes without waiting for them, folders, and what is not there', async () => {
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    await mkdir(path.join(root, 'folder'));
    for (const [tool, payload] of [
      ['fs.read', { path: 'pipe' }],
      ['fs.write', { path: 'pipe', content: 'x' }],
      ['fs.read', { path: 'folder' }],
      ['fs.write', { path: 'folder', content: 'x' }],
      ['fs.write', { path: '.', content: 'x' }],
      ['fs.read', { path: 'missing' }],
      ['fs.list', { path: 'missing' }],
      ['fs.list', { path: 'pipe' }],
      ['fs.read', {}],
      ['fs.read', { path: 7 }],
      ['fs.read', { path: null }],
      ['fs.read', { path: [] }],
      ['fs.read', { path: {} }],
      ['fs.write', { path: 'a' }],
    ] as const) {
      await assert.rejects(
        run(root, tool, payload),
        { code: 'UPSTREAM_REFUSED' },
        JSON.stringify(payload),
      );
    }
    assert.deepEqual((await readdir(root)).sort(), ['folder', 'pipe']);
  });

  it('refuses more than it can hold', async () => {
    const big = 'x'.repeat(4 * 1024 * 1024 + 1);
    await writeFile(path.join(root, 'big'), big);
    await assert.rejects(run(root, 'fs.read', { path: 'big' }), /larger than 4194304/);
    await assert.rejects(
      run(root, 'fs.write', { path: 'other', content: big }),
      /larger than 4194304/,
    );
  });

  it('does not hand on bytes that are not text', async () => {
    await writeFile(path.join(root, 'image'), new Uint8Array([0xff, 0xd8, 0, 1]));
    await assert.rejects(run(root, 'fs.read', { path: 'image' }), {
      code: 'UPSTREAM_RESPONSE_INVALID',
    });
  });

  it('does nothing once it was told to stop', async () => {
    const stopped = AbortSignal.abort();
    const write = runUntil(stopped, root, {
      tool: 'fs.write',
      payload: { path: 'a', content: 'x' },
    });
    await assert.rejects(write, { code: 'UPSTREAM_TIMEOUT' });
    assert.deepEqual(await readdir(root), []);
  });

  it('tells a disk that fails from a request that is refused', async () => {
    const long = 'n'.repeat(240);
    await assert.rejects(run(root, 'fs.write', { path: `${long}${long}`, content: '' }), {
      code: 'UPSTREAM_UNREACHABLE',
      message: /ENAMETOOLONG/,
    });
  });

  it('takes an absolute root only', () => {
    assert.throws(() => createFileHandlers({ root: 'relative' }), TypeError);
  });
});

describe('writeAtomically', () => {
  afterEach(removeFolders);

  it('leaves the old bytes and no trace where the last check fails', async () => {
    const folder = await newFolder();
    const file = path.join(folder, 'a');
    await writeFile(file, 'old');
    const refuse = (): Promise<void> => Promise.reject(new RangeError('no'));
    await assert.rejects(writeAtomically(file, Buffer.from('new'), refuse), RangeError);
    assert.deepEqual(await readdir(folder), ['a']);
    assert.equal(await readFile(file, 'utf8'), 'old');
  });

  it('shows the old bytes under the name until the very end', async () => {
    const folder = await newFolder();
    const file = path.join(folder, 'a');
    await writeFile(file, 'old');
    await writeAtomically(file, Buffer.from('new'), async () => {
      assert.equal(await readFile(file, 'utf8'), 'old');
    });
    assert.equal(await readFile(file, 'utf8'), 'new');
  });
});

describe('createFilePinChecker', () => {
  let folder: string;
  const digest = 'absent' as const;

  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(removeFolders);

  function check(subject: string, kind: Pin['kind'] = 'file', signal = never): Promise<string> {
    return createFilePinChecker()({ kind, subject, digest }, {} as never, signal);
  }

  it('tells the digest of a file, small or large, and that there is none', async () => {
    const large = 'x'.repeat(700_000);
    await writeFile(path.join(folder, 'a'), 'hello');
    await writeFile(path.join(folder, 'b'), large);
    assert.equal(await check(path.join(folder, 'a')), sha256('hello'));
    assert.equal(await check(path.join(folder, 'b')), sha256(large));
    assert.equal(await check(path.join(folder, 'c')), 'absent');
    assert.equal(await check(path.join(folder, 'c', 'd')), 'absent');
  });

  it('refuses a file that became a link, or lies behind one', async () => {
    await mkdir(path.join(folder, 'real'));
    await writeFile(path.join(folder, 'real', 'a'), 'hello');
    await symlink('real/a', path.join(folder, 'b'));
    await assert.rejects(check(path.join(folder, 'b')), { code: 'UPSTREAM_REFUSED' });
    await rename(path.join(folder, 'real'), path.join(folder, 'moved'));
    await symlink('moved', path.join(folder, 'real'));
    await assert.rejects(check(path.join(folder, 'real', 'a')), /leads to another file/);
  });

  it('refuses what is no regular file, and pins of another kind', async () => {
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    await assert.rejects(check(path.join(folder, 'pipe')), /not a regular file/);
    await assert.rejects(check(folder), /not a regular file/);
    await assert.rejects(check(path.join(folder, 'a'), 'tool_definition'), /pin of a file/);
  });

  it('stops with its signal', async () => {
    await writeFile(path.join(folder, 'a'), 'hello');
    const stopped = check(path.join(folder, 'a'), 'file', AbortSignal.abort());
    await assert.rejects(stopped, { code: 'UPSTREAM_TIMEOUT' });
  });
});
