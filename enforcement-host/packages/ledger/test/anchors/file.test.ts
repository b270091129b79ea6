import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '@axtary/core/digest';

import { FileAnchor, type Checkpoint } from '../../src/index.js';
import { inFolder } from '../support.js';
import { CLOCK } from './ledgers.js';

const LOG = `log_${'A'.repeat(22)}`;

function checkpoint(size: number, changes: Partial<Checkpoint> = {}): Checkpoint {
  return { log: LOG, size, root: sha256(`root ${size}`), head: sha256(`${size}`), ...changes };
}

function sizes(anchors: readonly { readonly size: number }[]): number[] {
  return anchors.map(({ size }) => size);
}

describe('a file of anchors', () => {
  it('holds one canonical line a checkpoint, for this account only', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'deep', 'heads.jsonl');
      const anchor = new FileAnchor(path, CLOCK);
      const { anchor: kept } = await anchor.push(checkpoint(5));
      const { head, root } = checkpoint(5);
      assert.equal(
        await readFile(path, 'utf8'),
        `{"at":"2026-01-02T03:04:05.678Z","by":"file","head":"${head}","log":"${LOG}",` +
          `"root":"${root}","size":5}\n`,
      );
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      assert.deepEqual(await anchor.read(LOG), [kept]);
    });
  });

  it('holds many ledgers, and the same checkpoint once', async () => {
    await inFolder(async (folder) => {
      const anchor = new FileAnchor(join(folder, 'heads.jsonl'), CLOCK);
      const other = `log_${'B'.repeat(22)}`;
      await anchor.push(checkpoint(5));
      await anchor.push(checkpoint(3, { log: other }));
      await anchor.push(checkpoint(5));
      await anchor.push(checkpoint(6));
      assert.deepEqual(sizes(await anchor.read(LOG)), [5, 6]);
      assert.deepEqual(sizes(await anchor.read(other)), [3]);
    });
  });

  it('refuses to go back, also when it is opened anew', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'heads.jsonl');
      await new FileAnchor(path, CLOCK).push(checkpoint(5));
      const anchor = new FileAnchor(path, CLOCK);
      const conflict = { code: 'ANCHOR_CONFLICT' };
      const message = 'file knows 5 records, but the ledger has 4';
      await assert.rejects(anchor.push(checkpoint(4)), { ...conflict, message });
      await assert.rejects(anchor.push(checkpoint(5, { root: sha256('other') })), conflict);
      assert.deepEqual(sizes(await anchor.read(LOG)), [5]);
    });
  });

  it('goes on after half a line that a crash left', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'heads.jsonl');
      const anchor = new FileAnchor(path, CLOCK);
      await anchor.push(checkpoint(5));
      await appendFile(path, '{"at":"2026-01-0');
      await anchor.push(checkpoint(6));
      assert.deepEqual(sizes(await anchor.read(LOG)), [5, 6]);
    });
  });

  it('has no anchors where there is no file, and says when it is none', async () => {
    await inFolder(async (folder) => {
      assert.deepEqual(await new FileAnchor(join(folder, 'none'), CLOCK).read(LOG), []);
      await mkdir(join(folder, 'folder'));
      const anchor = new FileAnchor(join(folder, 'folder'), CLOCK);
      await assert.rejects(anchor.read(LOG), { code: 'ANCHOR_UNREADABLE' });
      const blocked = new FileAnchor(join(folder, 'file', 'heads.jsonl'), CLOCK);
      await writeFile(join(folder, 'file'), '');
      await assert.rejects(blocked.push(checkpoint(5)), { code: 'ANCHOR_UNREADABLE' });
    });
  });

  it('is not written through a symbolic link', async () => {
    await inFolder(async (folder) => {
      await symlink(join(folder, 'elsewhere'), join(folder, 'heads.jsonl'));
      const anchor = new FileAnchor(join(folder, 'heads.jsonl'), CLOCK);
      await assert.rejects(anchor.push(checkpoint(5)), { code: 'ANCHOR_WRITE_FAILED' });
    });
  });
});
