import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import fc from 'fast-check';

import { resolvePath, UpstreamError } from '../src/index.js';
import { newFolder, removeFolders } from './support/folder.js';

// The tree that the spellings below are read in:
//   <top>/outside/secret.txt
//   <top>/work/src/a.ts, <top>/work/.env, <top>/work/x -> src, <top>/work/out -> ../outside
//   <top>/work/self -> ., <top>/work/loop -> loop, <top>/work/dangling -> nowhere
//   <top>/work/proc -> /proc/self/cwd, <top>/work/file-link -> src/a.ts, <top>/work/é (NFD)
async function tree(): Promise<{ top: string; work: string }> {
  const top = await newFolder();
  const work = path.join(top, 'work');
  await mkdir(path.join(top, 'outside'));
  await mkdir(path.join(work, 'src'), { recursive: true });
  await writeFile(path.join(top, 'outside', 'secret.txt'), 's');
  await writeFile(path.join(work, 'src', 'a.ts'), 'a');
  await writeFile(path.join(work, '.env'), 'K=1');
  await writeFile(path.join(work, 'e\u0301'), 'nfd');
  await writeFile(path.join(work, '\u212A'), 'kelvin');
  await symlink('src', path.join(work, 'x'));
  await symlink('../outside', path.join(work, 'out'));
  await symlink('.', path.join(work, 'self'));
  await symlink('loop', path.join(work, 'loop'));
  await symlink('nowhere', path.join(work, 'dangling'));
  await symlink('/proc/self/cwd', path.join(work, 'proc'));
  await symlink('src/a.ts', path.join(work, 'file-link'));
  await symlink(path.join(top, 'outside', 'secret.txt'), path.join(work, 'absolute-link'));
  await symlink('x/../../outside', path.join(work, 'zigzag'));
  return { top, work };
}

const SAME: readonly (readonly [spelling: string, display: string])[] = [
  ['src/a.ts', 'src/a.ts'],
  ['./src/a.ts', 'src/a.ts'],
  ['src//a.ts', 'src/a.ts'],
  ['src///a.ts', 'src/a.ts'],
  ['src/./a.ts', 'src/a.ts'],
  ['././src/././a.ts', 'src/a.ts'],
  ['src/a.ts/', 'src/a.ts'],
  ['src/../src/a.ts', 'src/a.ts'],
  ['src/../.env', '.env'],
  ['./.env', '.env'],
  ['src/new/../a.ts', 'src/a.ts'],
  ['x/a.ts', 'src/a.ts'],
  ['x//a.ts', 'src/a.ts'],
  ['self/src/a.ts', 'src/a.ts'],
  ['self/self/self/.env', '.env'],
  ['self/x/a.ts', 'src/a.ts'],
  ['file-link', 'src/a.ts'],
  ['{work}/src/a.ts', 'src/a.ts'],
  ['{work}//src/a.ts', 'src/a.ts'],
  ['//{work}/.env', '.env'],
  ['{work}/../work/.env', '.env'],
  ['../work/.env', '.env'],
  ['{top}/outside/../work/.env', '.env'],
  ['src', 'src'],
  ['src/', 'src'],
  ['.', '.'],
  ['./', '.'],
  ['self', '.'],
  ['src/..', '.'],
  ['{work}', '.'],
  ['..', '{top}'],
  ['../outside/secret.txt', '{top}/outside/secret.txt'],
  ['src/../../outside/secret.txt', '{top}/outside/secret.txt'],
  ['out/secret.txt', '{top}/outside/secret.txt'],
  ['self/out/secret.txt', '{top}/outside/secret.txt'],
  ['out', '{top}/outside'],
  ['out/new.txt', '{top}/outside/new.txt'],
  ['absolute-link', '{top}/outside/secret.txt'],
  ['zigzag/secret.txt', '{top}/outside/secret.txt'],
  ['../../../../../../../../../../../../etc/hostname', '/etc/hostname'],
  ['/', '/'],
  ['../work-evil/a', '{top}/work-evil/a'],
  ['..a', '..a'],
  ['...', '...'],
  ['.../a', '.../a'],
  ['new/deep/er.ts', 'new/deep/er.ts'],
  ['%2e%2e/outside', '%2e%2e/outside'],
  ['..%2foutside', '..%2foutside'],
  ['%2e%2e%2foutside', '%2e%2e%2foutside'],
  ['SRC/a.ts', 'SRC/a.ts'],
  ['.ENV', '.ENV'],
  ['.env ', '.env '],
  ['.env.', '.env.'],
  [' .env', ' .env'],
  ['.env::$DATA', '.env::$DATA'],
  ['a\u202Etxt.exe', 'a\u202Etxt.exe'],
  ['\uFF0E\uFF0E/outside', '\uFF0E\uFF0E/outside'],
  ['\u2024\u2024/outside', '\u2024\u2024/outside'],
  ['src\u2215a.ts', 'src\u2215a.ts'],
  ['e\u0301', 'e\u0301'],
  ['$HOME/.ssh', '$HOME/.ssh'],
  ['./~/a', '~/a'],
  ['*', '*'],
  ['-rf', '-rf'],
];

const REFUSED: readonly string[] = [
  '',
  '\0',
  'src/a.ts\0.png',
  '.env\n',
  'a\n/../.env',
  'a\r',
  'a\tb',
  '\u001b[2K.env',
  'a\u007f',
  'a\u0085b',
  '\ud800',
  'src\\a.ts',
  '..\\outside\\secret.txt',
  '\\\\server\\share',
  '\\\\?\\C:\\x',
  'C:\\Windows\\x',
  'C:/Windows/x',
  'c:',
  '~',
  '~/.ssh/id_ed25519',
  '~root/.ssh',
  'x/..',
  'x/../.env',
  'out/../work/.env',
  'self/../outside/secret.txt',
  'self/x/../.env',
  'dangling/../.env',
  'loop',
  'loop/a',
  'dangling',
  'dangling/a',
  'src/a.ts/b',
  'src/a.ts/..',
  'src/a.ts/../../.env/x',
  'file-link/b',
  '/proc/self/root/etc/passwd',
  '/proc/self/cwd/.env',
  '/proc/1/environ',
  '/dev/stdin',
  '/dev/fd/3',
  '/dev/null',
  'proc/.env',
  'proc',
  '../../../../../../../../../../proc/self/environ',
  '\u00e9',
  'K',
  'a'.repeat(5000),
  'a'.repeat(300),
];

describe('resolvePath', () => {
  afterEach(removeFolders);

  it('finds one file behind all of its spellings, in or out of the workspace', async () => {
    const { top, work } = await tree();
    const fill = (text: string): string => text.replace('{work}', work).replace('{top}', top);
    for (const [spelling, display] of SAME) {
      const found = await resolvePath(work, fill(spelling));
      assert.equal(found.display, fill(display), spelling);
      assert.equal(
        found.inside,
        found.real === work || found.real.startsWith(`${work}/`),
        spelling,
      );
    }
  });

  it('refuses a spelling that could mean another file', async () => {
    const { work } = await tree();
    for (const spelling of REFUSED) {
      await assert.rejects(resolvePath(work, spelling), UpstreamError, JSON.stringify(spelling));
    }
  });

  it('reads the table of well over sixty spellings', () => {
    assert.ok(SAME.length + REFUSED.length > 100);
  });

  it('takes relative paths from a base, and shows them from the workspace', async () => {
    const { top, work } = await tree();
    assert.equal(
      (await resolvePath(work, 'a.ts', { base: path.join(work, 'src') })).display,
      'src/a.ts',
    );
    const outside = await resolvePath(work, 'secret.txt', { base: path.join(top, 'outside') });
    assert.deepEqual(
      [outside.display, outside.inside],
      [path.join(top, 'outside/secret.txt'), false],
    );
  });

  it('knows the workspace itself by a link to it', async () => {
    const { top, work } = await tree();
    await symlink('work', path.join(top, 'alias'));
    const found = await resolvePath(path.join(top, 'alias'), 'src/a.ts');
    assert.deepEqual([found.display, found.real], ['src/a.ts', path.join(work, 'src/a.ts')]);
  });

  it('says where something exists', async () => {
    const { work } = await tree();
    assert.equal((await resolvePath(work, 'src/a.ts')).exists, true);
    assert.equal((await resolvePath(work, 'src/b.ts')).exists, false);
  });

  it('names the path and what to do', async () => {
    const { work } = await tree();
    await assert.rejects(resolvePath(work, '~/x'), {
      code: 'UPSTREAM_REFUSED',
      message: 'cannot take the path "~/x": write the whole path instead of "~"',
    });
  });

  it('agrees with the kernel on whatever it does not refuse', async () => {
    const { work } = await tree();
    const parts = [
      'src',
      'x',
      'self',
      'out',
      '..',
      '.',
      '',
      'a.ts',
      'secret.txt',
      'zigzag',
      '.env',
    ];
    const spelling = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(spelling, async (segments) => {
        const raw = segments.join('/').replace(/^\/+/, '');
        const ours = await resolvePath(work, raw).catch(() => undefined);
        if (!ours?.exists) return;
        // The kernel may refuse what a lexical reading takes; it must never find another file.
        const file = raw.replace(/\/+$/, '') || '.';
        const kernel = spawnSync('readlink', ['-e', '--', file], { cwd: work });
        if (kernel.status === 0) assert.equal(ours.real, kernel.stdout.toString().trim(), raw);
      }),
      { numRuns: 60 },
    );
  });
});
