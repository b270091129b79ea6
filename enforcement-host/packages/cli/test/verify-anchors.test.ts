import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ControlPlaneAnchor, type LedgerHead, type VerifyReport } from '@axtary/ledger';

import { FakeControlPlane } from '../../ledger/test/anchors/fake-control-plane.js';
import { newRepository } from '../../ledger/test/anchors/kinds.js';
import { CLOCK, newNoteSigner, open } from '../../ledger/test/anchors/ledgers.js';
import { cli, temporaryFolder, writeLedger, type Ended } from './support.js';

/** The parts of a report that name what was found, with the exit code. */
function verdictOf({ code, stdout, stderr }: Ended): unknown[] {
  assert.equal(stderr, '');
  const report = JSON.parse(stdout) as VerifyReport;
  return [code, report.verdict, report.code];
}

describe('axtary verify-export with anchors that are fetched', function () {
  this.timeout(120_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let key = '';
  let anchored: LedgerHead;

  const run = (...args: string[]): Promise<Ended> => cli(args, { cwd: folder.path });
  const file = (name: string): string => path.join(folder.path, name);
  const exported = async (ledger: string, out: string): Promise<void> => {
    const { code, stderr } = await run('attest-ledger', ledger, '--out', out);
    assert.equal(code, 0, stderr);
  };
  const verify = (out: string, ...args: string[]): Promise<Ended> =>
    run('verify-export', out, '--json', ...args);
  const inGit = (out: string, anchor = 'git:repository'): Promise<Ended> =>
    verify(out, '--anchor', anchor, '--anchor-key', key);

  before(async () => {
    folder = await temporaryFolder();
    newRepository(file('repository'), '--bare');
    await writeLedger(file('ledger.jsonl'), 5);
    await copyFile(file('ledger.jsonl'), file('cut.jsonl'));
    anchored = await writeLedger(file('ledger.jsonl'), 5);
    const to = ['--to', 'git', '--repository', 'repository'];
    assert.equal((await run('ledger', 'anchor', 'ledger.jsonl', ...to)).code, 0);
    const printed = await run('ledger', 'note-key', 'ledger.jsonl', '--json');
    key = (JSON.parse(printed.stdout) as { readonly verifierKey: string }).verifierKey;
    await exported('ledger.jsonl', 'whole.jsonl');
    await exported('cut.jsonl', 'short.jsonl');
  });
  after(() => folder.remove());

  it('ends with 0 for an export that a git repository confirms, and names the commit', async () => {
    const confirmed = await inGit('whole.jsonl');
    assert.deepEqual(verdictOf(confirmed), [0, 'VALID_ANCHORED', undefined]);
    const { anchoredBy } = JSON.parse(confirmed.stdout) as VerifyReport;
    assert.match(anchoredBy?.by ?? '', /^git:axtary-anchors@[0-9a-f]{40}$/);
    // The checkpoint signs the records before it.
    assert.equal(anchoredBy?.size, anchored.size - 1);
  });

  it('finds that a ledger was cut after it was anchored in git, and that another grew instead', async () => {
    assert.deepEqual(verdictOf(await verify('short.jsonl')), [3, 'VALID_UNANCHORED', undefined]);
    assert.deepEqual(verdictOf(await inGit('short.jsonl')), [1, 'INVALID', 'TRUNCATED']);
    await copyFile(file('cut.jsonl'), file('other.jsonl'));
    await writeLedger(file('other.jsonl'), 9);
    await exported('other.jsonl', 'other-export.jsonl');
    const replaced = await inGit('other-export.jsonl');
    assert.deepEqual(verdictOf(replaced), [1, 'INVALID', 'ANCHOR_MISMATCH']);
  });

  it('finds the same in a ledger, also in one that was sealed to its end', async () => {
    const ledger = (name: string): Promise<Ended> =>
      run(
        ...['ledger', 'verify', name, '--json', '--anchor', 'git:repository#axtary-anchors'],
        ...['--anchor-key', key],
      );
    assert.deepEqual(verdictOf(await ledger('ledger.jsonl')), [0, 'VALID_ANCHORED', undefined]);
    assert.deepEqual(verdictOf(await ledger('cut.jsonl')), [1, 'INVALID', 'TRUNCATED']);
    await mkdir(file('sealed.jsonl.segments'));
    const segment = file('sealed.jsonl.segments/0000000000000000.jsonl');
    await copyFile(file('cut.jsonl'), segment);
    assert.deepEqual(verdictOf(await ledger('sealed.jsonl')), [1, 'INVALID', 'TRUNCATED']);
  });

  it('takes no repository, branch or key that knows nothing for one that agrees', async () => {
    const unknown = [
      await inGit('whole.jsonl', 'git:repository#other'),
      await verify(
        ...(['whole.jsonl', '--anchor', 'git:repository'] as const),
        ...['--anchor-key', newNoteSigner(anchored.log).verifierKey],
      ),
    ];
    for (const { code, stderr, stdout } of unknown) {
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /has no checkpoint of log_[\w-]{22} that counts/);
    }
    const nowhere = await inGit('whole.jsonl', 'git:nowhere');
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /git: /);
    const keyless = await verify('whole.jsonl', '--anchor', 'git:repository');
    assert.equal(keyless.code, 2);
    assert.match(keyless.stderr, /needs --anchor-key: what "axtary ledger note-key" prints/);
    const malformed = await verify(
      ...(['whole.jsonl', '--anchor', 'git:repository', '--anchor-key', 'x'] as const),
    );
    assert.equal(malformed.code, 2);
    assert.equal((await inGit('whole.jsonl', 'git:repository#a..b')).code, 2);
  });

  it('says what a file is that names no ledger, without asking for it', async () => {
    await writeFile(file('nothing.jsonl'), '');
    assert.deepEqual(verdictOf(await inGit('nothing.jsonl')), [4, 'INCOMPLETE', 'EMPTY']);
    await writeFile(file('wrong.jsonl'), '{"export":{"log":"../x"}}\n');
    assert.deepEqual(verdictOf(await inGit('wrong.jsonl')), [1, 'INVALID', 'EXPORT_MALFORMED']);
  });

  it('asks a control plane, with a bearer from a file', async () => {
    const plane = new FakeControlPlane(CLOCK);
    const url = await plane.start();
    await writeFile(file('bearer'), `${plane.bearer}\n`);
    await chmod(file('bearer'), 0o600);
    const asked = (out: string): Promise<Ended> =>
      verify(out, '--anchor', url, '--bearer-file', 'bearer');
    try {
      assert.match((await asked('whole.jsonl')).stderr, /has no checkpoint of log_/);
      const { checkpoint } = await open(file('ledger.jsonl'));
      await new ControlPlaneAnchor({ url, bearer: plane.bearer }).push(checkpoint);
      assert.deepEqual(verdictOf(await asked('whole.jsonl')), [0, 'VALID_ANCHORED', undefined]);
      assert.deepEqual(verdictOf(await asked('short.jsonl')), [1, 'INVALID', 'TRUNCATED']);
      const bearerless = await verify('whole.jsonl', '--anchor', url);
      assert.equal(bearerless.code, 2);
      assert.match(bearerless.stderr, /needs --bearer-file/);
      const plain = ['--anchor', 'http://anchors.example', '--bearer-file', 'bearer'];
      const unsafe = await verify('whole.jsonl', ...plain);
      assert.equal(unsafe.code, 2);
      assert.match(unsafe.stderr, /anchors are reached over https/);
    } finally {
      await plane.stop();
    }
    assert.equal((await asked('whole.jsonl')).code, 1);
  });
});
