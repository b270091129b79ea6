import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { acquireLock, LocalJsonlLedger } from '../../src/index.js';
import { firstLine, startWriter } from '../child.js';
import { call, inFolder } from '../support.js';

const LOCKED = { code: 'LEDGER_LOCKED' };

describe('acquireLock', () => {
  it('gives a path to one holder at a time, whatever way leads to its folder', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'real'));
      await symlink(join(folder, 'real'), join(folder, 'alias'));
      const lock = await acquireLock(join(folder, 'real', 'file'));
      await assert.rejects(acquireLock(join(folder, 'real', 'file')), LOCKED);
      await assert.rejects(acquireLock(join(folder, 'alias', 'file')), LOCKED);
      const other = await acquireLock(join(folder, 'real', 'other'));
      await other.release();
      await lock.release();
      await (await acquireLock(join(folder, 'alias', 'file'))).release();
    }));

  it('keeps a second process out, and lets it in once the first is killed', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const writer = startWriter('append', path);
      await firstLine(writer);
      const ledger = new LocalJsonlLedger(path);
      await assert.rejects(ledger.append(call('mine')), LOCKED);
      writer.kill('SIGKILL');
      await once(writer, 'close');
      await ledger.append(call('mine'));
      await ledger.close();
    }));

  it('is not held by a ledger that failed to open', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'folder');
      await mkdir(path);
      await assert.rejects(new LocalJsonlLedger(path).open(), { code: 'LEDGER_UNREADABLE' });
      await (await acquireLock(path)).release();
    }));
});
