import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, stat, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import {
  LocalJsonlLedger,
  SharedJsonlLedger,
  verifyLedger,
  type LedgerRecord,
} from '../../src/index.js';
import { MAX_MESSAGE_BYTES, openEntry, readRequest } from '../../src/shared/messages.js';
import { RecentRecords } from '../../src/shared/recent-records.js';
import { prepareEntry } from '../../src/record/prepare.js';
import { appendPrepared } from '../../src/store/local-ledger.js';
import { call, decision, inFolder, newSigner, outcome, recordsOf } from '../support.js';
import { figuresOf, runEight } from './eight-processes.js';

const CALL = ['decision', 'pass', 'intent', 'outcome'];

describe('SharedJsonlLedger', () => {
  it('forwards to the one that writes, and gives the records back', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const writer = new SharedJsonlLedger(path);
      const forwarder = new SharedJsonlLedger(path);
      const mine = await writer.append(call('w'));
      const theirs = await forwarder.append(call('f'));
      assert.deepEqual([writer.isWriter, forwarder.isWriter], [true, false]);
      assert.deepEqual(await recordsOf(path).then((all) => all.slice(1)), [...mine, ...theirs]);
      if (process.platform !== 'win32') {
        assert.equal((await stat(`${path}.sock`)).mode & 0o777, 0o600);
      }
      await forwarder.close();
      await writer.close();
    }));

  it('keeps the order of calls, and waits for them when it closes', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const writer = new SharedJsonlLedger(path);
      await writer.open();
      const forwarder = new SharedJsonlLedger(path);
      const names = Array.from({ length: 300 }, (_, n) => `dec_${n}`);
      const appends = names.map((name) => forwarder.append([decision(name)]));
      await forwarder.close();
      await Promise.all(appends);
      assert.deepEqual(decisionsOf(await recordsOf(path)), names);
      await assert.rejects(forwarder.append(call('late')), { code: 'LEDGER_CLOSED' });
      await writer.close();
    }));

  it('carries appends that are larger together than what may wait for an answer', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const writer = new SharedJsonlLedger(path);
      await writer.open();
      const forwarder = new SharedJsonlLedger(path);
      const names = Array.from({ length: 24 }, (_, n) => `dec_${n}`);
      await Promise.all(names.map((name) => forwarder.append([large(name)])));
      assert.deepEqual(decisionsOf(await recordsOf(path)), names);
      await forwarder.close();
      await writer.close();
    }));

  it('hands over when the writer closes, to one that signs on', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const signer = newSigner();
      const first = new SharedJsonlLedger(path, { signer });
      const second = new SharedJsonlLedger(path, { signer });
      await first.append(call(1));
      await second.append(call(2));
      const underWay = [3, 4, 5].map((n) => second.append(call(n)));
      await first.close();
      await Promise.all(underWay);
      await second.append(call(6));
      assert.equal(second.isWriter, true);
      await second.close();
      await assert.rejects(stat(`${path}.sock`), { code: 'ENOENT' });
      const { verdict, unsigned } = await verifyLedger(path);
      assert.deepEqual([verdict, unsigned], ['VALID_UNANCHORED', 0]);
      const names = decisionsOf(await recordsOf(path)).sort();
      assert.deepEqual(names, ['dec_1', 'dec_2', 'dec_3', 'dec_4', 'dec_5', 'dec_6']);
    }));

  it('lets the refusals of the writer reach the forwarder with their codes', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const writer = new SharedJsonlLedger(path);
      const forwarder = new SharedJsonlLedger(path);
      await writer.append(call(1));
      await forwarder.append(call(2));
      await appendFile(path, 'not by the writer\n');
      await assert.rejects(forwarder.append(call(3)), {
        name: 'LedgerError',
        code: 'LEDGER_LOCKED',
      });
      await forwarder.close();
      await writer.close().catch(() => undefined);
      const next = new SharedJsonlLedger(path);
      await assert.rejects(next.append(call(4)), { code: 'LEDGER_CHAIN_BROKEN', seq: 9 });
    }));

  it('refuses, in either place, what no message could carry', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new SharedJsonlLedger(path);
      const entries = Array.from({ length: 8 }, (_, n) => large(`dec_${n}`));
      await assert.rejects(ledger.append(entries), { code: 'LEDGER_RECORD_REFUSED' });
      await ledger.append(call(1));
      await ledger.close();
    }));

  it('gives up where the lock is held by what does not listen', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const local = new LocalJsonlLedger(path);
      await local.open();
      const shared = new SharedJsonlLedger(path, { patience: 20 });
      await assert.rejects(shared.append(call(1)), { code: 'LEDGER_LOCKED' });
      await local.close();
      await shared.append(call(2));
      await shared.close();
    }));

  it('does not remove what is no socket, and frees the ledger', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeFile(`${path}.sock`, 'mine');
      const shared = new SharedJsonlLedger(path);
      await assert.rejects(shared.open(), { code: 'LEDGER_UNREADABLE' });
      const local = new LocalJsonlLedger(path);
      await local.open();
      await local.close();
    }));

  it('says that a path is too long for a socket', () => {
    const path = `/${'a'.repeat(200)}/ledger.jsonl`;
    assert.throws(() => new SharedJsonlLedger(path), {
      name: 'TypeError',
      message: /expected a socket path/,
    });
  });
});

describe('a connection to the writer of a shared ledger', () => {
  const hello = '{"v":1,"forwarder":"forwarder_x"}\n';
  const hostile: Readonly<Record<string, string>> = {
    'no JSON': 'hello\n',
    'another version': '{"v":2,"forwarder":"forwarder_x"}\n',
    'an append before the greeting': '{"id":1,"entries":[]}\n',
    'an append that is none': `${hello}{"id":-1,"entries":"all"}\n`,
    'a second greeting': hello + hello,
    'an endless line': `${hello}${'x'.repeat(MAX_MESSAGE_BYTES + 1)}`,
    'a line that never ends': '{"v":1',
  };
  for (const [name, text] of Object.entries(hostile)) {
    it(`does no harm by ${name}`, () =>
      inFolder(async (folder) => {
        const path = join(folder, 'ledger.jsonl');
        const ledger = new SharedJsonlLedger(path);
        await ledger.append(call(1));
        const socket = createConnection(`${path}.sock`).on('error', () => undefined);
        socket.resume().end(text);
        await once(socket, 'close');
        await ledger.append(call(2));
        await ledger.close();
        assert.deepEqual(typesOf(await recordsOf(path)), ['genesis', ...CALL, ...CALL]);
      }));
  }

  const NONE = '{"disclosures":[]}';
  const entries: Readonly<Record<string, readonly [string, string, string]>> = {
    'of a type that is the ledger’s own': ['genesis', '{"software":"x"}', ''],
    'of no type': ['party', '{}', ''],
    'with a body that is none': ['outcome', '{"intentId":1}', ''],
    'that ends the line': ['outcome', '{"intentId":"i","status":"executed"}\n{}', ''],
    'that sets other members': ['outcome', '{"intentId":"i","status":"executed"},"boot":"b"', ''],
    'that is not canonical': ['outcome', '{"status":"executed","intentId":"i"}', ''],
    'with disclosures of nothing': ['outcome', '{"intentId":"i","status":"executed"}', NONE],
  };
  it('refuses entries that would break the chain', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new SharedJsonlLedger(path);
      await ledger.open();
      const socket = createConnection(`${path}.sock`);
      const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
      await answers.next();
      socket.write(hello);
      for (const [name, entry] of Object.entries(entries)) {
        socket.write(`${JSON.stringify({ id: 1, entries: [entry] })}\n`);
        assert.match(String((await answers.next()).value), /"code":"LEDGER_RECORD_REFUSED"/, name);
      }
      const good = ['outcome', '{"intentId":"i","status":"executed"}', ''];
      socket.write(`${JSON.stringify({ id: 2, entries: [good] })}\n`);
      assert.match(String((await answers.next()).value), /"records":\[\[1,/);
      socket.destroy();
      await ledger.close();
    }));
});

describe('an append that a forwarder sends again', () => {
  it('is made once, also by the writer that has it under way', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new SharedJsonlLedger(path);
      await ledger.open();
      const entries = call('x').map((entry) => {
        const { content, bodyText, disclosuresText } = prepareEntry(entry);
        return [content.type, bodyText, disclosuresText];
      });
      const places = [];
      for (const again of [undefined, true, true]) {
        const since = again && 0;
        const socket = createConnection(`${path}.sock`).on('error', () => undefined);
        const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
        socket.write(`${JSON.stringify({ v: 1, forwarder: 'forwarder_x', since })}\n`);
        await answers.next();
        socket.write(`${JSON.stringify({ id: 1, again, entries })}\n`);
        if (again) places.push((await answers.next()).value);
      }
      assert.equal(places[0], places[1]);
      await ledger.close();
      assert.deepEqual(typesOf(await recordsOf(path)), ['genesis', ...CALL]);
    }));

  it('is answered by a record of its own, where others are equal', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      // Neither outcome has a sealed member, so that their texts are the same.
      const one = [outcome('i'), decision('a')].map(prepareEntry);
      const other = [outcome('i'), decision('b')].map(prepareEntry);
      await ledger.open();
      await appendPrepared(ledger, one);
      await appendPrepared(ledger, other);
      const recent = await RecentRecords.read(path, 1);
      const seqs = (records: readonly LedgerRecord[]): number[] => records.map(({ seq }) => seq);
      assert.deepEqual(seqs(recent.take(other)), [3, 4]);
      assert.deepEqual(seqs(recent.take(one)), [1, 2]);
      assert.deepEqual(recent.take(one), []);
      await ledger.close();
    }));

  it('is found in sealed segments too', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { rotateAt: 2000 });
      const appends = Array.from({ length: 12 }, (_, n) => call(n).map(prepareEntry));
      await ledger.open();
      const made = [];
      for (const append of appends) made.push(await appendPrepared(ledger, append));
      const recent = await RecentRecords.read(path, 5);
      assert.deepEqual(
        appends.map((append) => recent.take(append)),
        [[], ...made.slice(1)],
      );
      await ledger.close();
    }));
});

describe('an append whose writer dies before it answers', () => {
  /** What is left of an append of four records: so many of them, and a torn line or none. */
  const left: readonly (readonly [number, string])[] = [
    [4, ''],
    [0, ''],
    [0, '{"body":'],
    [2, '{"body":{"decis'],
    [3, ''],
  ];
  for (const [records, torn] of left) {
    it(`is made once where ${records} of 4 records ${torn && 'and a torn line '}are left`, () =>
      inFolder(async (folder) => {
        const path = join(folder, 'ledger.jsonl');
        await dyingWriter(path, records, torn);
        const ledger = new SharedJsonlLedger(path);
        const appended = await ledger.append(call('x'));
        assert.equal(ledger.isWriter, true);
        assert.deepEqual(typesOf(appended), CALL);
        await ledger.append(call('y'));
        await ledger.close();
        const all = await recordsOf(path);
        const recovery = torn === '' ? [] : ['recovery'];
        const x = [...CALL.slice(0, records), ...recovery, ...CALL.slice(records)];
        assert.deepEqual(typesOf(all), ['genesis', ...CALL, ...x, ...CALL]);
        assert.deepEqual(
          all.filter(({ seq }) => appended.some((record) => record.seq === seq)),
          appended,
        );
        assert.equal((await verifyLedger(path)).verdict, 'VALID_UNANCHORED');
      }));
  }
});

describe('eight processes that share a ledger', () => {
  it('make one chain, whichever is killed: nothing is lost or doubled', () =>
    inFolder(async (folder) => {
      const outcome = await runEight(folder, 600, 250);
      process.stdout.write(`      8 x 600: ${figuresOf(outcome)}\n`);
      assert.equal(outcome.report.verdict, 'VALID_ANCHORED', outcome.report.message);
      assert.deepEqual([outcome.lost, outcome.doubled], [[], []]);
      assert.equal(outcome.acknowledged, 8 * 600);
      assert.ok(outcome.writersKilled > 0);
      assert.ok(outcome.longestPauseMs < 5000);
    })).timeout(60_000);
});

/** Takes one append, leaves so much of it in the file, and goes without an answer. */
async function dyingWriter(path: string, records: number, torn: string): Promise<void> {
  const local = new LocalJsonlLedger(path);
  await local.append(call('before'));
  const server = createServer((socket) => {
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    void (async () => {
      socket.write(`{"v":1,"size":${local.head().size}}\n`);
      await lines.next();
      const { entries } = readRequest(String((await lines.next()).value));
      const prepared = entries.map(openEntry).slice(0, records);
      if (prepared.length > 0) await appendPrepared(local, prepared);
      await local.close();
      await appendFile(path, torn);
      server.close();
      socket.destroy();
    })();
  });
  server.listen(`${path}.sock`);
  await once(server, 'listening');
}

/** A decision that takes about 700 kB. */
function large(name: string): ReturnType<typeof decision> {
  const { type, body } = decision(name);
  const reason = { rule: 'r1', effect: 'allow', message: 'm'.repeat(4000) } as const;
  return { type, body: { ...body, reasons: Array.from({ length: 170 }, () => reason) } };
}

function decisionsOf(records: readonly LedgerRecord[]): string[] {
  return records.flatMap((record) => (record.type === 'decision' ? [record.body.decisionId] : []));
}

function typesOf(records: readonly LedgerRecord[]): readonly string[] {
  return records.map(({ type }) => type);
}
