import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { BIN, cli, start, temporaryFolder } from './support.js';

describe('axtary', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => (folder = await temporaryFolder()));
  after(() => folder.remove());

  it('lists its commands and exit codes in its help', async () => {
    const { code, stdout } = await cli(['--help'], { cwd: folder.path });
    assert.equal(code, 0);
    const commands = [
      ...['init', 'proxy', 'mcp', 'policy', 'verify-export', 'ledger'],
      ...['keys', 'revoke', 'revocations', 'pass'],
    ];
    for (const command of commands) {
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
    }
    for (const exitCode of [0, 1, 2, 3, 4, 10, 11, 12, 13])
      assert.match(stdout, new RegExp(`^  ${exitCode}  `, 'm'));
  });

  it('gives every command a help of its own', async () => {
    const policy = ['check', 'simulate', 'explain', 'test', 'diff', 'export', 'prove'];
    const keys = ['list', 'jwks', 'rotate', 'create', 'show'];
    const revocable = ['pass', 'agent', 'task', 'key', 'delegation', 'all'];
    const commands = [
      ...['init', 'proxy', 'mcp', 'verify-export', 'attest-ledger'],
      ...['ledger verify', 'ledger disclose', 'ledger anchor', 'ledger note-key'],
      ...['ledger export', 'ledger tail', 'ledger replay', 'ledger forget'],
      ...keys.map((name) => `keys ${name}`),
      ...revocable.map((kind) => `revoke ${kind}`),
      ...['revocations list', 'pass verify'],
      ...policy.map((name) => `policy ${name}`),
    ];
    for (const command of commands) {
      const args = [...command.split(' '), '--help'];
      const { code, stdout } = await cli(args, { cwd: folder.path });
      assert.equal(code, 0, command);
      assert.match(stdout, new RegExp(`^Usage: axtary ${command} `), command);
      assert.doesNotMatch(stdout, /undefined|\[object/);
    }
  });

  it('prints the version of its package', async () => {
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    assert.equal((await cli(['--version'], { cwd: folder.path })).stdout.trim(), version);
  });

  const WRONG = [
    [],
    ['bogus'],
    ['mcp'],
    ['attest-ledger'],
    ['verify-export'],
    ['init', '--no'],
    ['policy', 'simulate'],
    ['policy', 'simulate', 'a.json', '--ledger'],
    ['policy', 'prove', '--last', 'many'],
    ['policy', 'diff', 'axtary.yml'],
    ['policy', 'export', '--to', 'prolog'],
    ['policy', 'test', '--min-coverage', '101'],
    ['keys', 'create'],
    ['proxy', '--passphrase-file', 'axtary.yml'],
    ['revoke', 'everything', '--reason', 'x'],
    ['revoke', 'agent', 'agent:codex'],
    ['revoke', 'all'],
    ['pass', 'verify', '-', '--action', 'a.json'],
  ];
  for (const args of WRONG) {
    it(`ends with 2 for the command line "axtary ${args.join(' ')}"`, async () => {
      const { code, stdout, stderr } = await cli(args, { cwd: folder.path });
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.notEqual(stderr, '');
    });
  }

  it('ends with 2 for an unknown way to trust a policy', async () => {
    const { code, stderr } = await cli(['proxy', '--policy-trust', 'me'], { cwd: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, /signed.*file/);
  });

  it('keeps its exit code when nobody reads its output', async () => {
    const child = start(['policy', 'check', 'nowhere.yml'], { cwd: folder.path });
    child.stdout.destroy();
    child.stderr.destroy();
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, 1);
  });

  it('is a program of node', () => {
    assert.match(readFileSync(BIN, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });
});
