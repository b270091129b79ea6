import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import { FileAnchor, GitAnchor, LocalReceipts } from '@axtary/ledger';
import { Command } from 'commander';

import { FakeCollector } from '../../ledger/test/anchors/fake-collector.js';
import { FakeControlPlane } from '../../ledger/test/anchors/fake-control-plane.js';
import { FakeWitness } from '../../ledger/test/anchors/fake-witness.js';
import { CLOCK, copyOf, open } from '../../ledger/test/anchors/ledgers.js';
import { addLedgerAnchor } from '../src/anchor-program.js';
import type { CliContext } from '../src/context.js';
import { Terminal } from '../src/terminal.js';
import { temporaryFolder, writeLedger } from './support.js';

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

async function run(cwd: string, ...args: readonly string[]): Promise<Ran> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const context: CliContext = {
    terminal: new Terminal({ stdout, stderr, colour: false, progress: false }),
    stdin: Readable.from([]),
    stdout,
    osUser: 'ada',
    clock: CLOCK,
    env: { PATH: process.env['PATH'], AXTARY_STATE_DIR: path.join(cwd, 'state') },
    cwd,
    platform: process.platform,
    version: '0.0.0',
    setExitCode: () => undefined,
    onInterrupt: () => () => undefined,
  };
  const ledger = new Command('ledger')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  addLedgerAnchor(ledger, context, open);
  let error: unknown;
  await ledger.parseAsync([...args], { from: 'user' }).catch((thrown: unknown) => (error = thrown));
  const [printed, warned] = [stdout, stderr].map((stream) => String(stream.read() ?? ''));
  return { stdout: printed ?? '', stderr: warned ?? '', error };
}

function codeOf({ error }: Ran): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

describe('axtary ledger anchor', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let log = '';
  let size = 0;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeLedger(path.join(folder.path, 'ledger.jsonl'), 5);
    ({ log, size } = (await open(path.join(folder.path, 'ledger.jsonl'))).checkpoint);
  });
  afterEach(() => folder.remove());

  function anchor(...args: readonly string[]): Promise<Ran> {
    return run(folder.path, 'anchor', 'ledger.jsonl', ...args);
  }

  it('writes a line to a file, and keeps the receipt beside the ledger', async () => {
    const { stdout, error } = await anchor('--to', 'file', '--out', 'disk/heads.jsonl');
    assert.equal(error, undefined);
    assert.match(stdout, new RegExp(`^Anchored ${size} records of ${log}\n  by     file\n`));
    const heads = new FileAnchor(path.join(folder.path, 'disk/heads.jsonl'), CLOCK);
    const anchors = await heads.read(log);
    const receipts = await new LocalReceipts(path.join(folder.path, 'ledger.jsonl.anchors')).list();
    assert.deepEqual(
      receipts,
      anchors.map((kept) => ({ anchor: kept })),
    );
  });

  it('says what it means when an anchor knows more', async () => {
    const to = ['--to', 'file', '--out', 'heads.jsonl'];
    assert.equal((await anchor(...to)).error, undefined);
    const ledger = path.join(folder.path, 'ledger.jsonl');
    await copyOf(ledger, 3, path.join(folder.path, 'cut.jsonl'));
    const ran = await run(folder.path, 'anchor', 'cut.jsonl', ...to);
    assert.equal(codeOf(ran), 'ANCHOR_CONFLICT');
    assert.match(String(ran.error), /was cut, set back or changed/);
  });

  it('commits to a git repository', async () => {
    const repository = path.join(folder.path, 'repository');
    const env = { PATH: process.env['PATH'] };
    execFileSync('git', ['init', '--quiet', '--bare', repository], { env });
    const args = ['--to', 'git', '--repository', 'repository', '--branch', 'ours', '--json'];
    const { stdout, error } = await anchor(...args);
    assert.equal(error, undefined);
    const printed = JSON.parse(stdout) as { anchor: { size: number; by: string } };
    assert.equal(printed.anchor.size, size);
    const [kept] = await new GitAnchor({ repository, branch: 'ours', env }).read(log);
    assert.equal(printed.anchor.by, kept?.by);
  });

  it('has a checkpoint cosigned, by the key that note-key prints for the witness', async () => {
    const witness = new FakeWitness(CLOCK);
    const url = await witness.start();
    const { stdout } = await run(folder.path, 'note-key', 'ledger.jsonl', '--json');
    const { origin, verifierKey } = JSON.parse(stdout) as Record<string, string>;
    witness.trust(origin ?? '', verifierKey ?? '');
    const args = ['--to', 'witness', '--url', url, '--witness-key', witness.verifierKey];
    assert.equal((await anchor(...args)).error, undefined);
    assert.equal(witness.sizeOf(origin ?? ''), size);
    const receipts = new LocalReceipts(path.join(folder.path, 'ledger.jsonl.anchors'));
    const [signed] = await receipts.signedBy([witness.verifier]).read(log);
    assert.equal(signed?.size, size);
    const key = await stat(path.join(folder.path, 'ledger.jsonl.note-key.pem'));
    assert.equal(key.mode & 0o777, 0o600);
    await witness.stop();
  });

  it('sends to a collector and to a control plane, with a bearer from a file', async () => {
    const collector = new FakeCollector(path.join(folder.path, 'collected.jsonl'));
    const plane = new FakeControlPlane(CLOCK);
    const [logs, control] = [await collector.start(), await plane.start()];
    const file = path.join(folder.path, 'bearer');
    writeFileSync(file, `${plane.bearer}\n`);
    await chmod(file, 0o600);
    const bearer = ['--bearer-file', 'bearer'];
    assert.equal((await anchor('--to', 'otlp', '--url', logs, ...bearer)).error, undefined);
    assert.equal(collector.requests[0]?.headers.authorization, `Bearer ${plane.bearer}`);
    const ran = await anchor('--to', 'control-plane', '--url', control, ...bearer);
    assert.equal(ran.error, undefined);
    assert.match(ran.stdout, /by {5}control-plane:127\.0\.0\.1:/);
    await Promise.all([collector.stop(), plane.stop()]);
  });

  it('warns where others may read the key of the notes, and refuses what is none', async () => {
    const key = path.join(folder.path, 'key.pem');
    await run(folder.path, 'note-key', 'ledger.jsonl', '--note-key', 'key.pem');
    assert.match(readFileSync(key, 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
    await chmod(key, 0o644);
    const ran = await run(folder.path, 'note-key', 'ledger.jsonl', '--note-key', 'key.pem');
    assert.match(ran.stderr, /others may read/);
    assert.match(ran.stdout, new RegExp(`^origin  axtary\\.com/ledger/${log}\nkey     `));
    writeFileSync(key, 'no key');
    const refused = await run(folder.path, 'note-key', 'ledger.jsonl', '--note-key', 'key.pem');
    assert.equal(codeOf(refused), 'ANCHOR_SECRET_UNUSABLE');
    const nowhere = ['note-key', 'ledger.jsonl', '--note-key', 'none/key.pem'];
    assert.equal(codeOf(await run(folder.path, ...nowhere)), 'ANCHOR_SECRET_UNUSABLE');
  });

  const WRONG: readonly (readonly string[])[] = [
    ['--to', 'witness', '--url', 'https://witness.example'],
    ['--to', 'witness', '--url', 'https://witness.example', '--witness-key', 'none'],
    ['--to', 'git'],
    ['--to', 'git', '--repository', '.', '--branch=-x'],
    ['--to', 'git', '--repository', '.', '--remote', 'ext::sh'],
    ['--to', 'file'],
    ['--to', 'otlp'],
    ['--to', 'otlp', '--url', 'http://collector.example'],
    ['--to', 'otlp', '--url', 'no address'],
    ['--to', 'control-plane', '--url', 'https://plane.example'],
  ];
  for (const args of WRONG) {
    it(`refuses "${args.join(' ')}" as a command line`, async () => {
      assert.equal(codeOf(await anchor(...args)), 'CLI_USAGE');
    });
  }
});
