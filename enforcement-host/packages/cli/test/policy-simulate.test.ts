import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ledgerFile } from '../src/state-folder.js';
import { cli, start, temporaryFolder, writeDecisions, type Ended } from './support.js';

const POLICY = `version: 1
preset: none
policies:
  - id: no-secrets
    effect: deny
    description: secrets stay out of reach
    match: { tool: mcp.tool.call }
    when: [{ field: context.paths, matches: '**/.env' }]
  - id: post
    effect: allow
    match: { tool: slack.post }
    when: [{ field: payload.channel, equals: C1 }]
    obligations: { rates: [{ max: 3, windowSeconds: 60 }] }
  - id: ask
    effect: step_up
    match: { tool: slack.delete }
  - id: by-day
    effect: allow
    match: { tool: slack.remind }
    when: [{ window: { from: '09:00', to: '17:00', timeZone: UTC } }]
`;

const post = { tool: 'slack.post', resource: 'slack:channel/C1', payload: { channel: 'C1' } };
const elsewhere = { ...post, payload: { channel: 'C2' } };
const remove = { ...post, tool: 'slack.delete' };
const remind = { ...post, tool: 'slack.remind' };

interface Line {
  readonly line?: number;
  readonly seq?: number;
  readonly decision: string;
  readonly reasons: readonly { readonly rule: string }[];
  readonly rules: readonly {
    readonly rule: string;
    readonly outcome: string;
    readonly failed?: { readonly path: unknown; readonly found: string };
  }[];
  readonly recorded?: { readonly verdict: string };
  readonly error?: string;
}

describe('axtary policy simulate', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFile(path.join(folder.path, 'axtary.yml'), POLICY);
  });
  afterEach(() => folder.remove());

  const simulate = (input: string | Iterable<string>, ...args: string[]): Promise<Ended> =>
    cli(['policy', 'simulate', ...args], { cwd: folder.path, input });
  const ndjson = (...actions: readonly unknown[]): string =>
    actions.map((action) => `${JSON.stringify(action)}\n`).join('');
  const linesOf = ({ stdout }: Ended): readonly Line[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  it('shows which rule decided an action file, and for the others the first condition that failed', async () => {
    await writeFile(path.join(folder.path, 'action.json'), JSON.stringify(elsewhere, undefined, 2));
    const { code, stdout } = await simulate('', 'action.json');
    assert.equal(code, 11);
    assert.match(stdout, /^deny {2}slack\.post slack:channel\/C1 {2}\(action\.json\)$/m);
    assert.match(stdout, /^ {2}default-deny: no rule allows this action$/m);
    assert.match(
      stdout,
      /^ {2}post +allow +did not hold +when\[0\]: payload\.channel.*; it has "C2"$/m,
    );
    assert.doesNotMatch(stdout, /no-secrets/);
    assert.match(
      (await simulate('', 'action.json', '--all')).stdout,
      /^ {2}no-secrets +deny +did not hold +match: /m,
    );
  });

  it('says which obligation was not met', async () => {
    const facts = { usage: { 'post.rate.0': 3 } };
    const { code, stdout } = await simulate(ndjson({ action: post, facts }), '-');
    assert.equal(code, 11);
    assert.match(stdout, /^ {2}post +allow +unmet, so denied +obligations\.rates: at most 3/m);
  });

  const CODES = [
    [0, 'all are allowed', [post, post]],
    [10, 'some need an approval', [post, remove]],
    [11, 'some are denied', [post, remove, elsewhere]],
  ] as const;
  for (const [expected, what, actions] of CODES) {
    it(`ends with ${expected} where ${what}`, async () => {
      const { code, stdout, stderr } = await simulate(ndjson(...actions), '-');
      assert.equal(code, expected, stderr);
      assert.match(stdout, new RegExp(`^${actions.length} actions: `, 'm'));
    });
  }

  it('reports lines that are no action by their number, decides the others, and ends with 1', async () => {
    const input = `${ndjson(post)}nonsense\n\n${ndjson(remove)}{"tol": 1}\n[]\n{"action":{},"fact":{}}\n`;
    const { code, stdout, stderr } = await simulate(input, '-');
    assert.equal(code, 1);
    assert.match(stdout, /^2 actions: 1 allow, 1 step_up, 0 deny$/m);
    assert.match(stderr, /^line 2: not strict JSON/m);
    assert.match(stderr, /^line 5: not an action: unknown key "tol": expected "tool"/m);
    assert.match(stderr, /^line 6: not an action/m);
    assert.match(stderr, /^line 7: expected only "action" and "facts"/m);
    assert.match(stderr, /^not understood, so not decided: 4$/m);
    const lines = linesOf(await simulate(input, '-', '--json'));
    assert.deepEqual(
      lines.map(({ line, error }) => [line, error === undefined]),
      [
        [1, true],
        [2, false],
        [4, true],
        [5, false],
        [6, false],
        [7, false],
      ],
    );
  });

  it('fails where nothing was decided: a pipeline that lost its actions must not pass', async () => {
    const { code, stderr } = await simulate('\n\n', '-');
    assert.equal(code, 1);
    assert.match(stderr, /no action was decided/);
  });

  it('tells what rules on trial would change, and that they change nothing', async () => {
    const trial = `  - id: trial
    effect: deny
    shadow: true
    match: { tool: slack.post }
`;
    await writeFile(path.join(folder.path, 'axtary.yml'), POLICY + trial);
    const { code, stdout } = await simulate(ndjson(post), '-');
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}with the rules on trial: deny \(trial\)$/m);
    assert.match(stdout, /^ {2}trial +deny +held, on trial$/m);
  });

  it('prints every rule of every action as a line of JSON', async () => {
    const [first, second] = linesOf(await simulate(ndjson(post, elsewhere), '-', '--json'));
    assert.equal(first?.decision, 'allow');
    assert.deepEqual(
      first.rules.map(({ rule, outcome }) => [rule, outcome]),
      [
        ['no-secrets', 'not-held'],
        ['post', 'determined'],
        ['ask', 'not-held'],
        ['by-day', 'not-held'],
      ],
    );
    assert.deepEqual(second?.rules[1]?.failed?.path, ['when', 0]);
    assert.equal(second.rules[1].failed.found, '"C2"');
  });

  it('decides at the time that is given, else at that of the action', async () => {
    const at = (time: string): Promise<Ended> => simulate(ndjson(remind), '-', '--now', time);
    assert.equal((await at('2026-01-05T10:00:00Z')).code, 0);
    assert.equal((await at('2026-01-05T18:00:00Z')).code, 11);
    assert.equal((await at('noon')).code, 2);
    const facts = { now: '2026-01-05T18:00:00Z' };
    assert.equal((await simulate(ndjson({ action: remind, facts }), '-')).code, 11);
  });

  it('takes facts of a file over those of an action', async () => {
    const file = path.join(folder.path, 'facts.json');
    await writeFile(file, '{"usage":{"post.rate.0":3}}');
    const own = ndjson({ action: post, facts: { usage: { 'post.rate.0': 0 } } });
    assert.equal((await simulate(own, '-')).code, 0);
    assert.equal((await simulate(own, '-', '--facts', 'facts.json')).code, 11);
    await writeFile(file, '{"usage":{"post.rate.0":-3}}');
    const { code, stderr } = await simulate(ndjson(post), '-', '--facts', 'facts.json');
    assert.equal(code, 2);
    assert.match(stderr, /facts\.usage/);
    await writeFile(file, '{');
    assert.equal((await simulate(ndjson(post), '-', '--facts', 'facts.json')).code, 2);
  });

  it('reads a file of many actions', async () => {
    await writeFile(path.join(folder.path, 'actions.ndjson'), ndjson(post, elsewhere));
    const { stdout } = await simulate('', 'actions.ndjson');
    assert.match(stdout, /\(actions\.ndjson:2\)$/m);
    assert.equal((await simulate('', 'nowhere.ndjson')).code, 1);
    assert.equal((await simulate('', 'nowhere.json')).code, 1);
  });

  it('refuses a policy that is none, and decides nothing', async () => {
    await writeFile(path.join(folder.path, 'axtary.yml'), 'version: 2\n');
    const { code, stdout, stderr } = await simulate(ndjson(post), '-');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^axtary\.yml:1:10: error: /m);
    assert.match(stderr, /axtary\.yml is not a valid policy/);
  });

  it('decides lines of megabytes one by one, and refuses one over 4 MiB', async () => {
    const long = ndjson({ ...post, payload: { channel: 'C1', text: 'x'.repeat(3 * 2 ** 20) } });
    const tooLong = ndjson({ ...post, payload: { channel: 'C1', text: 'x'.repeat(4 * 2 ** 20) } });
    function* input(): Generator<string> {
      for (let at = 0; at < 40; at++) yield long;
      yield tooLong;
    }
    const { code, stdout, stderr } = await cli(['policy', 'simulate', '-', '--json'], {
      cwd: folder.path,
      input: input(),
      // 120 MB come in: a third of that for everything that is kept.
      env: { NODE_OPTIONS: '--max-old-space-size=40' },
    });
    assert.equal(code, 1, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 41);
    assert.match(lines[40] ?? '', /"error":"the line is longer than 4194304 bytes"/);
    assert.match(lines[39] ?? '', /"decision":"allow"/);
  });

  it('stops reading when nobody reads its results', async () => {
    const child = start(['policy', 'simulate', '-', '--json'], { cwd: folder.path });
    child.stdin.on('error', () => undefined);
    const timer = setInterval(() => child.stdin.write(ndjson(post)), 5);
    child.stdout.once('data', () => child.stdout.destroy());
    try {
      assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
    } finally {
      clearInterval(timer);
    }
  });

  it('shows no control character of an action', async () => {
    const tool = 'a\u001b[31m\u202e';
    const { stdout } = await simulate(ndjson({ ...post, tool }), '-');
    assert.match(stdout, /a\\u\{1b\}\[31m\\u\{202e\}/);
    assert.ok(!stdout.includes('\u001b'));
  });

  describe('over the ledger', () => {
    beforeEach(async () => {
      const file = await ledgerFile(path.join(folder.path, 'state'), folder.path);
      await writeDecisions(file, [
        { text: 'one', verdict: 'allow' },
        { text: 'two', channel: 'C2' },
        { text: 'gone', isKept: false },
        { text: 'four' },
      ]);
    });

    it('decides past actions with their payloads, and says how it was then', async () => {
      const { code, stdout, stderr } = await simulate('', '--ledger');
      assert.equal(code, 11);
      assert.match(stdout, /^allow {2}slack\.post .*\(record 1\)$/m);
      assert.match(stdout, /^allow .*\(record 4\)\n {2}recorded at 20.*: deny \(recorded\)$/m);
      assert.match(stdout, /^3 actions: 2 allow, 0 step_up, 1 deny$/m);
      assert.match(stderr, /^record 3: its payload is no longer kept$/m);
      assert.match(stderr, /^payload no longer kept, so not decided: 1$/m);
    });

    it('takes a range, or the last decisions', async () => {
      const seqs = async (...args: string[]): Promise<readonly unknown[]> =>
        linesOf(await simulate('', ...args, '--json')).map(({ seq }) => seq);
      assert.deepEqual(await seqs('--ledger', '2..3'), [2, 3]);
      assert.deepEqual(await seqs('--ledger', '..2'), [1, 2]);
      assert.deepEqual(await seqs('--ledger', '2'), [2]);
      assert.deepEqual(await seqs('--last', '2'), [3, 4]);
      assert.deepEqual(await seqs('--ledger', '..2', '--last', '1'), [2]);
      assert.equal((await simulate('', '--ledger', 'x')).code, 2);
    });

    it('finds it by its workspace and state folder', async () => {
      const args = ['--ledger', '--workspace', '.', '--state', 'elsewhere'];
      const { code, stderr } = await simulate('', ...args);
      assert.equal(code, 1);
      assert.match(stderr, /the ledger cannot be read/);
    });
  });
});
