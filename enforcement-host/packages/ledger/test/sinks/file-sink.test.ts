import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  FileSink,
  LEDGER_FORMATS,
  SinkError,
  type LedgerEvent,
  type LedgerFormat,
} from '../../src/index.js';
import { CONTEXT, eventsWith } from '../formats/events.js';
import { parseCsv } from '../formats/parsers.js';
import { inFolder } from '../support.js';

const EVENTS = eventsWith('x');

function sink(file: string, format: LedgerFormat = LEDGER_FORMATS.jsonl): FileSink {
  return new FileSink({ file, format, context: CONTEXT });
}

/** Delivers as a process of its own would: the file is opened, and closed at the end. */
async function deliver(file: string, events: readonly LedgerEvent[]): Promise<void> {
  const one = sink(file);
  await one.deliver(events);
  await one.close();
}

async function seqs(file: string): Promise<number[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
}

describe('a file sink', () => {
  it('appends lines to a file for this account only, in a folder that it makes', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'new', 'events.jsonl');
      const first = sink(file);
      assert.deepEqual(await first.deliver(EVENTS.slice(0, 2)), { rejected: 0 });
      await first.deliver(EVENTS.slice(2));
      await first.close();
      const second = sink(file);
      await second.deliver(EVENTS.slice(0, 1));
      await second.close();
      assert.deepEqual(await seqs(file), [1, 2, 3, 4, 1]);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    });
  });

  it('begins every file with the header of its format, once', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'events.csv');
      const csv = sink(file, LEDGER_FORMATS.csv);
      await csv.deliver(EVENTS.slice(0, 1));
      await csv.deliver(EVENTS.slice(1, 2));
      await rename(file, join(folder, 'events.1.csv'));
      await csv.deliver(EVENTS.slice(2, 3));
      await truncate(file, 0);
      await csv.deliver(EVENTS.slice(3));
      await csv.close();
      const old = parseCsv(await readFile(join(folder, 'events.1.csv'), 'utf8'));
      const now = parseCsv(await readFile(file, 'utf8'));
      assert.deepEqual(
        old.map(([seq]) => seq),
        ['seq', '1', '2'],
      );
      assert.deepEqual(
        now.map(([seq]) => seq),
        ['seq', '4'],
      );
    });
  });

  it('makes a file that was rotated away anew, and leaves the old one as it was', async () => {
    await inFolder(async (folder) => {
      const [file, old] = [join(folder, 'events.jsonl'), join(folder, 'events.1.jsonl')];
      const one = sink(file);
      await one.deliver(EVENTS.slice(0, 2));
      await rename(file, old);
      await one.deliver(EVENTS.slice(2));
      await one.close();
      assert.deepEqual(
        [await seqs(old), await seqs(file)],
        [
          [1, 2],
          [3, 4],
        ],
      );
    });
  });

  it('cuts off what a crash left of a line when that line comes again', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'events.jsonl');
      await deliver(file, EVENTS.slice(0, 1));
      const second = LEDGER_FORMATS.jsonl.write(EVENTS[1] ?? assert.fail(), CONTEXT);
      for (const length of [1, 40, second.length - 1]) {
        await appendFile(file, second.slice(0, length));
        await deliver(file, EVENTS.slice(1));
        assert.deepEqual(await seqs(file), [1, 2, 3, 4], String(length));
        const { length: whole } = LEDGER_FORMATS.jsonl.write(EVENTS[0] ?? assert.fail(), CONTEXT);
        await truncate(file, whole);
      }
    });
  });

  it('closes an unfinished line that is not its own, and cuts nothing off', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'notes.txt');
      await writeFile(file, 'mine\nalso mine');
      await deliver(file, EVENTS.slice(0, 1));
      const lines = (await readFile(file, 'utf8')).split('\n');
      assert.deepEqual(lines.slice(0, 2), ['mine', 'also mine']);
      assert.match(lines[2] ?? '', /^\{"body"/);
    });
  });

  it('is unavailable while the file cannot be written, and goes on when it can', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'events.jsonl');
      await mkdir(file);
      const one = sink(file);
      await assert.rejects(one.deliver(EVENTS), (error) => {
        assert.ok(error instanceof SinkError && error.code === 'SINK_UNAVAILABLE');
        assert.match(error.message, /^events\.jsonl cannot be written: EISDIR/);
        return true;
      });
      await rename(file, join(folder, 'away'));
      await one.deliver(EVENTS);
      await one.close();
      assert.deepEqual(await seqs(file), [1, 2, 3, 4]);
    });
  });
});
