import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ledgerFile } from '../src/state-folder.js';
import { cli, temporaryFolder, writeDecisions, type Ended } from './support.js';

const POLICY = `version: 1
preset: none
policies:
  - id: post
    effect: allow
    match: { tool: slack.post }
    when: [{ field: payload.channel, equals: C1 }]
`;
const WIDER = POLICY.replace('equals: C1', 'in: [C1, C2]');
const NARROWER = POLICY.replace('effect: allow', 'effect: step_up');

interface Report {
  readonly direction: string;
  readonly changes: readonly { readonly kind: string; readonly name: string }[];
  readonly past?: {
    readonly considered: number;
    readonly missingPayloads: number;
    readonly problems: readonly { readonly line: number }[];
    readonly changes: readonly {
      readonly seq: number;
      readonly agent: string;
      readonly before: { readonly decision: string; readonly rules: readonly string[] };
      readonly after: { readonly decision: string; readonly rules: readonly string[] };
    }[];
  };
}

describe('axtary policy diff', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFile(path.join(folder.path, 'old.yml'), POLICY);
  });
  afterEach(() => folder.remove());

  async function diff(text: string, ...args: readonly string[]): Promise<Ended> {
    await writeFile(path.join(folder.path, 'new.yml'), text);
    return cli(['policy', 'diff', 'old.yml', 'new.yml', ...args], { cwd: folder.path });
  }
  async function report(text: string, ...args: readonly string[]): Promise<Report> {
    return JSON.parse((await diff(text, ...args, '--json')).stdout) as Report;
  }

  it('ends with 0 for policies that mean the same', async () => {
    const { code, stdout } = await diff(`# a comment\n${POLICY}`);
    assert.equal(code, 0);
    assert.match(stdout, /the policies mean the same/);
  });

  it('ends with 12 for a change, and says what it does to what is allowed', async () => {
    const { code, stdout } = await diff(`${POLICY}  - id: more
    effect: allow
    match: { tool: slack.delete }
`);
    assert.equal(code, 12);
    assert.match(stdout, /^1 change, in all: loosens$/m);
    assert.match(stdout, /^rule added more: loosens\n {2}\+ Allows calls of `slack\.delete`/m);
    const tighter = await report(`${POLICY}  - id: less
    effect: deny
    match: { tool: slack.post }
`);
    assert.equal(tighter.direction, 'tightens');
    assert.deepEqual(
      tighter.changes.map(({ kind, name }) => [kind, name]),
      [['rule-added', 'less']],
    );
  });

  it('never says of a change that it cannot judge that it does not loosen', async () => {
    const { code, stdout } = await diff(WIDER);
    assert.equal(code, 12);
    assert.match(
      stdout,
      /^rule changed post: (?:may loosen|loosens)\n {2}- Allows .*\n {2}\+ Allows /m,
    );
  });

  it('ends with 1 where one of them is no policy', async () => {
    const { code, stderr } = await diff('version: 2\n');
    assert.equal(code, 1);
    assert.match(stderr, /new\.yml is not a valid policy/);
  });

  it('lists the past actions that it would decide differently, with the reasons', async () => {
    const file = await ledgerFile(path.join(folder.path, 'state'), folder.path);
    await writeDecisions(file, [
      { text: 'a', verdict: 'allow' },
      { text: 'b', channel: 'C2' },
      { text: 'c', channel: 'C3' },
      { text: 'd', channel: 'C2', isKept: false },
    ]);
    const { code, stdout, stderr } = await diff(WIDER, '--over', 'ledger');
    assert.equal(code, 12);
    assert.match(stdout, /^1 of 3 actions would be decided differently$/m);
    assert.match(stdout, /^deny -> allow {2}slack\.post slack:channel\/C1 by agent:codex$/m);
    assert.match(stdout, /^ {2}before {2}default-deny: no rule allows this action$/m);
    assert.match(stdout, /^ {2}after {3}post: allowed by rule post$/m);
    assert.match(stderr, /^payload no longer kept, so not considered: 1$/m);
    const { past } = await report(NARROWER, '--over', 'ledger', '--last', '4');
    assert.equal(past?.considered, 3);
    assert.equal(past.missingPayloads, 1);
    assert.deepEqual(
      past.changes.map(({ seq, before, after }) => [seq, before.decision, after.decision]),
      [[1, 'allow', 'step_up']],
    );
    assert.equal((await report(NARROWER, '--over', 'ledger', '--last', '2')).past?.considered, 1);
  });

  it('takes actions from a file, and ends with 1 for a line that is none', async () => {
    const action = { tool: 'slack.post', resource: 'r', payload: { channel: 'C2' } };
    await writeFile(path.join(folder.path, 'a.ndjson'), `${JSON.stringify(action)}\n{}\n`);
    assert.equal((await diff(WIDER, '--over', 'a.ndjson')).code, 1);
    const { past } = await report(WIDER, '--over', 'a.ndjson');
    assert.equal(past?.changes.length, 1);
    assert.equal(past.problems[0]?.line, 2);
    const rest = `${JSON.stringify(action)}\n`;
    await writeFile(path.join(folder.path, 'a.ndjson'), rest);
    assert.equal((await diff(WIDER, '--over', 'a.ndjson')).code, 12);
  });

  it('gives a rate that the ledger knows nothing of a fresh count', async () => {
    const rates = '\n    obligations: { rates: [{ max: 1, windowSeconds: 60 }] }\n';
    const file = await ledgerFile(path.join(folder.path, 'state'), folder.path);
    await writeDecisions(file, [{ text: 'a', verdict: 'allow' }]);
    const { past, changes } = await report(POLICY.trimEnd() + rates, '--over', 'ledger');
    assert.equal(changes.length, 1);
    assert.deepEqual(past?.changes, []);
  });
});
