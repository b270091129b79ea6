import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { systemClock } from '@axtary/core';
import {
  attestLedger,
  LocalJsonlLedger,
  localLedgerSigner,
  verifyExport,
  verifyLedger,
  type VerifyReport,
} from '@axtary/ledger';

const VERIFIER = fileURLToPath(new URL('verify.py', import.meta.url));
const VECTORS = fileURLToPath(
  new URL('../../enforcement-host/packages/ledger/vectors/exports.json', import.meta.url),
);
/** Debian's own Python is where its python3-cryptography is. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

const python = PYTHONS.find(
  (name) => spawnSync(name, ['-c', 'import cryptography'], { stdio: 'ignore' }).status === 0,
);

function verify(...args: string[]): { readonly status: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync(python ?? '', [VERIFIER, ...args], { encoding: 'utf8' });
  return { status, stdout };
}

const signer = localLedgerSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const policyHash = `sha256:${'0'.repeat(64)}` as const;

interface Finding extends Pick<VerifyReport, 'verdict' | 'code' | 'seq'> {
  readonly file: string;
}

/** A ledger of some records in several segments, and its export. */
async function writeExport(folder: string): Promise<{ ledger: string; out: string }> {
  const ledger = path.join(folder, 'ledger.jsonl');
  const out = path.join(folder, 'export.jsonl');
  const written = new LocalJsonlLedger(ledger, { signer, rotateAt: 2000 });
  for (let n = 0; n < 12; n++) {
    const body = { workspace: `/home/ada/ä\u2028${n}`, policyHash, trustedBy: 'user:ada' };
    await written.append([{ type: 'policy_change', body }]);
  }
  await written.close();
  const sign = (text: string) => signer.sign('export', text);
  await attestLedger(ledger, out, { sign, software: 'test', clock: systemClock });
  return { ledger, out };
}

/** The export with a bit flipped here and there, and with lines left out, doubled and swapped. */
function* changesOf(whole: Buffer): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += 7) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    yield changed;
  }
  const lines = whole.toString('latin1').split('\n').slice(0, -1);
  const join = (some: readonly string[]): Buffer =>
    Buffer.from(some.map((line) => `${line}\n`).join(''), 'latin1');
  for (const [n, line] of lines.entries()) {
    yield join(lines.toSpliced(n, 1));
    yield join(lines.toSpliced(n, 0, line));
    yield join(lines.slice(0, n));
    yield join(lines.toSpliced(n, 2, lines[n + 1] ?? '', line));
  }
}

describe('the verifier in Python, written from the specification', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    // Debian: apt-get install python3-cryptography.
    if (python === undefined) this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-second-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('finds what every published vector says: verdict, code and record', () => {
    const { status, stdout } = verify('vectors', VECTORS);
    assert.match(stdout, /\{"cases": 158, "disagreements": 0\}\n$/);
    assert.equal(status, 0);
  });

  it('finds the same as ours in an export that was changed in a thousand ways', async () => {
    const { out } = await writeExport(folder);
    const cases: Finding[] = [];
    for (const bytes of changesOf(await readFile(out))) {
      const file = `changed-${cases.length}.jsonl`;
      await writeFile(path.join(folder, file), bytes);
      const { verdict, code, seq } = await verifyExport(path.join(folder, file));
      assert.ok(!verdict.startsWith('VALID'), file);
      cases.push({ file, verdict, ...(code && { code }), ...(seq !== undefined && { seq }) });
    }
    assert.ok(cases.length > 1000, `${cases.length}`);
    const index = path.join(folder, 'exports.json');
    await writeFile(index, JSON.stringify(cases));
    const { stdout } = verify('vectors', index);
    assert.equal(stdout, `{"cases": ${cases.length}, "disagreements": 0}\n`);
  });

  it('reads a ledger with its segments as ours does, whole and torn', async () => {
    const { ledger } = await writeExport(path.join(folder, 'ledger'));
    const whole = verify('ledger', ledger);
    assert.equal(whole.status, 3, whole.stdout);
    const report = await verifyLedger(ledger);
    assert.equal((JSON.parse(whole.stdout) as { records: number }).records, report.records);
    await writeFile(ledger, '{"disclosures":[["', { flag: 'a' });
    assert.match(verify('ledger', ledger).stdout, /"INCOMPLETE", "code": "TORN_TAIL"/);
    assert.equal((await verifyLedger(ledger)).code, 'TORN_TAIL');
  });
});
