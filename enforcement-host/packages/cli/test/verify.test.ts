import assert from 'node:assert/strict';
import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { LedgerHead } from '@axtary/ledger';

import { cli, start, temporaryFolder } from './support.js';
import { writeLedger } from './support.js';

describe('axtary verify-export', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let original: string;
  let head: LedgerHead;

  before(async () => {
    folder = await temporaryFolder();
    original = path.join(folder.path, 'original.jsonl');
    head = await writeLedger(path.join(folder.path, 'ledger.jsonl'), 250);
    const { code, stderr } = await attest('ledger.jsonl', '--out', original);
    assert.equal(code, 0, stderr);
  });
  after(() => folder.remove());

  const verify = (...args: string[]) => cli(['verify-export', ...args], { cwd: folder.path });
  const attest = (...args: string[]) => cli(['attest-ledger', ...args], { cwd: folder.path });
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

  it('takes the JSON that "attest-ledger" prints as an anchor', async () => {
    const exported = await attest('ledger.jsonl', '--out', 'out.jsonl', '--json');
    assert.equal(exported.code, 0, exported.stderr);
    await writeFile(path.join(folder.path, 'anchor.json'), exported.stdout);
    assert.equal((await verify('out.jsonl', '--anchor', 'anchor.json')).code, 0);
  });

  it('ends with 1 for an older export than its anchor', async () => {
    const { size } = await writeLedger(path.join(folder.path, 'ledger.jsonl'), 5);
    const newer = await attest('ledger.jsonl', '--out', 'newer.jsonl', '--json');
    await writeFile(path.join(folder.path, 'newer.json'), newer.stdout);
    assert.ok(size > head.size);
    const { code, stdout } = await verify(original, '--anchor', 'newer.json');
    assert.equal(code, 1);
    assert.match(stdout, /^INVALID TRUNCATED/);
    assert.equal((await verify(original)).code, 3);
  });

  it('verifies selections, redactions, and members that are opened later', async () => {
    const redacted = await attest(
      ...[
        'ledger.jsonl',
        '--type',
        'policy_change',
        '--redact',
        'workspace',
        '--out',
        'some.jsonl',
      ],
    );
    assert.equal(redacted.code, 0, redacted.stderr);
    const some = path.join(folder.path, 'some.jsonl');
    const lines = (await readFile(some, 'utf8')).split('\n').filter((line) => line !== '');
    const seq = Number(
      /"seq":(\d+)/.exec(lines.find((line) => line.includes('"boot"')) ?? '')?.[1],
    );
    assert.ok(!lines.join('').includes('/home/ada/shop'));
    const closed = await verify('some.jsonl', '--json');
    assert.equal(closed.code, 3, closed.stdout);
    const { hidden } = JSON.parse(closed.stdout) as { hidden: number };
    const disclose = ['ledger', 'disclose', String(seq), 'workspace', '--out', 'opened.jsonl'];
    const opened = await cli([...disclose, '--file', 'ledger.jsonl'], { cwd: folder.path });
    assert.equal(opened.code, 0, opened.stderr);
    const again = await verify('some.jsonl', '--disclosures', 'opened.jsonl', '--json');
    assert.equal(again.code, 3, again.stdout);
    assert.equal((JSON.parse(again.stdout) as { hidden: number }).hidden, hidden - 1);
    const none = await attest('ledger.jsonl', '--redact', 'nothing', '--out', 'none.jsonl');
    assert.equal(none.code, 2);
    assert.match(none.stderr, /nothing is not sealed; expected one of/);
  });

  it('writes what opens the members kept back, and says to keep it apart', async () => {
    const args = ['ledger.jsonl', '--redact', 'workspace', '--disclosures', 'kept.jsonl'];
    const { code, stdout, stderr } = await attest(...args, '--out', 'closed.jsonl');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /What opens them is in kept\.jsonl: keep it apart from the export/);
    const opened = await verify('closed.jsonl', '--disclosures', 'kept.jsonl', '--json');
    assert.equal((JSON.parse(opened.stdout) as { hidden: number }).hidden, 0);
    const closed = await verify('closed.jsonl', '--json');
    assert.ok((JSON.parse(closed.stdout) as { hidden: number }).hidden >= 250);
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
    const at = lines.findIndex((line) => line.includes('"seq":42,'));
    lines[at] = lines[at]?.replace('user:ada', 'user:eve') ?? '';
    await writeFile(file, lines.join('\n'));
    const { code, stdout } = await verify(file, '--json');
    assert.equal(code, 1);
    const report = JSON.parse(stdout) as { verdict: string; seq: number };
    assert.equal(report.verdict, 'INVALID');
    assert.ok(report.seq === 42 || report.seq === 43, `${report.seq}`);
  });

  it('ends with 4 for a file without its end, and for an empty one', async () => {
    const torn = await copy('torn.jsonl');
    const text = await readFile(torn, 'utf8');
    await writeFile(torn, text.slice(0, text.length / 2));
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
    assert.equal((await cli(['verify-export', file], { cwd: folder.path })).code, 1);
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
    const unsigned = await cli(['attest-ledger', '--out', 'out.jsonl'], { cwd: folder.path });
    assert.equal(unsigned.code, 1);
    assert.match(unsigned.stderr, /checkpoint/);
  });

  it('does not export a ledger onto itself', async () => {
    const file = (await ledger('path')).stdout.trim();
    await writeLedger(file, 1);
    const onto = await cli(['attest-ledger', '--out', file], { cwd: folder.path });
    assert.equal(onto.code, 2);
    assert.equal((await ledger('verify')).code, 3);
  });
});
