import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import {
  connectTo,
  createProxiedFolder,
  interrupt,
  type Announced,
  type ProxiedFolder,
} from './proxied-folder.js';
import { assertBuilt, cli, HOST_BUNDLE, type Ended } from './support.js';

describe('keys and revocations of a running enforcement host', function () {
  this.timeout(60_000);
  let folder: ProxiedFolder;
  let agent: Client | undefined;

  before(() => assertBuilt(HOST_BUNDLE));
  beforeEach(async () => {
    folder = await createProxiedFolder();
  });
  afterEach(async () => {
    await agent?.close();
    agent = undefined;
    await folder.remove();
  });

  async function serve(...args: string[]): Promise<Announced> {
    const announced = await folder.proxy(...args);
    agent = await connectTo(announced);
    return announced;
  }

  async function stop(): Promise<void> {
    await agent?.close();
    for (const child of folder.running) await interrupt(child);
  }

  /** What the agent gets for a call, as text. */
  async function read(): Promise<string> {
    const call = { name: 'read_text_file', arguments: { path: 'note.txt' } };
    return JSON.stringify(await agent?.callTool(call));
  }

  async function axtary(...args: string[]): Promise<Ended> {
    const ended = await cli(args, { cwd: folder.path });
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  }

  /** Bodies of the ledger's records of a type, oldest first. */
  async function recorded(type: string): Promise<readonly Record<string, unknown>[]> {
    const file = (await axtary('ledger', 'path')).stdout.trim();
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as { type: string; body: object });
    return records.filter((one) => one.type === type).map(({ body }) => ({ ...body }));
  }

  async function signedWith(): Promise<unknown> {
    return (await recorded('pass')).at(-1)?.['kid'];
  }

  it('revoke all ends what runs, and refuses what comes', async () => {
    const announced = await serve();
    assert.match(await read(), /a note/);
    await axtary('revoke', 'all', '--yes', '--reason', 'a laptop was stolen');
    // Its session has ended.
    await assert.rejects(read());
    await agent?.close();
    agent = await connectTo(announced);
    const refused = await read();
    assert.match(refused, /everything was stopped by user:.*: a laptop was stolen/);
    assert.doesNotMatch(refused, /a note/);
  });

  it('revoke all holds for an enforcement host that is started afterwards', async () => {
    await serve();
    await axtary('revoke', 'all', '--yes', '--reason', 'stolen');
    await stop();
    await serve();
    assert.match(await read(), /everything was stopped/);
  });

  it('revoke agent refuses its next call, and the ledger says who did it', async () => {
    await serve();
    assert.match(await read(), /a note/);
    const [decision] = await recorded('decision');
    const { actor } = decision?.['action'] as { actor: { agent: string } };
    const { stdout } = await axtary(
      'revoke',
      'agent',
      actor.agent,
      '--reason',
      'it loops',
      '--json',
    );
    const { id, by } = JSON.parse(stdout) as Record<string, string>;
    assert.match(await read(), /it loops/);
    await stop();
    const [revocation] = await recorded('revocation');
    assert.deepEqual([revocation?.['id'], revocation?.['by']], [id, by]);
  });

  it('rotate lets a new key sign the next pass, and the old one verify', async () => {
    await serve();
    await read();
    const before = await signedWith();
    await axtary('keys', 'rotate');
    assert.match(await read(), /a note/);
    const after = await signedWith();
    assert.notEqual(after, before);
    const { keys } = JSON.parse((await axtary('keys', 'jwks')).stdout) as {
      keys: readonly { readonly kid: string }[];
    };
    assert.deepEqual(
      keys.map(({ kid }) => kid),
      [before, after],
    );
  });

  describe('proxy --pass-key', () => {
    const WITH_KEY = ['--pass-key', 'k.jwe', '--passphrase-file', 'secret'];
    let kid: string;

    beforeEach(async () => {
      const secret = path.join(folder.path, 'secret');
      await writeFile(secret, 'correct horse battery', { mode: 0o600 });
      const args = ['keys', 'create', 'k.jwe', '--passphrase-file', 'secret', '--json'];
      ({ kid } = JSON.parse((await axtary(...args)).stdout) as { kid: string });
    });

    it('signs with the key of the file, also after a restart', async () => {
      for (let starts = 1; starts <= 2; starts++) {
        const { passKey } = await serve(...WITH_KEY);
        assert.equal(passKey, kid);
        assert.match(await read(), /a note/);
        assert.equal(await signedWith(), kid);
        await stop();
      }
      const { stdout } = await axtary('keys', 'list', '--json');
      assert.deepEqual(JSON.parse(stdout), { keys: [{ kid, state: 'active' }] });
    });

    it('writes the private key nowhere in the state', async () => {
      await serve(...WITH_KEY);
      await read();
      const state = path.join(folder.path, 'state');
      for (const name of ['pass-trust.json', 'host.log']) {
        assert.doesNotMatch(await readFile(path.join(state, name), 'utf8'), /"d":/, name);
      }
    });

    it('starts nothing with a wrong passphrase', async () => {
      await writeFile(path.join(folder.path, 'secret'), 'another horse battery');
      const { code, stdout, stderr } = await cli(['proxy', ...WITH_KEY], { cwd: folder.path });
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /wrong passphrase/);
      await assert.rejects(readFile(path.join(folder.path, 'state', 'host.log')), {
        code: 'ENOENT',
      });
    });

    it('starts nothing with a key that was retired, and says what to do', async () => {
      await serve(...WITH_KEY);
      await axtary('keys', 'rotate');
      await stop();
      const { code, stderr } = await cli(['proxy', ...WITH_KEY], { cwd: folder.path });
      assert.equal(code, 1);
      assert.match(stderr, /retired or revoked.*"axtary keys create"/s);
    });
  });
});
