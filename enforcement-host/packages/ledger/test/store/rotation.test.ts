import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { JsonValue } from '@axtary/core';

import { LocalFile } from '../../src/store/file.js';
import { listSegments } from '../../src/store/segments.js';
import {
  LocalJsonlLedger,
  readLedger,
  verifyLedger,
  type LedgerRecord,
  type LocalJsonlLedgerOptions,
  type Projection,
} from '../../src/index.js';
import { call, decision, inFolder, newSigner } from '../support.js';

const signer = newSigner();

async function write(path: string, calls: number, options: LocalJsonlLedgerOptions = {}) {
  const ledger = new LocalJsonlLedger(path, { signer, rotateAt: 3000, ...options });
  for (let n = 0; n < calls; n++) await ledger.append(call(ledgerName(n)));
  await ledger.close();
}

let names = 0;
function ledgerName(n: number): string {
  return `${names++}_${n}`;
}

async function seqsOf(path: string): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of readLedger(path)) seqs.push(seq);
  return seqs;
}

/** What stands in the ledger, as long as it is one. */
async function assertWhole(path: string, atLeast: number): Promise<void> {
  const report = await verifyLedger(path, { trustRoot: signer.kid });
  assert.equal(report.verdict, 'VALID_UNANCHORED', report.message);
  assert.ok(report.size >= atLeast, `${report.size} records of ${atLeast}`);
  assert.deepEqual(await seqsOf(path), [...Array(report.size).keys()]);
}

class Counting implements Projection {
  readonly name = 'counting 1';
  count = 0;
  noted = 0;
  restored: (JsonValue | undefined)[] = [];
  refuses = false;

  note(): void {
    this.count++;
    this.noted++;
  }
  save(): JsonValue {
    return this.count;
  }
  restore(saved: JsonValue | undefined): void {
    this.restored.push(saved);
    if (saved !== undefined && this.refuses) throw new TypeError('another version');
    this.count = typeof saved === 'number' ? saved : 0;
  }
}

describe('a ledger in segments', () => {
  it('is one ledger, each segment ending in a checkpoint and for reading only', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const sealed: string[] = [];
      await write(path, 12, { onSealed: (segment) => sealed.push(segment) });
      const segments = await listSegments(path);
      assert.deepEqual(
        segments.map(({ file }) => file),
        sealed,
      );
      assert.ok(segments.length >= 3);
      for (const { file, first } of segments) {
        const text = await readFile(file, 'utf8');
        assert.match(text.trimEnd().split('\n').at(-1) ?? '', /"type":"checkpoint","v":1\}$/);
        assert.match(text, new RegExp(`"seq":${first},`));
        assert.equal((await stat(file)).mode & 0o777, 0o400);
      }
      await assertWhole(path, 49);
    }));

  it('goes on with the state that the last segment left, without reading any', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await write(path, 8);
      const { size } = await verifyLedger(path);
      const [first] = await listSegments(path);
      assert.ok(first);
      const good = await readFile(first.file);
      await chmod(first.file, 0o600);
      await writeFile(first.file, 'nobody reads this');
      const ledger = new LocalJsonlLedger(path, { signer });
      assert.equal((await ledger.open()).size, size);
      await ledger.append(call('more'));
      await ledger.close();
      await writeFile(first.file, good);
      await assertWhole(path, size + 5);
    }));

  it('reads all segments where their state is missing, damaged or of another segment', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await write(path, 8);
      const segments = await listSegments(path);
      const [earlier, last] = segments
        .slice(-2)
        .map(({ file }) => file.replace(/\.jsonl$/, '.state.json'));
      assert.ok(earlier !== undefined && last !== undefined);
      const state = await readFile(last, 'utf8');
      const damages: (() => Promise<void>)[] = [
        () => rm(last),
        () => writeFile(last, state.slice(0, 100)),
        () => writeFile(last, state.replace('unsigned', 'Unsigned')),
        async () => writeFile(last, await readFile(earlier)),
        () => writeFile(last, '[]'),
      ];
      for (const damage of damages) {
        await damage();
        const projection = new Counting();
        const ledger = new LocalJsonlLedger(path, { signer, projections: [projection] });
        const { size } = await ledger.open();
        await ledger.close();
        assert.equal(projection.count, size);
        assert.equal(projection.noted, size);
      }
      await assertWhole(path, 33);
      await writeFile(last, state);
      const [first] = segments;
      assert.ok(first);
      await chmod(first.file, 0o600);
      await writeFile(
        first.file,
        (await readFile(first.file, 'utf8')).replace('a rule', 'no rule'),
      );
      await rm(last);
      const broken = new LocalJsonlLedger(path, { signer });
      await assert.rejects(broken.open(), { code: 'LEDGER_CHAIN_BROKEN', seq: 2 });
    }));

  it('restores projections, and notes all records anew for one that it does not know', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await write(path, 8, { projections: [new Counting()] });
      const { size } = await verifyLedger(path);
      const again = async (projection: Counting) => {
        const ledger = new LocalJsonlLedger(path, { signer, projections: [projection] });
        await ledger.open();
        await ledger.close();
        assert.equal(projection.count, size);
        return projection.noted;
      };
      assert.ok((await again(new Counting())) < size);
      const refusing = Object.assign(new Counting(), { refuses: true });
      assert.equal(await again(refusing), size);
      assert.equal(await again(Object.assign(new Counting(), { name: 'other 1' })), size);
      assert.ok((await listSegments(path)).length >= 2);
    }));

  it('remembers intents without an outcome across segments', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer, rotateAt: 3000 });
      await ledger.append(call('open').slice(0, 3));
      for (let n = 0; n < 6; n++) await ledger.append(call(n));
      await ledger.close();
      const again = new LocalJsonlLedger(path, { signer });
      const { openIntents } = await again.open();
      await again.close();
      assert.deepEqual(
        openIntents.map(({ intentId }) => intentId),
        ['int_open'],
      );
    }));

  it('is whole after a crash at any step of sealing', () =>
    inFolder(async (folder) => {
      const steps: ((path: string, segment: string) => Promise<void>)[] = [
        // The state was kept, and the file not renamed yet.
        async (path, segment) => {
          await rm(path);
          await rename(segment, path);
          await chmod(path, 0o600);
        },
        // It was renamed, and the next file is not there.
        (path) => rm(path),
        // The next file is there, and empty.
        (path) => writeFile(path, ''),
        // The first record of the next file is torn.
        async (path) => writeFile(path, (await readFile(path)).subarray(0, 40)),
      ];
      for (const [n, step] of steps.entries()) {
        const path = join(folder, `${n}.jsonl`);
        await write(path, 4);
        const last = (await listSegments(path)).at(-1);
        assert.ok(last);
        await step(path, last.file);
        const before = (await seqsOf(path)).length;
        const ledger = new LocalJsonlLedger(path, { signer, rotateAt: 3000 });
        assert.ok((await ledger.open()).size >= before);
        for (let more = 0; more < 4; more++) await ledger.append(call(ledgerName(more)));
        await ledger.close();
        await assertWhole(path, before + 16);
      }
    }));

  it('never takes the name of a sealed segment again, also when the next file failed', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const begin = LocalFile.prototype.begin;
      let failures = 0;
      // No module is replaced: the disk is one that has no room for a second file, twice.
      LocalFile.prototype.begin = function failing(this: LocalFile) {
        if (failures++ < 2) return Promise.reject(new Error('ENOSPC: no space left on device'));
        return begin.call(this);
      };
      try {
        const health: (string | undefined)[] = [];
        const ledger = new LocalJsonlLedger(path, {
          signer,
          rotateAt: 3000,
          onHealth: (fault) => health.push(fault?.code),
        });
        let acknowledged = 0;
        for (let n = 0; n < 12; n++) {
          await ledger.append(call(n)).then(
            () => acknowledged++,
            (error: unknown) => assert.match(String(error), /ENOSPC/),
          );
        }
        assert.equal(acknowledged, 10);
        assert.deepEqual(health, ['LEDGER_WRITE_FAILED', 'LEDGER_WRITE_FAILED', undefined]);
        assert.ok((await seqsOf(path)).length > 40);
        await ledger.close();
        await assertWhole(path, 41);
      } finally {
        LocalFile.prototype.begin = begin;
      }
    }));

  it('can be read at every moment while it is written and sealed', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const ledger = new LocalJsonlLedger(path, { signer, rotateAt: 2000 });
      await ledger.open();
      let isDone = false;
      const reading = (async () => {
        let rounds = 0;
        for (; !isDone; rounds++) {
          const least = ledger.head().size;
          const seqs = await seqsOf(path);
          assert.ok(seqs.length >= least);
          assert.deepEqual(seqs, [...seqs.keys()]);
        }
        return rounds;
      })();
      for (let n = 0; n < 60; n++) await ledger.append(call(n));
      isDone = true;
      assert.ok((await reading) > 3);
      await ledger.close();
      assert.ok((await readdir(`${path}.segments`)).length > 20);
    }));

  it('opens with 100,000 records in segments as fast as with the last segment alone', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const checkpointEvery = { records: 20_000, milliseconds: 600_000 };
      const ledger = new LocalJsonlLedger(path, {
        signer,
        checkpointEvery,
        rotateAt: 8 * 1024 * 1024,
      });
      for (let batch = 0; batch < 20; batch++) {
        await ledger.append(Array.from({ length: 5000 }, (_, n) => decision(`${batch}.${n}`)));
      }
      await ledger.close();
      const segments = await listSegments(path);
      assert.ok(segments.length >= 4);
      const past = new Date('2000-01-01T00:00:00Z');
      for (const { file } of segments) await utimes(file, past, past);
      // A file that cannot be opened is a file that was not read.
      for (const { file } of segments.slice(0, -1)) await rename(file, `${file}.away`);
      const names = segments.slice(0, -1).map(({ file }) => file);
      for (const name of names) await writeFile(name, '');
      const noted: LedgerRecord[] = [];
      const again = new LocalJsonlLedger(path, {
        signer,
        onActive: ({ whole }) => whole && noted.push(whole),
      });
      const { size } = await again.open();
      await again.close();
      assert.ok(size > 100_000);
      assert.ok(noted.length < 30_000, `${noted.length} records were read`);
    })).timeout(60_000);
});
