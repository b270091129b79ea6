import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { truncate } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { openCold, verifyCold } from '../bench/ledger/cold.js';
import { ENTRY } from '../bench/ledger/record.js';
import { writeLedger } from '../bench/ledger/written.js';
import { REPOSITORY, temporaryFolder } from '../testkit/folders.js';

const BENCH = path.join(REPOSITORY, 'test/bench/run.ts');

/** The table's rows that say a rate, and what is measured beside the ledger. */
const RATES = [
  'append, 256 callers',
  'append: SQLite WAL FULL, a commit each',
  'append: SQLite WAL FULL, 256 a commit',
  'append: plain lines',
  'append: Microsoft SDK, AuditLogger',
  'append: agent-passport-system, receipts',
  'append: aquaman-core, AuditLogger',
  'verify',
  'verify: Microsoft SDK, AuditLogger',
  'verify: agent-passport-system, receipts',
  'verify: aquaman-core, AuditLogger',
  'verify an export of 50,000 records',
];

describe('npm run bench', function () {
  // It installs a Node that has SQLite where there is none.
  this.timeout(600_000);

  it('measures the ledger beside SQLite, plain lines and the audit logs of its peers', async () => {
    const args = ['--import=tsx', BENCH, '--quick', 'ledger'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: REPOSITORY });
    const measured = new Map(stdout.split('\n').map((line) => splitRow(line)));
    for (const what of RATES) assert.match(measured.get(what) ?? '', /^[1-9][\d,]*\/s$/, stdout);
    assert.match(measured.get('open a ledger of 50,000 records') ?? '', /^\d+ ms$/, stdout);
    assert.doesNotMatch(stdout, /NaN|Infinity|undefined/);
  });

  it('counts the memory of a reading without that of the bench itself', async () => {
    const { path: folder, remove } = temporaryFolder('bench');
    try {
      const ledger = await writeLedger(path.join(folder, 'ledger'), 1000, () => ENTRY);
      const ballast = Buffer.alloc(400e6, 1);
      const readings = [await openCold(ledger), await verifyCold(ledger)];
      assert.equal(ballast.at(-1), 1);
      for (const { peakBytes } of readings) {
        assert.ok(peakBytes > 20e6 && peakBytes < 300e6, `${peakBytes} bytes`);
      }
    } finally {
      remove();
    }
  });

  it('fails with the words of the verifier where an export is not valid', async () => {
    const { path: folder, remove } = temporaryFolder('bench');
    try {
      const ledger = await writeLedger(path.join(folder, 'ledger'), 1000, () => ENTRY);
      await truncate(ledger.exported, ledger.exportBytes - 1);
      await assert.rejects(verifyCold(ledger), /the file ends before its manifest/);
    } finally {
      remove();
    }
  });
});

function splitRow(line: string): [what: string, measured: string] {
  const [what = '', measured = ''] = line.split(/ {2,}/);
  return [what, measured];
}
