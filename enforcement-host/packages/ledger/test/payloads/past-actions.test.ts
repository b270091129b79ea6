import assert from 'node:assert/strict';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalize, type JsonObject } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';

import {
  LocalJsonlLedger,
  LocalPayloadStore,
  pastActions,
  type LedgerEntry,
  type PastAction,
  type PastActionsOptions,
  type PastActionWithoutPayload,
  type PayloadSource,
} from '../../src/index.js';
import { call, decision, inFolder } from '../support.js';

type Past = PastAction | PastActionWithoutPayload;

/** A decision about posting a text, as the proxy records it. */
function posted(text: string): LedgerEntry {
  const payload = { text };
  const entry = decision('dec_1', 'deny');
  return {
    type: 'decision',
    body: {
      ...entry.body,
      payloadHash: sha256(canonicalize(payload)),
      action: {
        id: 'act_1',
        actor: {
          agent: 'agent:codex',
          human: 'user:ada@example.com',
          tenant: 'org:example',
          runtime: 'codex-cli',
        },
        intent: { task: 'AXT-1', summary: text },
        capability: { tool: 'slack.post', resource: 'slack:channel/C1', constraints: {} },
        context: { source: 'sdk' },
      },
    },
  };
}

const EVERYTHING: PayloadSource = {
  get: () => Promise.resolve({ text: 'whatever' }),
};

async function write(file: string, ...entries: readonly LedgerEntry[]): Promise<void> {
  const ledger = new LocalJsonlLedger(file);
  for (const entry of entries) await ledger.append([entry]);
  await ledger.close();
}

async function read(
  file: string,
  options?: PastActionsOptions,
  from = EVERYTHING,
): Promise<Past[]> {
  const past: Past[] = [];
  for await (const each of pastActions(file, from, options)) past.push(each);
  return past;
}

function seqsOf(past: readonly Past[]): readonly number[] {
  return past.map(({ seq }) => seq);
}

describe('pastActions', () => {
  it('joins each decision with its payload, as it was decided', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      const payloads = new LocalPayloadStore(join(folder, 'payloads'));
      const payload: JsonObject = { text: 'hello' };
      await payloads.put(sha256(canonicalize(payload)), canonicalize(payload));
      await write(file, posted('hello'));
      const [past] = await read(file, {}, payloads);
      assert.ok(past && 'action' in past);
      assert.deepEqual(past.action.capability, {
        tool: 'slack.post',
        resource: 'slack:channel/C1',
        payload,
        constraints: {},
      });
      assert.equal(past.seq, 1);
      assert.equal(past.verdict, 'deny');
      assert.deepEqual(past.rules, ['r1']);
      assert.equal(past.facts.now, '2026-01-02T03:04:05.678Z');
      assert.match(past.ts, /^20\d\d-/);
    });
  });

  it('says of each decision whose payload is gone that it is', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await write(file, posted('a'), posted('b'));
      const past = await read(file, {}, new LocalPayloadStore(join(folder, 'payloads')));
      assert.deepEqual(
        past.map(({ seq, ...rest }) => [seq, 'missing' in rest && rest.missing]),
        [
          [1, 'payload'],
          [2, 'payload'],
        ],
      );
    });
  });

  it('leaves out what is no decision about an action', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      // The decisions of these calls have no action: as where a tool call could not be parsed.
      await write(file, ...call(1), posted('a'), ...call(2));
      assert.deepEqual(seqsOf(await read(file)), [5]);
      assert.deepEqual(seqsOf(await read(file, { last: 1 })), [5]);
    });
  });

  it('gives a range of sequence numbers, both ends inside', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await write(file, ...'abcdef'.split('').map(posted));
      assert.deepEqual(seqsOf(await read(file)), [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(seqsOf(await read(file, { from: 3 })), [3, 4, 5, 6]);
      assert.deepEqual(seqsOf(await read(file, { to: 2 })), [1, 2]);
      assert.deepEqual(seqsOf(await read(file, { from: 2, to: 3 })), [2, 3]);
      assert.deepEqual(seqsOf(await read(file, { from: 9 })), []);
    });
  });

  it('gives the last ones, oldest first, also of a range', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await write(file, ...'abcdef'.split('').map(posted));
      assert.deepEqual(seqsOf(await read(file, { last: 2 })), [5, 6]);
      assert.deepEqual(seqsOf(await read(file, { last: 99 })), [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(seqsOf(await read(file, { last: 0 })), []);
      assert.deepEqual(seqsOf(await read(file, { last: 2, to: 4 })), [3, 4]);
      assert.deepEqual(seqsOf(await read(file, { last: 9, from: 5 })), [5, 6]);
    });
  });

  it('finds the same from the end as from the beginning, across chunks of the file', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      const texts = Array.from({ length: 900 }, (_, at) => `${at}-${'x'.repeat(at)}`);
      const entries = texts.map(posted);
      const ledger = new LocalJsonlLedger(file);
      await ledger.append(entries);
      await ledger.close();
      assert.ok((await readFile(file)).length > 3 * 256 * 1024);
      const all = await read(file);
      assert.equal(all.length, 900);
      assert.deepEqual(await read(file, { last: 900 }), all);
      assert.deepEqual(await read(file, { last: 450 }), all.slice(450));
    });
  });

  it('leaves out an unfinished last line, from either end', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await write(file, posted('a'));
      const [, line = ''] = (await readFile(file, 'utf8')).split('\n');
      await appendFile(file, line);
      assert.deepEqual(seqsOf(await read(file)), [1]);
      assert.deepEqual(seqsOf(await read(file, { last: 5 })), [1]);
    });
  });

  it('names the decision that is no record', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await write(file, posted('a'), posted('b'));
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace('"verdict":"deny"', '"verdict":"none"'));
      for (const options of [{}, { last: 5 }]) {
        await assert.rejects(read(file, options), { code: 'LEDGER_CHAIN_BROKEN', seq: 1 });
      }
    });
  });

  it('refuses a file that is not there, and counts that are none', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await assert.rejects(read(file), { code: 'LEDGER_UNREADABLE' });
      for (const options of [{ last: -1 }, { from: 0.5 }, { to: Number.NaN }]) {
        await assert.rejects(read(file, options), TypeError);
      }
    });
  });

  it('stops when it is told to', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'ledger.jsonl');
      await write(file, posted('a'));
      const signal = AbortSignal.abort();
      await assert.rejects(read(file, { signal }), { name: 'AbortError' });
      await assert.rejects(read(file, { signal, last: 1 }), { name: 'AbortError' });
      await rm(file);
    });
  });
});
