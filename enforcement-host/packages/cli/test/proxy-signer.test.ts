import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { parsePublicKey } from '@axtary/actionpass';

import * as aws from '../../actionpass/test/custody/fake-kms.js';
import { FakeVault, NAME, TOKEN } from '../../actionpass/test/custody/fake-vault.js';
import { connectTo, createProxiedFolder, interrupt, type ProxiedFolder } from './proxied-folder.js';
import { assertBuilt, cli, HOST_BUNDLE, type Ended } from './support.js';

/** Signs what it reads with the key in the file that is its argument. */
const PROGRAM = `
  const { readFileSync } = require('node:fs');
  const { sign } = require('node:crypto');
  process.stdout.write(sign('sha256', readFileSync(0), readFileSync(process.argv[1], 'utf8')));
`;
const AWS_VARIABLES = {
  AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: aws.credentials.sessionToken,
};
const AWS_FILE = JSON.stringify({
  Version: 1,
  AccessKeyId: aws.credentials.accessKeyId,
  SecretAccessKey: aws.credentials.secretAccessKey,
  SessionToken: aws.credentials.sessionToken,
  Expiration: '2026-03-01T11:00:00Z',
});

describe('axtary proxy --signer', function () {
  this.timeout(60_000);
  let folder: ProxiedFolder;

  before(() => assertBuilt(HOST_BUNDLE));
  beforeEach(async () => {
    folder = await createProxiedFolder();
  });
  afterEach(() => folder.remove());

  async function write(name: string, text: string): Promise<string> {
    const file = path.join(folder.path, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  }

  /** Serves with a signer, has an agent read the note, and stops; what the agent got, as text. */
  async function readWith(
    signer: object,
    { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
  ): Promise<string> {
    await write('signer.json', JSON.stringify(signer));
    const announced = await folder.proxyWith(env, '--signer', 'signer.json', ...args);
    const agent = await connectTo(announced);
    const call = { name: 'read_text_file', arguments: { path: 'note.txt' } };
    const text = JSON.stringify(await agent.callTool(call));
    await assertNoSecrets(announced.pid);
    await agent.close();
    for (const child of folder.running) await interrupt(child);
    return text;
  }

  /** In what others can read of the enforcement host: its arguments, its environment, its files. */
  async function assertNoSecrets(pid: number): Promise<void> {
    const seen = [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`];
    const state = path.join(folder.path, 'state');
    for (const entry of await readdir(state, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) seen.push(path.join(entry.parentPath, entry.name));
    }
    for (const file of seen) {
      if (process.platform !== 'linux' && file.startsWith('/proc/')) continue;
      const text = await readFile(file, 'latin1');
      for (const secret of [TOKEN, ...Object.values(aws.credentials)]) {
        assert.ok(!text.includes(secret), `a credential is in ${file}`);
      }
    }
  }

  /** Records of the ledger, oldest first. */
  async function recorded(): Promise<readonly { type: string; body: Record<string, unknown> }[]> {
    const { stdout } = await cli(['ledger', 'path'], { cwd: folder.path });
    const lines = (await readFile(stdout.trim(), 'utf8')).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as { type: string; body: Record<string, unknown> });
  }

  async function assertSignedBy(key: unknown): Promise<void> {
    const { kid } = parsePublicKey(key);
    const records = await recorded();
    const passes = records.filter(({ type }) => type === 'pass');
    assert.deepEqual(
      passes.map(({ body }) => body['kid']),
      [kid],
    );
    const { stdout } = await cli(['keys', 'list', '--json'], { cwd: folder.path });
    assert.deepEqual(JSON.parse(stdout), { keys: [{ kid, state: 'active' }] });
  }

  /** The agent was told why, and the ledger has a decision but neither a pass nor an intent. */
  async function assertBlocked(text: string, why: RegExp): Promise<void> {
    assert.match(text, /PASS_UNAVAILABLE/);
    assert.match(text, why);
    assert.doesNotMatch(text, /a note/);
    const types = (await recorded()).map(({ type }) => type);
    assert.ok(types.includes('decision'), types.join());
    for (const type of ['pass', 'intent', 'outcome']) assert.ok(!types.includes(type), type);
  }

  describe('with a command', () => {
    let privateKey: KeyObject;
    let publicJwk: unknown;

    beforeEach(() => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      privateKey = pair.privateKey;
      publicJwk = parsePublicKey(pair.publicKey).jwk;
    });

    async function signing(key: KeyObject): Promise<object> {
      const pem = await write('key.pem', key.export({ type: 'pkcs8', format: 'pem' }).toString());
      const argv = [process.execPath, '-e', PROGRAM, '--', pem];
      return { kind: 'command', argv, publicJwk, timeoutMs: 30_000 };
    }

    it('executes a call whose pass the command signed, also after a restart', async () => {
      const signer = await signing(privateKey);
      assert.match(await readWith(signer), /a note/);
      await assertSignedBy(publicJwk);
      assert.match(await readWith(signer), /a note/);
      const kids = (await recorded()).filter(({ type }) => type === 'pass').map((it) => it.body);
      assert.deepEqual(
        new Set(kids.map(({ kid }) => kid)),
        new Set([parsePublicKey(publicJwk).kid]),
      );
    });

    for (const [what, program, why] of [
      ['fails', 'process.exit(3)', /could not be signed: the command ended with 3/],
      ['hangs', 'setInterval(() => 0, 1e6)', /could not be signed: the command took over 500 ms/],
      ['writes without end', "for (;;) console.log('x'.repeat(999))", /the command wrote over/],
    ] as const) {
      it(`blocks the call, and says why, when the command ${what}`, async () => {
        const argv = [process.execPath, '-e', program];
        const timeoutMs = what === 'hangs' ? 500 : 30_000;
        const text = await readWith({ kind: 'command', argv, publicJwk, timeoutMs });
        await assertBlocked(text, why);
      });
    }

    it('blocks the call, and says why, when the command signs with another key', async () => {
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      await assertBlocked(
        await readWith(await signing(other)),
        /what came back is no signature by/,
      );
    });

    it('blocks the call, and says why, when there is no such program', async () => {
      const argv = [path.join(folder.path, 'none')];
      const text = await readWith({ kind: 'command', argv, publicJwk });
      await assertBlocked(text, /the command cannot be started: ENOENT/);
    });

    it('makes no key of its own when that of the command was retired', async () => {
      const signer = await signing(privateKey);
      assert.match(await readWith(signer), /a note/);
      assert.equal((await cli(['keys', 'rotate'], { cwd: folder.path })).code, 0);
      const { code, stderr } = await start();
      assert.equal(code, 1);
      assert.match(stderr, /this key was retired or revoked/);
    });
  });

  describe('with AWS KMS', () => {
    const kms = aws.fakeKms();
    let signer: object;

    before(async () => {
      const endpoint = await kms.start();
      signer = { kind: 'aws-kms', keyId: aws.KEY_ID, region: 'eu-west-1', endpoint };
    });
    after(() => kms.stop());
    afterEach(() => {
      kms.instead = undefined;
    });

    it('signs with credentials of the environment, which the enforcement host is not given', async () => {
      assert.match(await readWith(signer, { env: AWS_VARIABLES }), /a note/);
      await assertSignedBy(aws.publicJwk);
    });

    it('signs with credentials of a file', async () => {
      await write('aws.json', AWS_FILE);
      const args = ['--credentials-file', 'aws.json'];
      assert.match(await readWith(signer, { args }), /a note/);
      await assertSignedBy(aws.publicJwk);
    });

    it('blocks the call, and says why, when KMS refuses to sign', async () => {
      kms.instead = ({ headers }) =>
        headers['x-amz-target'] === 'TrentService.Sign'
          ? aws.refusal('AccessDeniedException')
          : undefined;
      const text = await readWith(signer, { env: AWS_VARIABLES });
      await assertBlocked(text, /KMS refused Sign with 400 AccessDeniedException/);
    });

    it('starts nothing where KMS does not know the credentials', async () => {
      await write('signer.json', JSON.stringify(signer));
      const { code, stderr } = await start({ ...AWS_VARIABLES, AWS_SECRET_ACCESS_KEY: 'other' });
      assert.equal(code, 1);
      assert.match(stderr, /KMS refused GetPublicKey/);
    });
  });

  describe('with Vault', () => {
    const vault = new FakeVault();
    let signer: object;

    before(async () => {
      signer = { kind: 'vault-transit', address: await vault.service.start(), key: NAME };
    });
    after(() => vault.service.stop());

    it('signs with the token of the environment, which the enforcement host is not given', async () => {
      assert.match(await readWith(signer, { env: { VAULT_TOKEN: TOKEN } }), /a note/);
      await assertSignedBy(vault.versions[0]?.publicKey);
    });

    it('signs with the token of a file', async () => {
      await write('token', `${TOKEN}\n`);
      const args = ['--credentials-file', 'token'];
      assert.match(await readWith(signer, { args }), /a note/);
    });

    it('signs with the next version once the one before is retired', async () => {
      await write('signer.json', JSON.stringify(signer));
      const env = { VAULT_TOKEN: TOKEN };
      const agent = await connectTo(await folder.proxyWith(env, '--signer', 'signer.json'));
      const call = { name: 'read_text_file', arguments: { path: 'note.txt' } };
      assert.match(JSON.stringify(await agent.callTool(call)), /a note/);
      vault.rotate();
      assert.equal((await cli(['keys', 'rotate'], { cwd: folder.path })).code, 0);
      assert.match(JSON.stringify(await agent.callTool(call)), /a note/);
      await agent.close();
      const passes = (await recorded()).filter(({ type }) => type === 'pass');
      assert.deepEqual(
        passes.map(({ body }) => body['kid']),
        vault.versions.slice(-2).map(({ publicKey }) => parsePublicKey(publicKey).kid),
      );
    });
  });

  function start(env: Record<string, string> = {}, ...args: string[]): Promise<Ended> {
    return cli(['proxy', '--signer', 'signer.json', ...args], { cwd: folder.path, env });
  }

  const jwk = parsePublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey).jwk;
  const kmsSigner = { kind: 'aws-kms', keyId: 'k', region: 'eu-west-1' };
  const vaultSigner = { kind: 'vault-transit', address: 'http://127.0.0.1:1', key: 'k' };
  for (const [what, signer, why] of [
    ['that is none', { kind: 'other' }, /not in the form.*"kind"/],
    ['with a secret in it', { ...vaultSigner, token: 's3cret' }, /not in the form/],
    ['of a program by name', { kind: 'command', argv: ['sign'], publicJwk: jwk }, /absolute path/],
    ['over http', { ...kmsSigner, endpoint: 'http://kms.example' }, /over https/],
    ['that cannot be reached', vaultSigner, /127\.0\.0\.1:1 cannot be reached/],
  ] as const) {
    it(`starts nothing with a signer ${what}`, async () => {
      await write('signer.json', JSON.stringify(signer));
      const { code, stdout, stderr } = await start({ ...AWS_VARIABLES, VAULT_TOKEN: TOKEN });
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, why);
      assert.doesNotMatch(stderr, /s3cret/);
    });
  }

  for (const [what, signer, variable] of [
    ['AWS', kmsSigner, 'AWS_ACCESS_KEY_ID'],
    ['Vault', vaultSigner, 'VAULT_TOKEN'],
  ] as const) {
    it(`says where credentials of ${what} come from when there are none`, async () => {
      await write('signer.json', JSON.stringify(signer));
      const { code, stderr } = await start();
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`set ${variable}, or give --credentials-file`));
    });
  }

  it('refuses options that exclude each other, or belong to none', async () => {
    for (const args of [
      ['--signer', 'signer.json', '--pass-key', 'k.jwe'],
      ['--credentials-file', 'token'],
    ]) {
      assert.equal((await cli(['proxy', ...args], { cwd: folder.path })).code, 2, args.join(' '));
    }
  });
});
