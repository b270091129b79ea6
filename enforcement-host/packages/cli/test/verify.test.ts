import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { LedgerHead } from '@axtary/ledger';

import { cli, start, temporaryFolder } from './support.js';
import { ledgerFile } from '../src/state-folder.js';
import { writeLedger } from './support.js';

describe('axtary verify-export', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let original: string;
  let head: LedgerHead;

  before(async () => {
    folder = await temporaryFolder();
    original = path.join(folder.path, 'original.jsonl');
    head = await writeLedger(original, 250);
  });
  after(() => folder.remove());

  const verify = (...args: string[]) => cli(['verify-export', ...args], { cwd: folder.path });
  const copy = async (name: string): Promise<string> => {
    const file = path.join(folder.path, name);
    await copyFile(original, file);
    return file;
  };

  it('ends with 3 for an intact file without an anchor, and says what it cannot exclude', async () => {
    const { code, stdout } = await verify(original);
    assert.equal(code, 3);
    assert.match(stdout, /^VALID_UNANCHORED: intact, but nothing outside/);
    assert.match(stdout, /cannot exclude:\n( {2}- .+\n)+/);
    assert.ok(stdout.includes(head.head));
  });

  it('ends with 0 for an anchor given as SIZE:HASH', async () => {
    const { code, stdout } = await verify(original, '--anchor', `${head.size}:${head.head}`);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^VALID_ANCHORED: /);
  });

  it('takes the JSON that "ledger export" prints as an anchor', async () => {
    const state = path.join(folder.path, 'state');
    const ledger = await ledgerFile(state, folder.path);
    await writeLedger(ledger, 3);
    const exported = await cli(['ledger', 'export', '--out', 'out.jsonl', '--json'], {
      cwd: folder.path,
    });
    assert.equal(exported.code, 0, exported.stderr);
    await writeFile(path.join(folder.path, 'anchor.json'), exported.stdout);
    assert.equal((await verify('out.jsonl', '--anchor', 'anchor.json')).code, 0);
  });

  it('ends with 1 for a file that is shorter than its anchor', async () => {
    const file = await copy('cut.jsonl');
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const lastCheckpoint = lines
      .slice(0, -1)
      .findLastIndex((line) => line.includes('"checkpoint"'));
    await writeFile(file, lines.slice(0, lastCheckpoint + 1).join('\n') + '\n');
    const { code, stdout } = await verify(file, '--anchor', `${head.size}:${head.head}`);
    assert.equal(code, 1);
    assert.match(stdout, /^INVALID TRUNCATED/);
    assert.equal((await verify(file)).code, 3);
  });

  it('ends with 1 for another hash in the anchor', async () => {
    const other = `${head.size}:sha256:${'0'.repeat(64)}`;
    const { code, stdout } = await verify(original, '--anchor', other);
    assert.equal(code, 1);
    assert.match(stdout, /ANCHOR_MISMATCH/);
  });

  it('names the first bad record of a file with a changed byte', async () => {
    const file = await copy('changed.jsonl');
    const text = await readFile(file, 'utf8');
    const lines = text.split('\n');
    lines[42] = lines[42]?.replace('shop', 'shap') ?? '';
    await writeFile(file, lines.join('\n'));
    const { code, stdout } = await verify(file, '--json');
    assert.equal(code, 1);
    const report = JSON.parse(stdout) as { verdict: string; seq: number };
    assert.equal(report.verdict, 'INVALID');
    assert.ok(report.seq === 42 || report.seq === 43, `${report.seq}`);
  });

  it('ends with 4 for a torn tail and for an empty file', async () => {
    const torn = await copy('torn.jsonl');
    await appendFile(torn, '{"body":');
    assert.equal((await verify(torn)).code, 4);
    const empty = path.join(folder.path, 'empty.jsonl');
    await writeFile(empty, '');
    assert.equal((await verify(empty)).code, 4);
  });

  it('ends with 1 for another trust root', async () => {
    const { code, stdout } = await verify(original, '--trust-root', 'a'.repeat(43));
    assert.equal(code, 1);
    assert.match(stdout, /TRUST_ROOT_MISMATCH/);
  });

  it('ends with 2 for an anchor that is none, and with 1 for files that are not there', async () => {
    await writeFile(path.join(folder.path, 'no-anchor.json'), '{"size":0}');
    assert.equal((await verify(original, '--anchor', 'no-anchor.json')).code, 2);
    assert.equal((await verify(original, '--anchor', 'nowhere.json')).code, 1);
    assert.equal((await verify('nowhere.jsonl')).code, 1);
    assert.equal((await verify('nowhere.jsonl', '--anchor', `1:${'0'.repeat(64)}`)).code, 1);
    assert.equal((await verify('.')).code, 1);
  });

  it('finds gigabytes without a line break invalid without keeping them', async () => {
    const file = path.join(folder.path, 'huge.jsonl');
    await writeFile(file, '');
    await truncate(file, 4 * 1024 ** 3);
    const { code, stdout } = await verify(file);
    assert.equal(code, 1);
    assert.match(stdout, /^INVALID/);
  });

  it('keeps the exit code of the verdict when its output is closed', async () => {
    const child = start(['verify-export', original], { cwd: folder.path });
    child.stdout.destroy();
    const [code, stderr] = await Promise.all([
      new Promise((resolve) => child.once('exit', resolve)),
      child.stderr.setEncoding('utf8').toArray(),
    ]);
    assert.equal(code, 3);
    assert.equal(stderr.join(''), '');
  });

  it('uses no colour where nobody looks', async () => {
    assert.ok(!(await verify(original)).stdout.includes('\u001b'));
  });
});

describe('axtary ledger', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());
  const ledger = (...args: string[]) => cli(['ledger', ...args], { cwd: folder.path });

  it('finds the ledger of a workspace, in the state folder that is named', async () => {
    const { code, stdout } = await ledger('path', '--state', 'elsewhere');
    assert.equal(code, 0);
    assert.match(stdout, /[\\/]elsewhere[\\/]workspaces[\\/]ws_[0-9a-f]{16}[\\/]ledger\.jsonl\n$/);
  });

  it('verifies the ledger of the workspace, whose end need not be signed', async () => {
    const file = (await ledger('path')).stdout.trim();
    await writeLedger(file, 5);
    assert.equal((await ledger('verify')).code, 3);
    const [first] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${first}\n`);
    assert.equal((await ledger('verify')).code, 3);
    assert.equal((await ledger('verify', file)).code, 3);
    assert.equal((await cli(['verify-export', file], { cwd: folder.path })).code, 4);
  });

  it('says what is missing: the workspace, the ledger, its first checkpoint', async () => {
    const gone = await ledger('path', '--workspace', 'nowhere');
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /there is no folder/);
    assert.equal((await ledger('verify')).code, 1);
    const file = (await ledger('path')).stdout.trim();
    await writeLedger(file, 1);
    const [first] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${first}\n`);
    const unsigned = await ledger('export', '--out', 'out.jsonl');
    assert.equal(unsigned.code, 1);
    assert.match(unsigned.stderr, /checkpoint/);
  });

  it('does not export a ledger onto itself', async () => {
    const file = (await ledger('path')).stdout.trim();
    await writeLedger(file, 1);
    assert.equal((await ledger('export', '--out', file)).code, 2);
    assert.equal((await ledger('verify')).code, 3);
  });
});
