import assert from 'node:assert/strict';
import { link, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '@axtary/core';

import {
  attestLedger,
  LocalJsonlLedger,
  verifyExport,
  type AttestOptions,
  type LedgerSigner,
} from '../../src/index.js';
import { call, entriesOf, inFolder, newSigner, writeLedger } from '../support.js';

function by(signer: LedgerSigner): AttestOptions {
  const sign = (text: string) => signer.sign('export', text);
  return { sign, software: 'test 1.0', clock: systemClock };
}

describe('attestLedger', () => {
  it('exports a ledger in use up to its last checkpoint and counts what it leaves out', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const out = join(folder, 'export.jsonl');
      const signer = newSigner();
      const ledger = new LocalJsonlLedger(path, { signer });
      await ledger.append(call(1));
      await ledger.checkpoint();
      const { size, head, log } = ledger.head();
      await ledger.append(call(2));
      await writeFile(out, 'an older export');
      const { tree, ...report } = await attestLedger(path, out, by(signer));
      const { size: bytes, mode } = await stat(out);
      assert.deepEqual(report, { log, size, head, records: size, bytes, hidden: 0, omitted: 4 });
      assert.equal(mode & 0o777, 0o600);
      const written = (await entriesOf(path)).slice(0, size).join('\n');
      assert.ok((await readFile(out, 'utf8')).includes(`\n${written}\n{"manifest":`));
      for (const anchor of [
        { log, size, head },
        { log, ...tree },
      ]) {
        const { verdict, message } = await verifyExport(out, { anchors: [anchor] });
        assert.equal(verdict, 'VALID_ANCHORED', message);
      }
      await ledger.close();
    }));

  it('exports nothing that is unsigned, broken, unreadable or the ledger itself', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const out = join(folder, 'export.jsonl');
      const signer = newSigner();
      const attempt = (to = out) => attestLedger(path, to, by(signer));
      await assert.rejects(attempt(), { code: 'LEDGER_UNREADABLE' });
      await writeLedger(path, 1);
      await assert.rejects(attempt(), { code: 'LEDGER_NOT_CHECKPOINTED' });
      await writeFile(path, '');
      await writeLedger(path, 1, signer);
      await link(path, join(folder, 'same.jsonl'));
      await assert.rejects(attempt(join(folder, 'same.jsonl')), TypeError);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('a rule', 'no rule'));
      await assert.rejects(attempt(), { code: 'LEDGER_CHAIN_BROKEN', seq: 5 });
      assert.deepEqual((await readdir(folder)).sort(), ['ledger.jsonl', 'same.jsonl']);
    }));

  it('leaves nothing behind when the target cannot be written, or by another key', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ledger.jsonl');
      const signer = newSigner();
      await writeLedger(path, 1, signer);
      for (const out of [join(folder, 'missing', 'out'), folder]) {
        const attempt = attestLedger(path, out, by(signer));
        await assert.rejects(attempt, { code: 'LEDGER_WRITE_FAILED' });
      }
      const forged = attestLedger(path, join(folder, 'out'), by(newSigner()));
      await assert.rejects(forged, { code: 'LEDGER_CHECKPOINT_FAILED' });
      assert.deepEqual(await readdir(folder), ['ledger.jsonl']);
    }));
});
