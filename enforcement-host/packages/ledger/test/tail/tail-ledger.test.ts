import assert from 'node:assert/strict';
import { copyFile, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  LocalJsonlLedger,
  LocalTailSource,
  SinkError,
  tailLedger,
  type TailOptions,
  type TailReport,
  type TailStatus,
} from '../../src/index.js';
import { call, inFolder, outcome, writeLedger } from '../support.js';
import { away, RecordingSink } from './recording-sink.js';

/** Genesis and the records of so many calls. */
function upTo(calls: number): number[] {
  return Array.from({ length: 1 + 4 * calls }, (_, seq) => seq);
}

const ONCE = { attempts: 3 };

describe('a tail', () => {
  let sink: RecordingSink;
  beforeEach(() => (sink = new RecordingSink()));

  function tail(folder: string, options: Partial<TailOptions> = {}): Promise<TailReport> {
    return follow(folder, { once: ONCE, ...options });
  }

  async function follow(folder: string, options: Partial<TailOptions>): Promise<TailReport> {
    const source = new LocalTailSource(join(folder, 'ledger.jsonl'), { pollMs: 20 });
    try {
      const cursorFile = join(folder, 'tails', 'cursor.json');
      return await tailLedger({ source, sink, cursorFile, ...options });
    } finally {
      source.close();
    }
  }

  it('delivers everything in order and in batches, then only what is new', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 3);
      assert.deepEqual(await tail(folder, { batch: 5 }), { records: 13, next: 13 });
      assert.deepEqual(sink.seqs, upTo(3));
      assert.deepEqual(sink.batches, [5, 5, 3]);
      assert.ok(sink.isClosed);
      const ledger = new LocalJsonlLedger(path);
      await ledger.append(call('more'));
      await ledger.close();
      assert.deepEqual(await tail(folder), { records: 4, next: 17 });
      assert.deepEqual(sink.seqs, upTo(4));
      assert.deepEqual(await tail(folder), { records: 0, next: 17 });
      assert.equal((await stat(join(folder, 'tails', 'cursor.json'))).mode & 0o777, 0o600);
    });
  });

  it('begins where it is told to while it has no cursor', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 3);
      await tail(folder, { from: 9 });
      assert.deepEqual(sink.seqs, [9, 10, 11, 12]);
      await tail(folder, { from: 0 });
      assert.deepEqual(sink.seqs, [9, 10, 11, 12]);
    });
  });

  it('knows the call of an outcome whose decision was delivered before it was started', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      await ledger.append(call(1).slice(0, 3));
      await tail(folder);
      await ledger.append([outcome('int_1')]);
      await ledger.close();
      await tail(folder);
      const last = sink.events.at(-1);
      assert.equal(last?.record.type, 'outcome');
      assert.deepEqual([last.call.tool, last.call.decisionId], ['slack.post', 'dec_1']);
    });
  });

  it('follows a ledger that is written and rotated, until it is stopped', async () => {
    await inFolder(async (folder) => {
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'), { rotateAt: 8192 });
      await ledger.open();
      const stop = new AbortController();
      let calls = 0;
      const write = async (): Promise<void> => {
        if (calls < 40) await ledger.append(call(calls++));
      };
      const states = new Set<TailStatus['state']>();
      sink.onDelivered = write;
      const onStatus = (status: TailStatus): void => {
        states.add(status.state);
        if (status.state === 'caught-up' && status.next === ledger.head().size && calls === 40)
          stop.abort();
      };
      const source = new LocalTailSource(join(folder, 'ledger.jsonl'), { pollMs: 10_000 });
      const cursorFile = join(folder, 'cursor.json');
      const { next } = await tailLedger({
        source,
        sink,
        cursorFile,
        onStatus,
        signal: stop.signal,
      });
      source.close();
      assert.equal(next, ledger.head().size);
      assert.deepEqual(
        sink.seqs,
        Array.from({ length: next }, (_, seq) => seq),
      );
      assert.deepEqual([...states].sort(), ['caught-up', 'delivered']);
      const segments = await stat(join(folder, 'ledger.jsonl.segments'));
      assert.ok(segments.isDirectory());
      await ledger.close();
    });
  });

  it('waits for a receiver that is away, says so, and goes on with the same records', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 1);
      sink.failures.push(away(), away(250), away(), away(), away());
      const waited: number[] = [];
      const errors: string[] = [];
      const stop = new AbortController();
      await follow(folder, {
        signal: stop.signal,
        wait: (ms) => {
          waited.push(ms);
          return Promise.resolve();
        },
        onStatus(status) {
          if (status.state === 'waiting') errors.push(status.error.message);
          if (status.state === 'caught-up') stop.abort();
        },
      });
      assert.deepEqual(sink.seqs, upTo(1));
      assert.equal(errors.length, 5);
      const [first = 0, second, third = 0, , fifth = 0] = waited;
      assert.ok(first >= 500 && first <= 1000, String(first));
      assert.equal(second, 250);
      assert.ok(third >= 2000 && third <= 4000, String(third));
      assert.ok(fifth >= 8000 && fifth <= 16_000, String(fifth));
    });
  });

  it('gives up after so many attempts where it runs once, with its cursor where it was', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 1);
      sink.failures.push(away(), away(), away());
      const wait = (): Promise<void> => Promise.resolve();
      await assert.rejects(tail(folder, { wait }), SinkError);
      assert.ok(sink.isClosed);
      await tail(folder);
      assert.deepEqual(sink.seqs, upTo(1));
    });
  });

  it('ends at once when it is refused, and later goes on with the same records', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 2);
      sink.onDelivered = () => void sink.failures.push(new SinkError('SINK_REFUSED', 'not you'));
      const refused = follow(folder, { batch: 4 });
      await assert.rejects(refused, { code: 'SINK_REFUSED' });
      sink.onDelivered = undefined;
      sink.failures.length = 0;
      await tail(folder);
      assert.deepEqual(sink.seqs, upTo(2));
    });
  });

  it('says what a receiver dropped for good', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 1);
      sink.report = { rejected: 2, why: 'no room' };
      const said: TailStatus[] = [];
      await tail(folder, { onStatus: (status) => said.push(status) });
      assert.deepEqual(said[0], { state: 'rejected', records: 2, why: 'no room' });
    });
  });

  it('stops while it waits, without having delivered', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 1);
      const stop = new AbortController();
      sink.failures.push(away(3_600_000));
      const onStatus = ({ state }: TailStatus): void => {
        if (state === 'waiting') stop.abort();
      };
      const report = await tail(folder, { signal: stop.signal, onStatus });
      assert.deepEqual(report, { records: 0, next: 0 });
    });
  });

  it('does not go on with another ledger, or one that was cut', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 2);
      await copyFile(path, join(folder, 'whole.jsonl'));
      await tail(folder);
      const lines = (await readFile(path, 'utf8')).split('\n');
      await writeFile(path, `${lines.slice(0, 4).join('\n')}\n`);
      await assert.rejects(tail(folder), { code: 'TAIL_LEDGER_DIFFERS' });
      await rename(path, join(folder, 'cut.jsonl'));
      await writeLedger(path, 2);
      await assert.rejects(tail(folder), { code: 'TAIL_LEDGER_DIFFERS' });
      await rename(join(folder, 'whole.jsonl'), path);
      assert.deepEqual(await tail(folder), { records: 0, next: 9 });
    });
  });

  it('does not go on with a ledger that was set back and written on', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 1);
      await copyFile(path, join(folder, 'older.jsonl'));
      for (const [name, isSame] of [
        ['first', true],
        ['second', false],
      ] as const) {
        const ledger = new LocalJsonlLedger(path);
        await ledger.append(call(name));
        await ledger.close();
        if (isSame) await tail(folder);
        else await assert.rejects(tail(folder), { code: 'TAIL_LEDGER_DIFFERS' });
        await rename(join(folder, 'older.jsonl'), path).catch(() => undefined);
      }
    });
  });

  it('does not begin anew where its cursor cannot be read, nor go on where it cannot be kept', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 1);
      await tail(folder);
      const cursor = join(folder, 'tails', 'cursor.json');
      const good = await readFile(cursor, 'utf8');
      for (const text of [
        '',
        '{}',
        '{"seq":-1}',
        good.slice(0, 20),
        good.replace('}', ',"x":1}'),
      ]) {
        await writeFile(cursor, text);
        await assert.rejects(tail(folder), { code: 'TAIL_CURSOR_UNUSABLE' }, text);
      }
      assert.deepEqual(sink.seqs, upTo(1));
    });
  });

  it('lets nobody else use its cursor meanwhile', async () => {
    await inFolder(async (folder) => {
      await writeLedger(join(folder, 'ledger.jsonl'), 1);
      sink.onDelivered = () => assert.rejects(tail(folder), { code: 'LEDGER_LOCKED' });
      await tail(folder);
      sink.onDelivered = undefined;
      await tail(folder);
      assert.deepEqual(sink.seqs, upTo(1));
    });
  });

  it('fails where there is no ledger', async () => {
    await inFolder(async (folder) => {
      await assert.rejects(tail(folder), { code: 'LEDGER_UNREADABLE' });
    });
  });
});
