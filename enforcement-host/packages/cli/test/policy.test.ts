import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { parsePolicy } from '@axtary/policy';

import { cli, temporaryFolder, type Ended } from './support.js';

describe('axtary init', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  it('writes a policy without any issue, with a server and a rule', async () => {
    const { code, stdout } = await cli(['init', '--dir', 'new/shop'], { cwd: folder.path });
    assert.equal(code, 0);
    assert.match(stdout, /axtary proxy/);
    const text = await readFile(path.join(folder.path, 'new/shop/axtary.yml'), 'utf8');
    const { policy, issues } = parsePolicy(text);
    assert.deepEqual(issues, []);
    assert.ok(policy);
    assert.deepEqual([...policy.servers.keys()], ['filesystem']);
    assert.ok(policy.rules.some(({ origin }) => origin === 'file'));
    assert.ok(policy.rules.some(({ origin }) => origin === 'preset'));
  });

  it('leaves an axtary.yml that is there as it is', async () => {
    const file = path.join(folder.path, 'axtary.yml');
    await writeFile(file, 'mine');
    const { code, stderr } = await cli(['init'], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stderr, /there already/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
  });

  it('says so when the folder cannot be made', async () => {
    await writeFile(path.join(folder.path, 'file'), '');
    const { code, stderr } = await cli(['init', '--dir', 'file/in'], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stderr, /cannot be written/);
  });
});

describe('axtary policy check', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  async function check(text: string | Uint8Array, ...args: string[]): Promise<Ended> {
    await writeFile(path.join(folder.path, 'axtary.yml'), text);
    return cli(['policy', 'check', ...args], { cwd: folder.path });
  }

  it('accepts a valid policy', async () => {
    const { code, stdout } = await check('version: 1\n');
    assert.equal(code, 0);
    assert.match(stdout, /^valid: axtary\.yml/);
  });

  it('names the place of an error as compilers do', async () => {
    const { code, stdout } = await check('version: 1\npolicies:\n  - id: a\n    efect: allow\n');
    assert.equal(code, 1);
    assert.match(stdout, /^axtary\.yml:4:5: error: .* \[unknown-key\]$/m);
  });

  it('accepts a policy with a warning, and prints it', async () => {
    const { code, stdout } = await check('version: 1\npreset: none\n');
    assert.equal(code, 0);
    assert.match(stdout, /^axtary\.yml:2:9: warning: /m);
  });

  it('warns of a rule that can never hold', async () => {
    const { code, stdout } = await check(`version: 1
policies:
  - id: never
    effect: deny
    match: { tool: slack.post }
    when: [{ field: payload.count, over: 5 }, { field: payload.count, under: 3 }]
`);
    assert.equal(code, 0);
    assert.match(stdout, /^axtary\.yml:\d+:\d+: warning: .* \[never-matches\]$/m);
    assert.match(stdout, /^valid: /m);
  });

  it('prints issues as JSON', async () => {
    const { code, stdout } = await check('version: 2\n', '--json');
    assert.equal(code, 1);
    const { valid, issues } = JSON.parse(stdout) as { valid: boolean; issues: unknown[] };
    assert.equal(valid, false);
    assert.equal(issues.length, 1);
  });

  it('checks several files, tests too, and fails for any of them', async () => {
    await writeFile(path.join(folder.path, 'a.test.yml'), 'tests:\n  - nam: a\n');
    const { code, stdout } = await check('version: 1\n', 'axtary.yml', 'a.test.yml');
    assert.equal(code, 1);
    assert.match(stdout, /^valid: axtary\.yml, rules in force: \d+/m);
    assert.match(stdout, /^a\.test\.yml:2:5: error: unknown key "nam": expected "name"/m);
    await writeFile(path.join(folder.path, 'a.test.yml'), 'tests: []\n');
    const valid = await check('version: 1\n', 'a.test.yml', '--json');
    assert.equal(valid.code, 0);
    assert.deepEqual(JSON.parse(valid.stdout), { file: 'a.test.yml', valid: true, issues: [] });
  });

  it('refuses bytes that are not UTF-8', async () => {
    const { code, stderr } = await check(Uint8Array.of(0x76, 0xff));
    assert.equal(code, 1);
    assert.match(stderr, /not UTF-8/);
  });

  it('does not read a file of many gigabytes', async () => {
    const file = path.join(folder.path, 'huge.yml');
    await writeFile(file, '');
    await truncate(file, 8 * 1024 ** 3);
    const { code, stderr } = await cli(['policy', 'check', file], { cwd: folder.path });
    assert.equal(code, 1);
    assert.match(stderr, /larger than/);
  });

  it('says so of a folder, and of a file that is not there', async () => {
    for (const file of ['.', 'nowhere.yml']) {
      const { code, stderr } = await cli(['policy', 'check', file], { cwd: folder.path });
      assert.equal(code, 1);
      assert.match(stderr, /cannot be read/);
    }
  });

  it('shows no control character of a file name', async () => {
    const file = 'a\u001b[31m\u202e.yml';
    await writeFile(path.join(folder.path, file), 'version: 2\n');
    const { stdout } = await cli(['policy', 'check', file], { cwd: folder.path });
    assert.match(stdout, /^a\\u\{1b\}\[31m\\u\{202e\}\.yml:1:10: /);
  });
});
