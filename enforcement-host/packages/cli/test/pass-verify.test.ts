import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { allowedAction, createTrustStore, ISSUER, passFor, passKeys } from './authority-support.js';
import { cli, temporaryFolder } from './support.js';

const HOLDER = 'H'.repeat(43);

describe('axtary pass verify', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let privateKey: KeyObject;
  let kid: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    const store = await createTrustStore(folder.path);
    const pair = passKeys();
    ({ privateKey } = pair);
    kid = await store.addKey(pair.publicKey);
    await write('action.json', JSON.stringify(allowedAction()));
  });
  afterEach(() => folder.remove());

  function write(name: string, text: string): Promise<void> {
    return writeFile(path.join(folder.path, name), text);
  }

  function verify(token: string, ...args: string[]): ReturnType<typeof cli> {
    const command = ['pass', 'verify', '--action', 'action.json', '--issuer', ISSUER];
    return cli([...command, ...args, '-'], { cwd: folder.path, input: `${token}\n` });
  }

  async function code(token: string, ...args: string[]): Promise<unknown> {
    const ended = await verify(token, '--json', ...args);
    assert.equal(ended.code, 1, ended.stdout);
    const result = JSON.parse(ended.stdout) as Record<string, unknown>;
    assert.equal(result['valid'], false);
    return result['code'];
  }

  async function revoke(...args: string[]): Promise<Record<string, string>> {
    const ended = await cli(['revoke', ...args, '--reason', 'x', '--json'], { cwd: folder.path });
    return JSON.parse(ended.stdout) as Record<string, string>;
  }

  it('prints the claims of a pass that permits the action', async () => {
    const { token, jti } = await passFor(privateKey);
    const { code: ended, stdout } = await verify(token, '--json');
    assert.equal(ended, 0);
    const { valid, claims, revocationsChecked } = JSON.parse(stdout) as {
      valid: boolean;
      claims: Record<string, unknown>;
      revocationsChecked: boolean;
    };
    assert.equal(valid, true);
    assert.equal(claims['jti'], jti);
    assert.equal(revocationsChecked, true);
    const forPeople = await verify(token);
    assert.match(forPeople.stdout, /^valid: /);
    assert.match(forPeople.stdout, new RegExp(`^  jti +${jti}$`, 'm'));
  });

  it('takes the pass as an argument as well, and does not use it up', async () => {
    const { token } = await passFor(privateKey);
    const args = ['pass', 'verify', '--action', 'action.json', '--issuer', ISSUER, token];
    assert.equal((await cli(args, { cwd: folder.path })).code, 0);
    assert.equal((await cli(args, { cwd: folder.path })).code, 0);
  });

  it('names the code of the first check that fails', async () => {
    const { token } = await passFor(privateKey);
    const hourAgo = { now: () => new Date(Date.now() - 3_600_000) };
    assert.equal(await code(`${token.slice(0, -4)}AAAA`), 'PASS_SIGNATURE_INVALID');
    assert.equal(await code('not.a.pass'), 'PASS_MALFORMED');
    assert.equal(await code(''), 'PASS_MALFORMED');
    assert.equal(await code(`${token}${'A'.repeat(1_000_000)}`), 'PASS_MALFORMED');
    assert.equal(await code(token, '--issuer', 'https://other.test'), 'PASS_ISSUER_MISMATCH');
    const old = await passFor(privateKey, { clock: hourAgo });
    assert.equal(await code(old.token), 'PASS_EXPIRED');
    const stranger = await passFor(passKeys().privateKey);
    assert.equal(await code(stranger.token), 'PASS_KEY_UNKNOWN');
    const { stdout } = await verify(old.token);
    assert.match(stdout, /^PASS_EXPIRED: /);
  });

  it('refuses another action, also one that is none', async () => {
    const { token } = await passFor(privateKey);
    await write('action.json', JSON.stringify({ ...allowedAction(), intent: { task: 'AXT-2' } }));
    assert.equal(await code(token), 'PASS_ACTION_MISMATCH');
    await write('action.json', '[]');
    assert.equal(await code(token), 'PASS_ACTION_MISMATCH');
  });

  it('takes a bound pass for the key and the audience that are named', async () => {
    const { token } = await passFor(privateKey, { holder: HOLDER, audience: ['urn:shop'] });
    const bound = ['--presented-by', HOLDER, '--audience', 'urn:shop'];
    assert.equal((await verify(token, ...bound)).code, 0);
    assert.equal(await code(token, '--presented-by', HOLDER), 'PASS_AUDIENCE_MISMATCH');
    assert.equal(await code(token, '--audience', 'urn:shop'), 'DPOP_PROOF_MISSING');
    assert.match((await verify(token, '--audience', 'urn:shop')).stdout, /--presented-by/);
    const other = ['--presented-by', 'X'.repeat(43), '--audience', 'urn:shop'];
    assert.equal(await code(token, ...other), 'DPOP_KEY_MISMATCH');
  });

  const REVOKED = ['pass', 'agent', 'task', 'key', 'all'] as const;
  for (const kind of REVOKED) {
    it(`refuses what was revoked by its ${kind}`, async () => {
      const { actor, intent } = allowedAction();
      const { token, jti } = await passFor(privateKey);
      const values = { pass: jti, agent: actor.agent, task: intent.task, key: kid, all: '--yes' };
      await revoke(kind, values[kind]);
      assert.equal(await code(token), 'PASS_REVOKED');
    });
  }

  it('follows what was lifted as the enforcement host does', async () => {
    const { token } = await passFor(privateKey);
    const agent = await revoke('agent', allowedAction().actor.agent);
    await lift(agent['id']);
    assert.equal((await verify(token)).code, 0);
    const all = await revoke('all', '--yes');
    await lift(agent['id'], all['id']);
    assert.equal(await code(token), 'PASS_REVOKED');
    const inTwoSeconds = { now: () => new Date(Date.now() + 2000) };
    const later = await passFor(privateKey, { clock: inTwoSeconds });
    assert.equal((await verify(later.token)).code, 0);
    await lift(agent['id']);
    assert.match((await verify(later.token)).stdout, /^PASS_REVOKED: everything was stopped/);
  });

  async function lift(...ids: (string | undefined)[]): Promise<void> {
    const said = { by: 'user:ada', reason: 'x', at: '2026-03-01T10:00:00.000Z' };
    const lifted = ids.map((revocation) => ({ revocation, ...said }));
    await write(path.join('state', 'lifted.json'), JSON.stringify({ version: 1, lifted }));
  }

  describe('with a JWK Set', () => {
    beforeEach(async () => {
      const { stdout } = await cli(['keys', 'jwks'], { cwd: folder.path });
      await write('jwks.json', stdout);
    });

    it('needs no state, and says that no revocations were checked', async () => {
      const { token, jti } = await passFor(privateKey);
      await revoke('pass', jti);
      await rm(path.join(folder.path, 'state'), { recursive: true });
      const forPeople = await verify(token, '--keys', 'jwks.json');
      assert.equal(forPeople.code, 0, forPeople.stderr);
      assert.match(forPeople.stdout, /none were checked\.\n$/);
      const { stdout } = await verify(token, '--keys', 'jwks.json', '--json');
      const result = JSON.parse(stdout) as Record<string, unknown>;
      assert.equal(result['revocationsChecked'], false);
    });

    it('trusts no other key', async () => {
      const { token } = await passFor(passKeys().privateKey);
      assert.equal(await code(token, '--keys', 'jwks.json'), 'PASS_KEY_UNKNOWN');
    });

    it('refuses a set with a private key, and does not show it', async () => {
      const { token } = await passFor(privateKey);
      const jwk = privateKey.export({ format: 'jwk' });
      await write('jwks.json', JSON.stringify({ keys: [jwk] }));
      const { code: ended, stdout, stderr } = await verify(token, '--keys', 'jwks.json');
      assert.equal(ended, 1);
      assert.match(stderr, /jwks\.json: expected a public P-256 key/);
      assert.ok(!`${stdout}${stderr}`.includes(jwk.d ?? ''));
    });

    for (const text of ['', '{}', '[]', '{"keys":{}}', '{"keys":[1]}', '{"keys":[],"keys":[]}']) {
      it(`refuses ${JSON.stringify(text)}`, async () => {
        const { token } = await passFor(privateKey);
        await write('jwks.json', text);
        const { code: ended, stdout, stderr } = await verify(token, '--keys', 'jwks.json');
        assert.equal(ended, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /jwks\.json/);
      });
    }

    it('is in place of a state, not beside one', async () => {
      const { token } = await passFor(privateKey);
      const ended = await verify(token, '--keys', 'jwks.json', '--state', 'state');
      assert.equal(ended.code, 2);
    });
  });

  it('says what is wrong with the file of the action', async () => {
    const { token } = await passFor(privateKey);
    await write('action.json', '{"id":1,"id":2}');
    const twice = await verify(token);
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /action\.json: /);
    await rm(path.join(folder.path, 'action.json'));
    assert.match((await verify(token)).stderr, /action\.json cannot be read/);
  });
});
