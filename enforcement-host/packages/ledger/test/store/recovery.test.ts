import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '@axtary/core/digest';

import { LocalJsonlLedger, verifyLedger } from '../../src/index.js';
import { linesFrom, startWriter } from '../child.js';
import { call, inFolder, newSigner, recordLinesOf, writeLedger } from '../support.js';

describe('recovery', () => {
  it('cuts off a last line that was torn at any byte, and records what it dropped', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 1);
      const whole = await readFile(path);
      // The outcome has nothing to disclose, so its line is all of it.
      const start = whole.subarray(0, -1).lastIndexOf(0x0a) + 1;
      for (let end = start + 1; end < whole.length; end++) {
        await writeFile(path, whole.subarray(0, end));
        const torn = await verifyLedger(path);
        assert.deepEqual([torn.verdict, torn.code, torn.seq], ['INCOMPLETE', 'TORN_TAIL', 4]);
        const ledger = new LocalJsonlLedger(path);
        const { recovered, size } = await ledger.open();
        await ledger.close();
        assert.equal(size, 5);
        const dropped = {
          droppedBytes: end - start,
          droppedHash: sha256(whole.subarray(start, end)),
        };
        assert.deepEqual(recovered, dropped);
        assert.match((await recordLinesOf(path))[4] ?? '', /"type":"recovery"/);
        assert.equal((await verifyLedger(path)).verdict, 'VALID_UNANCHORED');
      }
    }));

  it('starts anew where only the genesis was begun, and drops blocks of zeros', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      for (const torn of ['{"bo', '\0'.repeat(512)]) {
        await writeFile(path, torn);
        const ledger = new LocalJsonlLedger(path);
        const { created, recovered, size } = await ledger.open();
        await ledger.close();
        assert.equal(created, true);
        assert.equal(recovered?.droppedBytes, torn.length);
        assert.equal(size, 2);
      }
    }));

  it('touches nothing when the damage is not a torn line', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 1, newSigner());
      const whole = await readFile(path, 'utf8');
      const damaged: [number, string][] = [
        [2, whole.replace('a rule', 'no rule')],
        [6, `${whole}\n`],
        [6, `${whole}something else, without a newline`],
        [5, `${whole.slice(0, -1)}x`],
        [0, 'a file of somebody else'],
      ];
      for (const [seq, text] of damaged) {
        await writeFile(path, text);
        const ledger = new LocalJsonlLedger(path);
        await assert.rejects(ledger.append(call(2)), { code: 'LEDGER_CHAIN_BROKEN', seq });
        await ledger.close();
        assert.equal(await readFile(path, 'utf8'), text);
      }
    }));

  it('has every acknowledged record after its writer was killed at any moment', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const acknowledged: unknown[] = [];
      for (let round = 0; round < 20; round++) {
        const writer = startWriter('append', path);
        let left = randomInt(1, 100);
        for await (const said of linesFrom(writer)) {
          acknowledged.push(said['acknowledged']);
          if (--left === 0) writer.kill('SIGKILL');
        }
      }
      const ledger = new LocalJsonlLedger(path);
      const kept = new Set<unknown>();
      for await (const record of ledger.read({ types: ['decision'] })) {
        if (record.type === 'decision') kept.add(record.body.decisionId);
      }
      await ledger.close();
      const lost = acknowledged.filter((id) => !kept.has(id));
      assert.deepEqual(lost, []);
      assert.ok(acknowledged.length >= 20);
      const report = await verifyLedger(path);
      assert.equal(report.verdict, 'VALID_UNANCHORED', report.message);
    })).timeout(120_000);
});
