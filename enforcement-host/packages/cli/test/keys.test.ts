import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Jwks, LocalTrustStore } from '@axtary/actionpass';

import { createTrustStore, passKeys, runHere, ScriptedPrompt } from './authority-support.js';
import { cli, temporaryFolder } from './support.js';

const DAY_MS = 86_400_000;
const PASSPHRASE = 'correct horse battery';

describe('axtary keys', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(() => folder.remove());

  function at(): { cwd: string } {
    return { cwd: folder.path };
  }

  describe('of the enforcement host', () => {
    let store: LocalTrustStore;
    let kid: string;

    beforeEach(async () => {
      store = await createTrustStore(folder.path);
      kid = await store.addKey(passKeys().publicKey);
    });

    async function listed(): Promise<unknown> {
      const { code, stdout } = await cli(['keys', 'list', '--json'], at());
      assert.equal(code, 0);
      return (JSON.parse(stdout) as { keys: unknown }).keys;
    }

    it('are listed with their state', async () => {
      const retired = await store.addKey(passKeys().publicKey);
      await store.retireKey(retired, new Date('2030-01-01T00:00:00Z'));
      const notAfter = '2030-01-01T00:00:00.000Z';
      assert.deepEqual(await listed(), [
        { kid, state: 'active' },
        { kid: retired, state: 'retired', notAfter },
      ]);
      const { stdout } = await cli(['keys', 'list'], at());
      assert.match(stdout, /^KID +STATE +NOT AFTER$/m);
      assert.ok(stdout.includes(`${kid}  active\n${retired}  retired  ${notAfter}\n`), stdout);
    });

    it('are listed as revoked once they are', async () => {
      const revoked = await cli(['revoke', 'key', kid, '--reason', 'it leaked'], at());
      assert.equal(revoked.code, 0, revoked.stderr);
      assert.deepEqual(await listed(), [{ kid, state: 'revoked' }]);
    });

    it('are printed as a JWK Set, without those that verify nothing any more', async () => {
      const [over, later, revoked] = await Promise.all(
        [0, 1, 2].map(() => store.addKey(passKeys().publicKey)),
      );
      assert.ok(over && later && revoked);
      await store.retireKey(over, new Date(Date.now() - 1));
      await store.retireKey(later, new Date(Date.now() + DAY_MS));
      await cli(['revoke', 'key', revoked, '--reason', 'x'], at());
      const { code, stdout } = await cli(['keys', 'jwks'], at());
      assert.equal(code, 0);
      const { keys } = JSON.parse(stdout) as Jwks;
      assert.deepEqual(keys.map((key) => key.kid).sort(), [kid, later].sort());
      for (const key of keys) {
        const members = ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'];
        assert.deepEqual(Object.keys(key).sort(), members);
      }
    });

    it('are retired by a rotation, for as long as their passes can live', async () => {
      const now = new Date('2026-03-01T10:00:00Z');
      const clock = { now: () => now };
      const { code, stdout } = await runHere(['keys', 'rotate', '--json'], { ...at(), clock });
      assert.equal(code, 0);
      const notAfter = '2026-03-02T10:00:00.000Z';
      assert.deepEqual(JSON.parse(stdout), { retired: [{ kid, notAfter }] });
      assert.deepEqual(await listed(), [{ kid, state: 'retired', notAfter }]);
    });

    it('says who signs after a rotation, and changes nothing where no key is active', async () => {
      const first = await cli(['keys', 'rotate'], at());
      assert.match(first.stdout, new RegExp(`Retired ${kid}\n.*signs with a new key`, 's'));
      const before = await listed();
      const second = await cli(['keys', 'rotate'], at());
      assert.equal(second.code, 0);
      assert.match(second.stdout, /^No key is active/);
      assert.deepEqual(await listed(), before);
    });
  });

  describe('without a trust store to rely on', () => {
    const commands = [
      ['keys', 'list'],
      ['keys', 'jwks'],
      ['keys', 'rotate'],
      ['revoke', 'all', '--yes', '--reason', 'x'],
      ['revocations', 'list'],
    ];

    for (const command of commands) {
      it(`say what to do where there is none: axtary ${command.join(' ')}`, async () => {
        const { code, stdout, stderr } = await cli(command, at());
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /no pass-trust\.json.*axtary proxy.*--state/s);
        await assert.rejects(stat(path.join(folder.path, 'state')), { code: 'ENOENT' });
      });

      it(`refuse one that is damaged: axtary ${command.join(' ')}`, async () => {
        await createTrustStore(folder.path);
        const file = path.join(folder.path, 'state', 'pass-trust.json');
        const damaged = '{"version":1,"keys":[],"revocations":[';
        await writeFile(file, damaged);
        const { code, stdout, stderr } = await cli(command, at());
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /is not a trust store.*restore the file/s);
        assert.equal(await readFile(file, 'utf8'), damaged);
      });
    }

    it('say so where there are no keys yet', async () => {
      await createTrustStore(folder.path);
      const { code, stdout } = await cli(['keys', 'list'], at());
      assert.equal(code, 0);
      assert.match(stdout, /^No pass keys/);
    });
  });

  describe('in files', () => {
    beforeEach(() => passphrase(PASSPHRASE));

    async function passphrase(text: string): Promise<void> {
      await writeFile(path.join(folder.path, 'secret'), text, { mode: 0o600 });
    }

    function create(...more: string[]): ReturnType<typeof cli> {
      return cli(['keys', 'create', 'k.jwe', '--passphrase-file', 'secret', ...more], at());
    }

    function show(...more: string[]): ReturnType<typeof cli> {
      return cli(['keys', 'show', 'k.jwe', '--passphrase-file', 'secret', ...more], at());
    }

    interface Shown {
      readonly kid: string;
      readonly jwk: Readonly<Record<string, string>>;
    }

    it('are made with mode 0600, and show only their public half', async () => {
      const created = await create('--json');
      assert.equal(created.code, 0, created.stderr);
      assert.equal(created.stderr, '');
      const file = path.join(folder.path, 'k.jwe');
      const { kid, jwk } = JSON.parse(created.stdout) as Shown;
      const { mode } = await stat(file);
      if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
      assert.deepEqual(Object.keys(jwk).sort(), ['crv', 'kty', 'x', 'y']);
      assert.deepEqual(JSON.parse((await show('--json')).stdout), { kid, jwk });
      const { stdout } = await show();
      assert.equal(stdout, `kid  ${kid}\njwk  ${JSON.stringify(jwk)}\n`);
      assert.ok(!(await readFile(file, 'utf8')).includes(jwk['x'] ?? ''));
    });

    it('take a passphrase that ends its line either way', async () => {
      await create();
      for (const text of [`${PASSPHRASE}\n`, `${PASSPHRASE}\r\n`]) {
        await passphrase(text);
        assert.equal((await show()).code, 0, JSON.stringify(text));
      }
    });

    it('refuse a wrong passphrase', async () => {
      await create();
      await passphrase('another horse battery');
      const { code, stdout, stderr } = await show();
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /wrong passphrase, or the file was altered/);
      assert.doesNotMatch(stderr, /another horse/);
    });

    for (const text of ['', '\n', 'two lines of\nlong passphrase\n', 'too short']) {
      it(`refuse ${JSON.stringify(text)} for a passphrase, and write nothing`, async () => {
        await passphrase(text);
        const { code, stderr } = await create();
        assert.equal(code, 2);
        assert.match(stderr, /passphrase/);
        await assert.rejects(stat(path.join(folder.path, 'k.jwe')), { code: 'ENOENT' });
      });
    }

    it('are never written over', async () => {
      await writeFile(path.join(folder.path, 'k.jwe'), 'kept');
      const { code, stderr } = await create();
      assert.equal(code, 1);
      assert.match(stderr, /is there already; it stays as it is/);
      assert.equal(await readFile(path.join(folder.path, 'k.jwe'), 'utf8'), 'kept');
    });

    it('say what is wrong with a file that holds no key, or is not there', async () => {
      assert.match((await show()).stderr, /k\.jwe cannot be used; check/);
      await writeFile(path.join(folder.path, 'k.jwe'), 'not.a.jwe');
      const { code, stderr } = await show();
      assert.equal(code, 1);
      assert.match(stderr, /is no encrypted key; restore it/);
    });

    it('warn of a passphrase that others may read', async function () {
      if (process.platform === 'win32') return this.skip();
      await writeFile(path.join(folder.path, 'open'), PASSPHRASE, { mode: 0o644 });
      const args = ['keys', 'create', 'k.jwe', '--passphrase-file', 'open'];
      const { code, stderr } = await cli(args, at());
      assert.equal(code, 0);
      assert.match(stderr, /others may read .*open; "chmod 600" it/);
    });

    for (const command of ['create', 'show']) {
      it(`need a terminal or a file for the passphrase: axtary keys ${command}`, async () => {
        const { code, stdout, stderr } = await cli(['keys', command, 'k.jwe'], {
          ...at(),
          input: `${PASSPHRASE}\n${PASSPHRASE}\n`,
        });
        assert.equal(code, 2);
        assert.equal(stdout, '');
        assert.match(stderr, /no terminal to ask.*--passphrase-file/);
      });
    }

    it('ask for the passphrase on a terminal: twice to make one, once to show it', async () => {
      const creating = new ScriptedPrompt(PASSPHRASE, PASSPHRASE);
      const made = await runHere(['keys', 'create', 'k.jwe', '--json'], {
        ...at(),
        prompt: creating,
      });
      assert.equal(made.code, 0, made.stderr);
      assert.deepEqual(creating.asked, ['New passphrase: ', 'Again: ']);
      const prompt = new ScriptedPrompt(PASSPHRASE);
      const shown = await runHere(['keys', 'show', 'k.jwe', '--json'], { ...at(), prompt });
      assert.equal((JSON.parse(shown.stdout) as Shown).kid, (JSON.parse(made.stdout) as Shown).kid);
    });

    it('are not made when the two passphrases differ', async () => {
      const prompt = new ScriptedPrompt(PASSPHRASE, `${PASSPHRASE} `);
      const { code, stderr } = await runHere(['keys', 'create', 'k.jwe'], { ...at(), prompt });
      assert.equal(code, 1);
      assert.match(stderr, /passphrases differ/);
      await assert.rejects(stat(path.join(folder.path, 'k.jwe')), { code: 'ENOENT' });
    });
  });
});
