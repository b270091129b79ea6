import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '@axtary/core/digest';

import { GitAnchor, parseVerifierKey, type Checkpoint } from '../../src/index.js';
import { parseNote, verifyNote } from '../../src/anchors/note.js';
import { inFolder } from '../support.js';
import { newRepository } from './kinds.js';
import { newNoteSigner } from './ledgers.js';

const LOG = `log_${'A'.repeat(22)}`;
const FILE = `axtary/${LOG}.checkpoint`;
const env = { PATH: process.env['PATH'] };
const signer = newNoteSigner(LOG);

function checkpoint(size: number, changes: Partial<Checkpoint> = {}): Checkpoint {
  return { log: LOG, size, root: sha256(`root ${size}`), head: sha256(`${size}`), ...changes };
}

function git(repository: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  return execFileSync('git', ['-C', repository, ...identity, ...args], { env, encoding: 'utf8' });
}

// Makes the last commit one that claims to be signed, as who checks it must run a program.
function signTip(repository: string): void {
  const signature = '-----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----';
  const ref = 'refs/heads/axtary-anchors';
  const commit = git(repository, 'cat-file', 'commit', ref);
  const input = commit.replace('\n\n', `\ngpgsig ${signature}\n\n`);
  const args = ['-C', repository, 'hash-object', '-t', 'commit', '-w', '--stdin'];
  const signed = execFileSync('git', args, { env, input, encoding: 'utf8' }).trim();
  git(repository, '-c', 'core.hooksPath=/dev/null', 'update-ref', ref, signed);
}

describe('a git anchor', () => {
  it('has room for ledgers that commit to one branch at the same time', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      const logs = ['A', 'B', 'C', 'D'].map((letter) => `log_${letter.repeat(22)}`);
      const receipts = await Promise.all(
        logs.map((log) => {
          const anchor = new GitAnchor({ repository, signer: newNoteSigner(log), env });
          return anchor.push(checkpoint(5, { log }));
        }),
      );
      assert.deepEqual(
        receipts.map(({ anchor }) => [anchor.log, anchor.size]),
        logs.map((log) => [log, 5]),
      );
    });
  });

  it('commits a note a checkpoint and reads them with commit and time', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      const anchor = new GitAnchor({ repository, signer, env });
      await anchor.push(checkpoint(5));
      const { anchor: last, note = '' } = await anchor.push(checkpoint(9));
      const tip = git(repository, 'rev-parse', 'axtary-anchors').trim();
      assert.equal(last.by, `git:axtary-anchors@${tip}`);
      assert.equal(git(repository, 'show', `axtary-anchors:${FILE}`), note);
      const parsed = parseNote(note);
      assert.ok(parsed && verifyNote(parsed, [parseVerifierKey(signer.verifierKey)]));
      const anchors = await anchor.read(LOG);
      assert.deepEqual(
        anchors.map(({ size, root }) => [size, root]),
        [
          [5, sha256('root 5')],
          [9, sha256('root 9')],
        ],
      );
      const seconds = git(repository, 'log', '-1', '--format=%ct', tip).trim();
      assert.equal(Date.parse(anchors[1]?.at ?? ''), Number(seconds) * 1000);
    });
  });

  it('gives whoever asks for signed notes those alone that these keys have signed', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      const key = parseVerifierKey(signer.verifierKey);
      const other = newNoteSigner(LOG);
      await new GitAnchor({ repository, signer, env }).push(checkpoint(5));
      await new GitAnchor({ repository, signer: other, env }).push(checkpoint(9));
      const anchor = new GitAnchor({ repository, env });
      const sizes = async (...keys: readonly string[]): Promise<number[]> => {
        const anchors = await anchor.signedBy(keys.map(parseVerifierKey)).read(LOG);
        return anchors.map(({ size }) => size);
      };
      assert.deepEqual(await sizes(signer.verifierKey), [5]);
      assert.deepEqual(await sizes(signer.verifierKey, other.verifierKey), [5, 9]);
      assert.deepEqual(await sizes(newNoteSigner(LOG).verifierKey), []);
      assert.deepEqual(await sizes(), []);
      git(repository, 'checkout', '--quiet', 'axtary-anchors');
      const forged = git(repository, 'show', `axtary-anchors~1:${FILE}`).replace('\n5\n', '\n7\n');
      await writeFile(join(repository, FILE), forged);
      git(repository, 'commit', '--quiet', '-am', 'another size');
      assert.equal((await anchor.read(LOG)).at(-1)?.size, 7);
      assert.deepEqual(
        (await anchor.signedBy([key]).read(LOG)).map(({ size }) => size),
        [5],
      );
    });
  });

  it('touches neither branch, index nor files of whoever works there', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      await writeFile(join(repository, 'work.txt'), 'one\n');
      git(repository, 'add', '.');
      git(repository, 'commit', '--quiet', '-m', 'work');
      await writeFile(join(repository, 'work.txt'), 'two\n');
      git(repository, 'add', '.');
      await writeFile(join(repository, 'work.txt'), 'three\n');
      const before = [
        git(repository, 'status', '--porcelain=2', '--branch'),
        await readdir(repository),
      ];
      await new GitAnchor({ repository, signer, env }).push(checkpoint(5));
      const after = [
        git(repository, 'status', '--porcelain=2', '--branch'),
        await readdir(repository),
      ];
      assert.deepEqual(after, before);
    });
  });

  it('keeps other files of its branch, and other ledgers', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      await writeFile(join(repository, 'README'), 'anchors\n');
      git(repository, 'add', '.');
      git(repository, 'commit', '--quiet', '-m', 'work');
      git(repository, 'branch', 'anchors/of-ada');
      const anchor = new GitAnchor({ repository, signer, env, branch: 'anchors/of-ada' });
      const other = `log_${'B'.repeat(22)}`;
      await anchor.push(checkpoint(5));
      await anchor.push(checkpoint(3, { log: other }));
      const files = git(repository, 'ls-tree', '-r', '--name-only', 'anchors/of-ada');
      assert.deepEqual(files.trim().split('\n'), ['README', FILE, `axtary/${other}.checkpoint`]);
      assert.deepEqual(
        (await anchor.read(LOG)).map(({ size }) => size),
        [5],
      );
    });
  });

  it('runs no hook, and no program that the repository names', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      const trace = join(folder, 'trace');
      const program = join(folder, 'program');
      await writeFile(program, `#!/bin/sh\necho "$0" >> '${trace}'\n`);
      await chmod(program, 0o755);
      const hooks = join(repository, '.git', 'hooks');
      await mkdir(hooks, { recursive: true });
      const names = ['reference-transaction', 'pre-commit', 'post-commit', 'post-index-change'];
      for (const name of names) {
        await writeFile(join(hooks, name), `#!/bin/sh\necho ${name} >> '${trace}'\n`);
        await chmod(join(hooks, name), 0o755);
      }
      for (const key of [
        'core.fsmonitor',
        'core.pager',
        'core.editor',
        'gpg.program',
        'diff.external',
      ]) {
        git(repository, 'config', key, program);
      }
      for (const key of ['commit.gpgSign', 'log.showSignature']) {
        git(repository, 'config', key, 'true');
      }
      const anchor = new GitAnchor({ repository, signer, env });
      await anchor.push(checkpoint(5));
      signTip(repository);
      await anchor.push(checkpoint(6));
      assert.equal((await anchor.read(LOG)).length, 2);
      assert.equal((await readdir(folder)).includes('trace'), false);
    });
  });

  it('commits once where the same is pushed twice', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'), '--bare');
      const anchor = new GitAnchor({ repository, signer, env });
      const first = await anchor.push(checkpoint(5));
      assert.deepEqual(await anchor.push(checkpoint(5)), first);
      assert.equal((await anchor.read(LOG)).length, 1);
    });
  });

  it('pushes to a remote, and fails where the remote has moved on', async () => {
    await inFolder(async (folder) => {
      const remote = newRepository(join(folder, 'remote'), '--bare');
      const [one, two] = ['one', 'two'].map((name) => {
        const repository = newRepository(join(folder, name));
        git(repository, 'remote', 'add', 'origin', remote);
        return new GitAnchor({ repository, signer, env, remote: 'origin' });
      });
      assert.ok(one && two);
      await one.push(checkpoint(5));
      await one.push(checkpoint(9));
      const seen = new GitAnchor({ repository: remote, env });
      assert.deepEqual(
        (await seen.read(LOG)).map(({ size }) => size),
        [5, 9],
      );
      await assert.rejects(two.push(checkpoint(12)), { code: 'ANCHOR_UNAVAILABLE' });
      assert.equal((await seen.read(LOG)).at(-1)?.size, 9);
    });
  });

  it('follows no GIT_ variable to another repository', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      const other = newRepository(join(folder, 'other'));
      const led = { ...env, GIT_DIR: join(other, '.git'), GIT_INDEX_FILE: join(folder, 'index') };
      await new GitAnchor({ repository, signer, env: led }).push(checkpoint(5));
      assert.equal(git(other, 'for-each-ref'), '');
      assert.notEqual(git(repository, 'for-each-ref'), '');
    });
  });

  it('passes over what is no note, and has none where there is no branch', async () => {
    await inFolder(async (folder) => {
      const repository = newRepository(join(folder, 'repository'));
      const anchor = new GitAnchor({ repository, signer, env });
      assert.deepEqual(await anchor.read(LOG), []);
      await anchor.push(checkpoint(5));
      git(repository, 'checkout', '--quiet', 'axtary-anchors');
      await writeFile(join(repository, FILE), 'nothing of ours\n');
      git(repository, 'commit', '--quiet', '-am', 'break');
      git(repository, 'rm', '--quiet', FILE);
      git(repository, 'commit', '--quiet', '-m', 'remove');
      git(repository, 'checkout', '--quiet', '--detach');
      await anchor.push(checkpoint(9));
      assert.deepEqual(
        (await anchor.read(LOG)).map(({ size }) => size),
        [5, 9],
      );
    });
  });

  it('fails where there is no repository, and takes plain names only', async () => {
    await inFolder(async (folder) => {
      const anchor = new GitAnchor({ repository: join(folder, 'none'), signer, env });
      await assert.rejects(anchor.push(checkpoint(5)), { code: 'ANCHOR_UNAVAILABLE' });
      for (const branch of ['-f', '', 'a..b', 'a/', '/a', 'a b', 'a:b', 'x.lock/../y', '@{1}']) {
        assert.throws(() => new GitAnchor({ repository: folder, env, branch }), TypeError, branch);
      }
      for (const remote of ['--upload-pack=x', 'ext::sh', 'https://a.example', '../x', '']) {
        assert.throws(() => new GitAnchor({ repository: folder, env, remote }), TypeError, remote);
      }
      const unsigned = new GitAnchor({ repository: newRepository(join(folder, 'r')), env });
      await assert.rejects(unsigned.push(checkpoint(5)), TypeError);
      await assert.rejects(async () => unsigned.read('../x'), TypeError);
    });
  });
});
