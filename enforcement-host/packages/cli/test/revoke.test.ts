import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';

import type { LocalTrustStore } from '@axtary/actionpass';

import {
  createTrustStore,
  passFor,
  passKeys,
  runHere,
  ScriptedPrompt,
} from './authority-support.js';
import { cli, temporaryFolder } from './support.js';

const KID = 'A'.repeat(43);

interface Listed {
  readonly stopped: boolean;
  readonly revocations: readonly Readonly<Record<string, unknown>>[];
}

describe('axtary revoke', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: LocalTrustStore;

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await createTrustStore(folder.path);
  });
  afterEach(() => folder.remove());

  function revoke(...args: string[]): ReturnType<typeof cli> {
    return cli(['revoke', ...args], { cwd: folder.path });
  }

  async function listed(): Promise<Listed> {
    const { code, stdout, stderr } = await cli(['revocations', 'list', '--json'], {
      cwd: folder.path,
    });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Listed;
  }

  const VALUES = {
    pass: 'pass_1',
    agent: 'agent:codex',
    task: 'AXT-1',
    key: KID,
    delegation: 'dlg_1',
  };
  for (const [kind, value] of Object.entries(VALUES)) {
    it(`revokes a ${kind}, by whom and why`, async () => {
      const { code, stdout } = await revoke(kind, value, '--reason', 'it loops', '--json');
      assert.equal(code, 0);
      const record: unknown = JSON.parse(stdout);
      assert.deepEqual(await store.revocations(), [record]);
      const { id, at, ...said } = record as Record<string, string>;
      const by = `user:${userInfo().username}`;
      assert.deepEqual(said, { version: 1, kind, value, reason: 'it loops', by });
      assert.match(id ?? '', /^rev_/);
      assert.ok(Math.abs(Date.parse(at ?? '') - Date.now()) < 60_000);
    });
  }

  it('says what a revocation does, for people', async () => {
    const agent = await revoke('agent', 'agent:codex', '--reason', 'it loops');
    assert.match(agent.stdout, /^Revoked the agent agent:codex \(rev_.*lift/s);
    const pass = await revoke('pass', 'pass_1', '--reason', 'x');
    assert.match(pass.stdout, /for good/);
  });

  it('warns of a key that nobody has, and revokes it all the same', async () => {
    const unknown = await revoke('key', KID, '--reason', 'x');
    assert.equal(unknown.code, 0);
    assert.match(unknown.stderr, /no key here has this thumbprint/);
    const kid = await store.addKey(passKeys().publicKey);
    assert.equal((await revoke('key', kid, '--reason', 'x')).stderr, '');
    assert.deepEqual(
      (await listed()).revocations.map(({ value }) => value),
      [kid, KID],
    );
  });

  it('keeps no pass that was given in place of its jti', async () => {
    const { token } = await passFor(passKeys().privateKey);
    for (const kind of ['pass', 'delegation']) {
      const { code, stdout, stderr } = await revoke(kind, token, '--reason', 'x');
      assert.equal(code, 2);
      assert.match(stderr, /named by its jti/);
      assert.ok(!`${stdout}${stderr}`.includes(token.slice(0, 20)));
    }
    assert.deepEqual(await store.revocations(), []);
  });

  const HOSTILE: readonly (readonly [kind: string, value: string, reason: string])[] = [
    ['agent', '', 'x'],
    ['agent', '  ', 'x'],
    ['task', 'x'.repeat(4097), 'x'],
    ['agent', 'agent:codex', ''],
    ['agent', 'agent:codex', ' \t'],
    ['agent', 'agent:codex', 'x'.repeat(1025)],
    ['key', 'not a thumbprint', 'x'],
    ['key', `${KID}=`, 'x'],
  ];
  for (const [kind, value, reason] of HOSTILE) {
    const shown = `${kind} ${JSON.stringify(value.slice(0, 20))} ${JSON.stringify(reason.slice(0, 20))}`;
    it(`ends with 2 and revokes nothing for ${shown}`, async () => {
      const { code, stdout } = await revoke(kind, value, '--reason', reason);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.deepEqual(await store.revocations(), []);
    });
  }

  it('keeps text as it is and lets it do nothing to the terminal', async () => {
    const value = 'agent:\u001b]0;owned\u0007\u202e\n"';
    const revoked = await revoke('agent', value, '--reason', '\u001b[2Jgone');
    const list = await cli(['revocations', 'list'], { cwd: folder.path });
    for (const { stdout } of [revoked, list]) {
      // eslint-disable-next-line no-control-regex -- these are what must not be there
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
      assert.match(stdout, /agent:\\u\{1b\}\]0;owned/);
    }
    assert.equal((await listed()).revocations[0]?.['value'], value);
  });

  describe('all', () => {
    it('stops everything', async () => {
      const { code, stdout } = await revoke('all', '--yes', '--reason', 'stolen', '--json');
      assert.equal(code, 0);
      const record = JSON.parse(stdout) as Record<string, unknown>;
      assert.equal(record['kind'], 'all');
      assert.equal(record['value'], record['at']);
      assert.equal((await listed()).stopped, true);
    });

    it('needs a terminal or --yes, and says so', async () => {
      const { code, stderr } = await revoke('all', '--reason', 'x');
      assert.equal(code, 2);
      assert.match(stderr, /no terminal to confirm on; add --yes/);
      assert.equal((await listed()).stopped, false);
    });

    for (const [answer, isStopped] of [
      ['y', true],
      ['YES', true],
      ['', false],
      ['n', false],
      ['yep', false],
      [undefined, false],
    ] as const) {
      it(`${isStopped ? 'stops' : 'stops nothing'} at the answer ${JSON.stringify(answer)}`, async () => {
        const prompt = new ScriptedPrompt(...(answer === undefined ? [] : [answer]));
        const args = ['revoke', 'all', '--reason', 'x'];
        const { code } = await runHere(args, { cwd: folder.path, prompt });
        assert.equal(code, isStopped ? 0 : 1);
        assert.match(prompt.asked.join(), /^Stop every agent of .*state\?/);
        assert.equal((await listed()).stopped, isStopped);
      });
    }

    it('refuses what was issued until it was confirmed', async () => {
      const times = ['2026-03-01T10:00:00.000Z', '2026-03-01T10:05:00.000Z'];
      let now = new Date(times[0] ?? '');
      const prompt = new ScriptedPrompt('y');
      const ask = prompt.ask.bind(prompt);
      prompt.ask = (question) => {
        now = new Date(times[1] ?? '');
        return ask(question);
      };
      const args = ['revoke', 'all', '--reason', 'x'];
      await runHere(args, { cwd: folder.path, prompt, clock: { now: () => now } });
      assert.equal((await store.revocations())[0]?.value, times[1]);
    });

    it('asks nothing where there is nothing to stop', async () => {
      await rm(path.join(folder.path, 'state'), { recursive: true });
      const prompt = new ScriptedPrompt('y');
      const args = ['revoke', 'all', '--reason', 'x'];
      const { code, stderr } = await runHere(args, { cwd: folder.path, prompt });
      assert.equal(code, 1);
      assert.match(stderr, /no pass-trust\.json/);
      assert.deepEqual(prompt.asked, []);
    });

    it('asks nothing about an empty reason', async () => {
      const prompt = new ScriptedPrompt('y');
      const { code } = await runHere(['revoke', 'all', '--reason', ' '], {
        cwd: folder.path,
        prompt,
      });
      assert.equal(code, 2);
      assert.deepEqual(prompt.asked, []);
    });
  });
});

describe('axtary revocations list', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    folder = await temporaryFolder();
    await createTrustStore(folder.path);
  });
  afterEach(() => folder.remove());

  function list(...args: string[]): ReturnType<typeof cli> {
    return cli(['revocations', 'list', ...args], { cwd: folder.path });
  }

  async function revoked(...args: string[]): Promise<Record<string, string>> {
    const { stdout } = await cli(['revoke', ...args, '--json'], { cwd: folder.path });
    return JSON.parse(stdout) as Record<string, string>;
  }

  async function lift(...ids: (string | undefined)[]): Promise<void> {
    const lifted = ids.map((revocation) => ({ revocation, ...LIFTED }));
    const file = path.join(folder.path, 'state', 'lifted.json');
    await writeFile(file, JSON.stringify({ version: 1, lifted }));
  }
  const LIFTED = { by: 'user:ada', reason: 'found it', at: '2026-03-01T10:00:00.000Z' };

  it('says so where nothing is revoked', async () => {
    assert.equal((await list()).stdout, 'Nothing is revoked.\n');
    const { stdout } = await list('--json');
    assert.deepEqual(JSON.parse(stdout), { stopped: false, revocations: [] });
  });

  it('shows the newest first, and what was lifted', async () => {
    const first = await revoked('agent', 'agent:codex', '--reason', 'it loops');
    const second = await revoked('task', 'AXT-1', '--reason', 'over');
    await lift(first['id']);
    const view = ({ version, ...shown }: Record<string, unknown>): object => {
      assert.equal(version, 1);
      return shown;
    };
    assert.deepEqual(JSON.parse((await list('--json')).stdout), {
      stopped: false,
      revocations: [view(second), { ...view(first), lifted: LIFTED }],
    });
    const { stdout } = await list();
    assert.match(stdout, /^AT +KIND +VALUE +BY +REASON\n.*AXT-1.*over\n.*it loops \(lifted 2026/s);
  });

  it('says that everything is stopped until that is lifted', async () => {
    const { id } = await revoked('all', '--yes', '--reason', 'stolen');
    assert.match((await list()).stdout, /^Everything is stopped by user:.*: stolen\n/);
    await lift(id);
    assert.doesNotMatch((await list()).stdout, /Everything is stopped/);
  });

  it('shows nothing where the liftings are damaged', async () => {
    await revoked('agent', 'agent:codex', '--reason', 'it loops');
    const file = path.join(folder.path, 'state', 'lifted.json');
    for (const text of ['', '{}', '{"version":1,"lifted":[{"revocation":1}]}']) {
      await writeFile(file, text);
      const { code, stdout, stderr } = await list();
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /lifted\.json is damaged/);
    }
  });
});
