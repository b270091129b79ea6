import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { cli, temporaryFolder, type Ended } from './support.js';

const POLICY = `version: 1
preset: none
policies:
  - id: no-secrets
    effect: deny
    match: { tool: fs.write }
    when: [{ field: context.paths, matches: '**/.env' }]
  - id: write
    effect: allow
    match: { tool: fs.write }
`;

const test = (name: string, file: string, expected: string): string =>
  `  - name: '${name}'
    action: { tool: fs.write, resource: r, context: { paths: [${file}] } }
    expect: ${expected}
`;
const PASSING = `tests:\n${test('a secret is denied', '.env', '{ decision: deny, rules: no-secrets }')}`;
const WHOLE = PASSING + test('another file is allowed', 'a.ts', 'allow');
const FAILING = `tests:\n${test('a secret is allowed # TODO', '.env', '{ decision: allow, rules: write }')}`;

describe('axtary policy test', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await write('axtary.yml', POLICY);
  });
  afterEach(() => folder.remove());

  async function write(file: string, text: string): Promise<void> {
    await mkdir(path.join(folder.path, path.dirname(file)), { recursive: true });
    await writeFile(path.join(folder.path, file), text);
  }
  const run = (...args: string[]): Promise<Ended> =>
    cli(['policy', 'test', ...args], { cwd: folder.path });

  it('runs the tests beside a policy, and says what they cover', async () => {
    await write('axtary.test.yml', WHOLE);
    const { code, stdout } = await run();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^axtary\.test\.yml {2}\(axtary\.yml\)\n {2}ok {2}a secret is denied$/m);
    assert.match(stdout, /^2 passed, 0 failed$/m);
    assert.match(stdout, /^axtary\.yml: 100 % covered, 2 of 2 rules$/m);
  });

  it('ends with 1 for a failing test, with what differs and why', async () => {
    await write('axtary.test.yml', FAILING);
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(stdout, /^ {2}FAILED {2}a secret is allowed # TODO$/m);
    assert.match(stdout, /axtary\.test\.yml:4:13: expected allow, got deny; expected the rules/);
    assert.match(stdout, /^ +- rules: \["write"\]\n +\+ rules: \["no-secrets"\]$/m);
    assert.match(stdout, /^ +no-secrets +deny +decided$/m);
    assert.match(stdout, /^ +write +allow +overruled$/m);
    assert.match(stdout, /^0 passed, 1 failed$/m);
  });

  it('prints TAP in which no name can turn a failure into a success', async () => {
    await write('a.test.yml', FAILING);
    await write('b.test.yml', PASSING);
    const { code, stdout } = await run('--format', 'tap');
    assert.equal(code, 1);
    const lines = stdout.split('\n');
    assert.deepEqual(lines.slice(0, 3), [
      'TAP version 14',
      '1..2',
      'not ok 1 - a.test.yml: a secret is allowed \\# TODO',
    ]);
    assert.ok(lines.includes('ok 2 - b.test.yml: a secret is denied'));
    assert.match(stdout, /^ {2}---\n {2}message: "expected allow, got deny/m);
    assert.match(stdout, /^ {2}\.\.\.$/m);
  });

  it('prints results and coverage as JSON', async () => {
    await write('axtary.test.yml', PASSING);
    const { code, stdout } = await run('--json');
    assert.equal(code, 0);
    const report = JSON.parse(stdout) as {
      passed: number;
      failed: number;
      files: { results: { passed: boolean; actual: { rules: string[] } }[] }[];
      coverage: { policy: string; percent: number; uncovered: string[] }[];
    };
    assert.equal(report.passed, 1);
    assert.equal(report.failed, 0);
    assert.deepEqual(report.files[0]?.results[0]?.actual.rules, ['no-secrets']);
    assert.equal(report.coverage[0]?.percent, 50);
    assert.deepEqual(report.coverage[0].uncovered, ['write']);
  });

  it('ends with 1 below the coverage that is asked for', async () => {
    await write('axtary.test.yml', PASSING);
    assert.equal((await run('--min-coverage', '50')).code, 0);
    const { code, stdout } = await run('--min-coverage', '51', '--coverage');
    assert.equal(code, 1);
    assert.match(stdout, /50 % covered, 1 of 2 rules; no test is decided by write$/m);
    assert.match(stdout, /^ {2}expected at least 51 %$/m);
    assert.match(stdout, /^ {2}no-secrets +file +1 +1$/m);
  });

  it('adds up the coverage of all tests of one policy', async () => {
    await write('a.test.yml', PASSING);
    await write('b.test.yml', `tests:\n${test('another file is allowed', 'a.ts', 'allow')}`);
    assert.equal((await run('--min-coverage', '100')).code, 0);
  });

  it('searches folders, but not those of packages, hidden ones and links', async () => {
    await write('sub/deep/axtary.yml', POLICY);
    await write('sub/deep/axtary.test.yml', WHOLE);
    await write('sub/node_modules/a/axtary.test.yml', FAILING);
    await write('sub/.git/axtary.test.yml', FAILING);
    await symlink(folder.path, path.join(folder.path, 'sub/loop'));
    const { code, stdout } = await run('sub', 'sub/deep/axtary.test.yml');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^2 passed/m);
  });

  it('tests the policy that a file names, else the one it is named after', async () => {
    await write('ci.yml', POLICY.replace('effect: allow', 'effect: step_up'));
    await write('ci.test.yml', `tests:\n${test('a', 'a.ts', 'step_up')}`);
    await write('other.test.yml', `policy: ./ci.yml\ntests:\n${test('b', 'a.ts', 'step_up')}`);
    const { code, stdout } = await run();
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^other\.test\.yml {2}\(ci\.yml\)$/m);
  });

  it('ends with 1 for a test that is none, and runs the others', async () => {
    await write('axtary.test.yml', WHOLE.replace('expect: allow', 'expect: alow'));
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(stdout, /axtary\.test\.yml:7:13: error: expected "allow"/);
    assert.match(stdout, /^1 passed, 0 failed$/m);
    assert.match((await run('--format', 'tap')).stdout, /^not ok 1 - axtary\.test\.yml$/m);
  });

  it('ends with 1 for a policy that is none', async () => {
    await write('axtary.yml', 'version: 2\n');
    await write('axtary.test.yml', PASSING);
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(stdout, /axtary\.yml:1:10: error/);
  });

  it('ends with 1 where there is no test, no file or no policy', async () => {
    assert.match((await run()).stderr, /there is no \*\.test\.yml here/);
    assert.equal((await run()).code, 1);
    assert.equal((await run('nowhere')).code, 1);
    await write('empty/axtary.test.yml', PASSING);
    assert.equal((await run('empty')).code, 1);
  });
});
