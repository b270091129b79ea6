import assert from 'node:assert/strict';
import { link, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { exportLedger, LocalJsonlLedger, verifyLedgerFile } from '../src/index.js';
import { call, inFolder, newSigner, writeLedger } from './support.js';

describe('exportLedger', () => {
  it('copies a ledger in use up to its last checkpoint and counts what it leaves out', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const out = join(folder, 'export.jsonl');
      const ledger = new LocalJsonlLedger(path, { checkpoint: newSigner() });
      await ledger.append(call(1));
      await ledger.checkpoint();
      const { size, head, log } = ledger.head();
      await ledger.append(call(2));
      await writeFile(out, 'an older export');
      const report = await exportLedger(path, out);
      const { size: bytes, mode } = await stat(out);
      assert.deepEqual(report, { log, size, head, bytes, omitted: 4 });
      assert.equal(mode & 0o777, 0o600);
      assert.ok((await readFile(path)).subarray(0, bytes).equals(await readFile(out)));
      const anchor = { log, size, head };
      const { verdict } = await verifyLedgerFile(out, { mode: 'export', anchor });
      assert.equal(verdict, 'VALID_ANCHORED');
      await ledger.close();
    }));

  it('exports nothing that is unsigned, broken, unreadable or the ledger itself', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const out = join(folder, 'export.jsonl');
      await assert.rejects(exportLedger(path, out), { code: 'LEDGER_UNREADABLE' });
      await writeLedger(path, 1);
      await assert.rejects(exportLedger(path, out), { code: 'LEDGER_NOT_CHECKPOINTED' });
      await link(path, join(folder, 'same.jsonl'));
      await assert.rejects(exportLedger(path, join(folder, 'same.jsonl')), TypeError);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('a rule', 'no rule'));
      await assert.rejects(exportLedger(path, out), { code: 'LEDGER_CHAIN_BROKEN', seq: 2 });
      assert.deepEqual((await readdir(folder)).sort(), ['ledger.jsonl', 'same.jsonl']);
    }));

  it('leaves nothing behind when the target cannot be written', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      await writeLedger(path, 1, newSigner());
      for (const out of [join(folder, 'missing', 'out'), folder]) {
        await assert.rejects(exportLedger(path, out), { code: 'LEDGER_WRITE_FAILED' });
      }
      assert.deepEqual(await readdir(folder), ['ledger.jsonl']);
    }));
});
