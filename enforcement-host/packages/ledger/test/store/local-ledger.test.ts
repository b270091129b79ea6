import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { appendFile, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalize } from '@axtary/core';

import { GENESIS_PREV } from '../../src/record/chain.js';
import {
  leafHash,
  LocalJsonlLedger,
  readLedger,
  verifyLedger,
  type LedgerEntry,
  type LedgerRecord,
  type LedgerSigner,
} from '../../src/index.js';
import {
  call,
  decision,
  HASH,
  inFolder,
  intent,
  newSigner,
  outcome,
  recordLinesOf,
} from '../support.js';

async function collect(records: AsyncIterable<LedgerRecord>): Promise<LedgerRecord[]> {
  const all: LedgerRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

describe('LocalJsonlLedger', () => {
  it('writes canonical lines, each bound to the one before', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'a', 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, {
        software: 'test 1.0',
        clock: { now: () => new Date('2026-01-02T03:04:05.678Z') },
      });
      const records = await ledger.append(call(1));
      const { head, size, log } = ledger.head();
      await ledger.close();
      const lines = await recordLinesOf(path);
      assert.equal(lines.length, 5);
      assert.equal(size, 5);
      let prev: string = GENESIS_PREV;
      const read = await collect(readLedger(path));
      for (const [seq, line] of lines.entries()) {
        const written: unknown = JSON.parse(line);
        assert.equal(canonicalize(written), line);
        const record = read[seq];
        assert.deepEqual({ ...record, prev, seq, log }, record);
        assert.equal(record?.ts, '2026-01-02T03:04:05.678Z');
        if (seq > 0) assert.deepEqual(records[seq - 1], record);
        prev = leafHash(line);
      }
      assert.equal(head, prev);
    }));

  it('continues an existing chain under a new boot id', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      for (const n of [1, 2]) {
        const ledger = new LocalJsonlLedger(path);
        const report = await ledger.open();
        assert.equal(report.created, n === 1);
        assert.equal(await ledger.open(), report);
        await ledger.append(call(n));
        await ledger.close();
      }
      const records = await collect(readLedger(path));
      assert.equal(new Set(records.map(({ boot }) => boot)).size, 2);
      assert.equal(new Set(records.map(({ log }) => log)).size, 1);
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED');
      assert.equal(report.size, 9);
    }));

  it('keeps folder and file to this account even under umask 000', () =>
    inFolder(async (folder) => {
      const before = process.umask(0);
      try {
        const ledger = new LocalJsonlLedger(join(folder, 'a', 'b', 'ledger.jsonl'));
        await ledger.close();
        await ledger.close();
        const other = new LocalJsonlLedger(join(folder, 'a', 'b', 'ledger.jsonl'));
        await other.open();
        await other.close();
      } finally {
        process.umask(before);
      }
      const modeOf = async (...names: string[]) =>
        (await stat(join(folder, ...names))).mode & 0o777;
      assert.equal(await modeOf('a'), 0o700);
      assert.equal(await modeOf('a', 'b'), 0o700);
      assert.equal(await modeOf('a', 'b', 'ledger.jsonl'), 0o600);
    }));

  it('keeps the entries of each of 256 concurrent callers together and in order', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer: newSigner() });
      await Promise.all(
        Array.from({ length: 256 }, async (_, caller) => {
          for (let n = 0; n < 20; n++) {
            const records = await ledger.append(call(`${caller}.${n}`));
            assert.deepEqual(
              records.map(({ type }) => type),
              ['decision', 'pass', 'intent', 'outcome'],
            );
            const [first, , , last] = records;
            assert.equal(last?.seq, (first?.seq ?? 0) + 3);
          }
        }),
      );
      await ledger.close();
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED');
      const lines = await recordLinesOf(path);
      const decisions = lines.filter((line) => line.includes('"type":"decision"'));
      assert.equal(decisions.length, 256 * 20);
      assert.ok(lines.length - 256 * 20 * 4 >= 15, 'checkpoints are written on the way');
    }));

  it('signs on close whatever is unsigned, and nothing twice', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const signer = newSigner();
      const ledger = new LocalJsonlLedger(path, { signer });
      await ledger.append(call(1));
      assert.equal((await ledger.checkpoint())?.type, 'checkpoint');
      assert.equal(await ledger.checkpoint(), undefined);
      await ledger.close();
      assert.equal((await recordLinesOf(path)).length, 6);
      const again = new LocalJsonlLedger(path, { signer });
      await again.append(call(2));
      await again.close();
      assert.equal((await recordLinesOf(path)).length, 11);
    }));

  it('signs with the append that follows the due number of records', () =>
    inFolder(async (folder) => {
      const checkpointEvery = { records: 5, milliseconds: 60_000 };
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer: newSigner(), checkpointEvery });
      await ledger.append(call(1));
      const [next] = await ledger.append(call(2));
      assert.equal(next?.type, 'decision');
      assert.equal(next.seq, 6);
      await ledger.close();
    }));

  it('signs by itself when the oldest unsigned record has waited long enough', () =>
    inFolder(async (folder) => {
      const checkpointEvery = { records: 100, milliseconds: 5 };
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer: newSigner(), checkpointEvery });
      const events = new EventEmitter();
      ledger.onAppend((records) => {
        if (records.some(({ type }) => type === 'checkpoint')) events.emit('signed');
      });
      const signed = once(events, 'signed');
      const alive = setInterval(() => undefined, 1000);
      await ledger.append(call(1));
      await signed;
      clearInterval(alive);
      await ledger.close();
      assert.equal((await recordLinesOf(path)).length, 6);
    }));

  it('refuses a signer that is not the one of the genesis', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer: newSigner() });
      await ledger.open();
      await ledger.close();
      const other = new LocalJsonlLedger(path, { signer: newSigner() });
      await assert.rejects(other.open(), { code: 'LEDGER_CHECKPOINT_FAILED' });
    }));

  it('refuses a signer whose kid is not the thumbprint, or whose key is not P-256', () => {
    const signer = newSigner();
    const wrong = [
      { ...signer, kid: 'mine' },
      { ...signer, publicJwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } },
    ];
    for (const other of wrong) {
      assert.throws(() => new LocalJsonlLedger('ledger.jsonl', { signer: other }), TypeError);
    }
  });

  it('appends nothing while a due checkpoint cannot be signed, and goes on once it can', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const signer = newSigner();
      let mode: 'fail' | 'lie' | 'sign' = 'fail';
      const moody: LedgerSigner = {
        ...signer,
        sign: (artifact, text) => {
          if (mode === 'fail') return Promise.reject(new Error('the key store is away'));
          return signer.sign(artifact, mode === 'lie' ? `${text} ` : text);
        },
      };
      const checkpointEvery = { records: 2, milliseconds: 60_000 };
      const ledger = new LocalJsonlLedger(path, { signer: moody, checkpointEvery });
      await ledger.append(call(1));
      await assert.rejects(ledger.append(call(2)), { code: 'LEDGER_CHECKPOINT_FAILED' });
      mode = 'lie';
      await assert.rejects(ledger.append(call(3)), { code: 'LEDGER_CHECKPOINT_FAILED' });
      mode = 'sign';
      await ledger.append(call(4));
      await ledger.close();
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED');
      assert.equal(report.size, 11);
    }));

  it('writes no checkpoint whose header is for another kind of artifact', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer: newSigner('actionpass+jwt') });
      await ledger.append(call(1));
      const failed = { code: 'LEDGER_CHECKPOINT_FAILED', message: /header/ };
      await assert.rejects(ledger.checkpoint(), failed);
      await assert.rejects(ledger.close(), failed);
      assert.equal((await recordLinesOf(path)).length, 5);
    }));

  it('tells which intents have no outcome, also after it was opened anew', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      const open = intent('int_1', 'pass_1', 'dec_1');
      await ledger.append([...call(0), ...call(1).slice(0, 3)]);
      assert.deepEqual(ledger.openIntents(), [open.body]);
      await ledger.close();
      const again = new LocalJsonlLedger(path);
      assert.deepEqual((await again.open()).openIntents, [open.body]);
      await again.append([outcome('int_1')]);
      assert.deepEqual(again.openIntents(), []);
      await again.close();
    }));

  it('tells listeners of durable records, genesis included, until they stop listening', () =>
    inFolder(async (folder) => {
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'));
      const seen: number[] = [];
      const stop = ledger.onAppend((records) => seen.push(...records.map(({ seq }) => seq)));
      await ledger.append(call(1));
      stop();
      await ledger.append(call(2));
      await ledger.close();
      assert.deepEqual(seen, [0, 1, 2, 3, 4]);
    }));

  it('reads durable records by position, number and type', () =>
    inFolder(async (folder) => {
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'));
      const written = [...(await ledger.append(call(1))), ...(await ledger.append(call(2)))];
      assert.deepEqual((await collect(ledger.read())).slice(1), written);
      assert.deepEqual(await collect(ledger.read({ from: 3, limit: 2 })), written.slice(2, 4));
      const intents = await collect(ledger.read({ types: ['intent'] }));
      assert.deepEqual(
        intents.map(({ seq }) => seq),
        [3, 7],
      );
      assert.deepEqual(await collect(ledger.read({ limit: 0 })), []);
      await ledger.close();
    }));

  it('stops reading at a record that changed after it was written', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      await ledger.append(call(1));
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"verdict":"allow"', '"verdict":"ALLOW"'));
      await assert.rejects(collect(ledger.read()), { code: 'LEDGER_CHAIN_BROKEN', seq: 1 });
      await ledger.close();
    }));

  it('cuts free text and makes it well-formed, and refuses what JSON cannot say', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path);
      const message = `${'x'.repeat(4095)}\u{1f600} and more`;
      const hostile = { code: 'E', message };
      await ledger.append([
        { ...decision('dec_1'), body: { ...decision('dec_1').body, failure: hostile } },
        ...call(2).slice(0, 3),
        { type: 'outcome', body: { intentId: 'int_2', status: 'failed', error: hostile } },
        {
          type: 'approval',
          body: { decisionId: 'dec_1', denied: { by: 'x', reason: 'no\ud800"\n\u2028' } },
        },
      ]);
      const refused: LedgerEntry[] = [
        { type: 'policy_change', body: { workspace: '\ud800', policyHash: HASH, trustedBy: 'x' } },
        {
          type: 'policy_change',
          body: { workspace: '\u20ac'.repeat(400_000), policyHash: HASH, trustedBy: 'x' },
        },
      ];
      for (const entry of refused) {
        const attempt = ledger.append([outcome('int_9'), entry]);
        await assert.rejects(attempt, { code: 'LEDGER_RECORD_REFUSED' });
      }
      await ledger.close();
      assert.equal((await recordLinesOf(path)).length, 7);
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED', report.message);
    }));

  it('never records a private key, nor a type that only it writes', () =>
    inFolder(async (folder) => {
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'));
      const jwk = { ...newSigner().publicJwk, d: randomBytes(32).toString('base64url') };
      const key = { purpose: 'pass', kid: 'k', jwk, name: 'n', enrolledBy: 'host' } as const;
      await assert.rejects(ledger.append([{ type: 'key', body: key }]), TypeError);
      const forged: unknown = { type: 'recovery', body: { droppedBytes: 1, droppedHash: HASH } };
      await assert.rejects(ledger.append([forged as LedgerEntry]), TypeError);
    }));

  it('stops for good when another writer has touched, replaced or removed the file', () =>
    inFolder(async (folder) => {
      const meddling = [
        (path: string) => appendFile(path, 'x'),
        (path: string) => rm(path),
        async (path: string) => {
          const text = await readFile(path);
          await rm(path);
          await writeFile(`${path}.other`, 'keeps the inode from being used again');
          await writeFile(path, text);
        },
      ];
      for (const [n, meddle] of meddling.entries()) {
        const path = join(folder, `${n}.jsonl`);
        const ledger = new LocalJsonlLedger(path);
        await ledger.append(call(1));
        const size = ledger.head().size;
        await meddle(path);
        await assert.rejects(ledger.append(call(2)), { code: 'LEDGER_LOCKED' });
        await assert.rejects(ledger.append(call(3)), { code: 'LEDGER_LOCKED' });
        assert.equal(ledger.head().size, size);
        await ledger.close();
      }
    }));

  it('opens neither a folder, a device nor a symbolic link', () =>
    inFolder(async (folder) => {
      await symlink(join(folder, 'elsewhere'), join(folder, 'link'));
      for (const path of [folder, '/dev/null', join(folder, 'link')]) {
        await assert.rejects(new LocalJsonlLedger(path).open(), { code: 'LEDGER_UNREADABLE' });
      }
    }));

  it('appends nothing after close, and has no head before it is open', () =>
    inFolder(async (folder) => {
      const ledger = new LocalJsonlLedger(join(folder, 'ledger.jsonl'));
      assert.throws(() => ledger.head(), TypeError);
      const pending = ledger.append(call(1));
      await pending;
      await ledger.close();
      for (const attempt of [ledger.append(call(2)), ledger.checkpoint(), ledger.open()]) {
        await assert.rejects(attempt, { code: 'LEDGER_CLOSED' });
      }
    }));
});
