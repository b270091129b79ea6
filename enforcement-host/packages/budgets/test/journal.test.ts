import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Journal } from '../src/journal.js';
import { inFolder, whileFilesMayGrowTo } from './support.js';

function withJournal(use: (journal: Journal, file: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'lines');
    const journal = await Journal.open(file);
    await journal.append(Buffer.from('first\n'));
    try {
      await use(journal, file);
    } finally {
      await journal.close();
    }
  });
}

async function* parts(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('an');
  yield await Promise.resolve(Buffer.from('other\n'));
}

describe('Journal', () => {
  it('takes back what was written in part', () =>
    withJournal(async (journal, file) => {
      await whileFilesMayGrowTo(10, async () => {
        await assert.rejects(journal.append(Buffer.from('second\n')), { code: 'EFBIG' });
      });
      assert.equal(await readFile(file, 'utf8'), 'first\nseco');
      await journal.restore();
      assert.equal(await readFile(file, 'utf8'), 'first\n');
      await journal.append(Buffer.from('third\n'));
      assert.equal(await readFile(file, 'utf8'), 'first\nthird\n');
    }));

  it('takes nothing back in a file that is another or shorter by now', async () => {
    const changes = [
      (file: string) => rm(file),
      (file: string) => writeFile(file, 'fir'),
      async (file: string) => {
        await rm(file);
        await writeFile(file, 'somebody else');
      },
    ];
    for (const change of changes) {
      await withJournal(async (journal, file) => {
        await change(file);
        const before = await readFile(file, 'utf8').catch(() => undefined);
        await assert.rejects(journal.restore());
        assert.equal(await readFile(file, 'utf8').catch(() => undefined), before);
      });
    }
  });

  it('reads no further than what is there', () =>
    withJournal(async (journal, file) => {
      await writeFile(file, '');
      await assert.rejects(journal.lines().next(), /shorter/);
    }));

  it('puts another file in its place, or keeps its own', () =>
    withJournal(async (journal, file) => {
      await journal.adopt(await journal.draft(parts()));
      assert.equal(await readFile(file, 'utf8'), 'another\n');
      await journal.append(Buffer.from('more\n'));
      assert.equal(await readFile(file, 'utf8'), 'another\nmore\n');
      const draft = await journal.draft(parts());
      await rm(file);
      await mkdir(file);
      await assert.rejects(journal.adopt(draft));
    }));
});
