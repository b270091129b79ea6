import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { createFile, createFolder, replaceFile, replaceFileWith } from '../../src/durable-files.js';
import {
  hasStrace,
  inFolder,
  linesOf,
  runWithFault,
  startProgram,
  traceCalls,
  type Fault,
} from './support.js';

async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

/** Whatever the umask of who runs the tests. */
async function withoutUmask(act: () => Promise<void>): Promise<void> {
  const before = process.umask(0);
  try {
    await act();
  } finally {
    process.umask(before);
  }
}

/** With a file that holds "old". */
function withFile(use: (file: string, folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'file');
    await writeFile(file, 'old');
    await use(file, folder);
  });
}

describe('replaceFile', () => {
  it('makes a file 0600 and the folders above it 0700, whatever the umask', () =>
    inFolder((folder) =>
      withoutUmask(async () => {
        const file = path.join(folder, 'a', 'b', 'file');
        await replaceFile(file, 'first');
        await replaceFile(file, 'second');
        assert.equal(await readFile(file, 'utf8'), 'second');
        assert.equal(await modeOf(file), 0o600);
        assert.equal(await modeOf(path.join(folder, 'a')), 0o700);
        assert.equal(await modeOf(path.dirname(file)), 0o700);
        assert.deepEqual(await readdir(path.dirname(file)), ['file']);
      }),
    ));

  it('fits beside a file with the longest name there is', () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'n'.repeat(255));
      await replaceFile(file, 'new');
      assert.equal(await readFile(file, 'utf8'), 'new');
    }));

  it('replaces a link, and leaves what it leads to', () =>
    withFile(async (file, folder) => {
      const link = path.join(folder, 'link');
      await symlink(file, link);
      await replaceFile(link, 'new');
      assert.equal(await readFile(file, 'utf8'), 'old');
      await assert.rejects(readlink(link), { code: 'EINVAL' });
    }));

  it('lets nobody see anything but a whole file, with many writers at once', () =>
    withFile(async (file, folder) => {
      const texts = Array.from({ length: 20 }, (_, n) => `${n} `.repeat(50_000));
      let isDone = false;
      const writing = Promise.all(texts.map((text) => replaceFile(file, text)));
      const ended = writing.finally(() => (isDone = true));
      while (!isDone) {
        const seen = await readFile(file, 'utf8');
        assert.ok(seen === 'old' || texts.includes(seen));
      }
      await ended;
      assert.deepEqual(await readdir(folder), ['file']);
    }));

  it('leaves whole files only when its process is killed at any moment', async function () {
    this.timeout(60_000);
    await withFile(async (file) => {
      for (const lines of [1, 7, 20]) {
        const said = await linesOf(startProgram('replace again and again', file), lines);
        const text = await readFile(file, 'utf8');
        const n = Number(text.split('\n', 1)[0]);
        assert.equal(text, `${n}\n`.repeat(100_000));
        assert.ok(n >= said.length, `${said.length} were durable`);
      }
    });
  });
});

describe('replaceFileWith', () => {
  it('resolves with what was written', () =>
    withFile(async (file) => {
      const written = await replaceFileWith(file, {
        async write(draft) {
          await draft.writeFile('ne');
          await draft.writeFile('w');
          return 3;
        },
      });
      assert.equal(written, 3);
      assert.equal(await readFile(file, 'utf8'), 'new');
    }));

  it('shows the old content until its caller has confirmed', () =>
    withFile(async (file) => {
      await replaceFileWith(file, {
        write: (draft) => draft.writeFile('new'),
        async confirm() {
          assert.equal(await readFile(file, 'utf8'), 'old');
        },
      });
      assert.equal(await readFile(file, 'utf8'), 'new');
    }));

  it('leaves the old content and no draft where its caller rejects', () =>
    withFile(async (file, folder) => {
      const reject = (): Promise<void> => Promise.reject(new RangeError('no'));
      const write = (): Promise<void> => Promise.resolve();
      await assert.rejects(replaceFileWith(file, { write: reject }), RangeError);
      await assert.rejects(replaceFileWith(file, { write, confirm: reject }), RangeError);
      assert.equal(await readFile(file, 'utf8'), 'old');
      assert.deepEqual(await readdir(folder), ['file']);
    }));

  it('leaves no draft where the name cannot be given', () =>
    inFolder(async (folder) => {
      await mkdir(path.join(folder, 'taken'));
      await assert.rejects(replaceFile(path.join(folder, 'taken'), 'new'), { code: 'EISDIR' });
      assert.deepEqual(await readdir(folder), ['taken']);
    }));

  it('makes no folder', () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'missing', 'file');
      const write = (): Promise<void> => Promise.resolve();
      await assert.rejects(replaceFileWith(file, { write }), { code: 'ENOENT' });
      assert.deepEqual(await readdir(folder), []);
    }));

  it('gives the permissions that it is told', () =>
    withFile((file) =>
      withoutUmask(async () => {
        await replaceFileWith(file, { mode: 0o644, write: (draft) => draft.writeFile('new') });
        assert.equal(await modeOf(file), 0o644);
      }),
    ));

  for (const where of ['stand in a draft', 'stand before the name']) {
    it(`leaves the old content when killed where it ${where.replace('stand', 'stands')}`, () =>
      withFile(async (file, folder) => {
        await linesOf(startProgram(where, file), 1);
        assert.equal(await readFile(file, 'utf8'), 'old');
        assert.deepEqual(await readdir(folder), ['file', 'file.new']);
        await replaceFileWith(file, { isOnlyWriter: true, write: (draft) => draft.writeFile('b') });
        assert.equal(await readFile(file, 'utf8'), 'b');
        assert.deepEqual(await readdir(folder), ['file']);
      }));
  }

  it('writes through no link that has the name of its draft', () =>
    withFile(async (file, folder) => {
      const victim = path.join(folder, 'victim');
      await writeFile(victim, 'untouched');
      await symlink(victim, `${file}.new`);
      await replaceFileWith(file, { isOnlyWriter: true, write: (draft) => draft.writeFile('new') });
      assert.equal(await readFile(victim, 'utf8'), 'untouched');
      assert.equal(await readFile(file, 'utf8'), 'new');
    }));
});

describe('createFile', () => {
  it('makes a file 0600, and leaves one that is there', () =>
    inFolder((folder) =>
      withoutUmask(async () => {
        const file = path.join(folder, 'file');
        assert.equal(await createFile(file, 'first'), true);
        assert.equal(await createFile(file, 'second'), false);
        assert.equal(await readFile(file, 'utf8'), 'first');
        assert.equal(await modeOf(file), 0o600);
        assert.deepEqual(await readdir(folder), ['file']);
      }),
    ));

  it('lets one of many win, whose content is there', () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'file');
      const names = Array.from({ length: 20 }, (_, n) => String(n));
      const results = await Promise.all(names.map((name) => createFile(file, name)));
      const winners = names.filter((_, n) => results[n]);
      assert.deepEqual(winners, [await readFile(file, 'utf8')]);
      assert.deepEqual(await readdir(folder), ['file']);
    }));

  it('takes a link that leads nowhere for a file that is there', () =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'file');
      await symlink('nowhere', file);
      assert.equal(await createFile(file, 'new'), false);
      assert.deepEqual(await readdir(folder), ['file']);
    }));
});

describe('createFolder', () => {
  it('leaves a folder that is there as it is', () =>
    inFolder(async (folder) => {
      const open = path.join(folder, 'open');
      await withoutUmask(() => mkdir(open, { mode: 0o755 }).then(() => undefined));
      await createFolder(open);
      assert.equal(await modeOf(open), 0o755);
    }));

  it('makes a folder by a relative path', () =>
    inFolder(async (folder) => {
      const before = process.cwd();
      process.chdir(folder);
      try {
        await createFolder('a');
        await createFolder('b/c/');
      } finally {
        process.chdir(before);
      }
      assert.deepEqual((await readdir(folder, { recursive: true })).sort(), ['a', 'b', 'b/c']);
    }));
});

describe('syncFolder', () => {
  it('refuses what is no folder, and does not wait for a FIFO', function () {
    if (process.platform === 'win32') this.skip();
    return inFolder(async (folder) => {
      const fifo = path.join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      // In a process of its own: a thread that waits could not be ended.
      const said = await linesOf(startProgram('sync a folder', fifo));
      assert.deepEqual(said, ['{"code":"ENOTDIR"}']);
    });
  });
});

describe('what is durable on return', function () {
  this.timeout(60_000);
  before(function () {
    if (!hasStrace()) this.skip();
  });

  it('is the content before the name, and then the name', () =>
    inFolder(async (folder) => {
      const calls = await traceCalls('replace', path.join(folder, 'file'));
      assert.deepEqual(calls, [
        'make draft',
        'fsync draft',
        'rename draft file',
        `fsync ${path.basename(folder)}`,
      ]);
    }));

  it('is a new file, and its name', () =>
    inFolder(async (folder) => {
      const calls = await traceCalls('make a file', path.join(folder, 'file'));
      assert.deepEqual(calls, [
        'make draft',
        'fsync draft',
        'link draft file',
        `fsync ${path.basename(folder)}`,
      ]);
    }));

  it('is the name of each folder that was made', () =>
    inFolder(async (folder) => {
      await mkdir(path.join(folder, 'a'));
      const calls = await traceCalls('make a folder', path.join(folder, 'a', 'b', 'c', 'd'));
      assert.deepEqual(calls, ['fsync c', 'fsync b', 'fsync a']);
    }));

  const faults: readonly (readonly [Fault['call'], Fault['error']])[] = [
    ['openat', 'ENOSPC'],
    ['write', 'ENOSPC'],
    ['fsync', 'EIO'],
    ['rename', 'ENOSPC'],
  ];
  for (const [call, error] of faults) {
    it(`is the old file, without a draft, where ${call} of the draft fails with ${error}`, () =>
      withFile(async (file, folder) => {
        const at = `${file}.new`;
        const said = await runWithFault('replace alone', file, { call, error, at });
        assert.deepEqual(said, { code: error });
        assert.equal(await readFile(file, 'utf8'), 'old');
        assert.deepEqual(await readdir(folder), ['file']);
      }));
  }

  it('is not said of a name whose folder could not be synced', () =>
    withFile(async (file, folder) => {
      const fault = { call: 'fsync', error: 'EIO', at: folder } as const;
      assert.deepEqual(await runWithFault('replace', file, fault), { code: 'EIO' });
      assert.equal(await readFile(file, 'utf8'), 'new');
      assert.deepEqual(await readdir(folder), ['file']);
    }));
});
