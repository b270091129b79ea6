import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { LocalTrustStore, createRevocation } from '@axtary/actionpass';
import type { LedgerItem } from '@axtary/protocol';

import { newPrivateJwk, textOf } from '../testkit/agent.js';
import { pendingApproval } from '../testkit/control-client.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';

describe('keys, revocation and the kill switch', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;

  before(async () => {
    workspace = await serveWorkspace();
  });

  after(() => workspace.stop());

  async function read(): Promise<string> {
    const { agent, file } = workspace;
    return textOf(
      await agent.callTool({ name: 'read_text_file', arguments: { path: file('src/app.txt') } }),
    );
  }

  async function state(): ReturnType<typeof workspace.control.call<'authority/get'>> {
    return workspace.control.call('authority/get', { workspace: workspace.folder });
  }

  async function records(type: string): Promise<LedgerItem[]> {
    const { control, folder } = workspace;
    const { items } = await control.call('ledger/list', { workspace: folder, limit: 1000 });
    return items.filter((item) => item.type === type);
  }

  /** Members of the body of the newest record of a type. */
  async function newest(type: string): Promise<Record<string, unknown>> {
    const [item] = await records(type);
    const record = JSON.parse(item?.line ?? '{}') as { body: Record<string, unknown> };
    return record.body;
  }

  it('signs with a key of its own until an editor gives one, and with that from then on', async () => {
    assert.match(await read(), /two/);
    const before = (await state()).keys.find(({ isSigning }) => isSigning);
    assert.equal((await newest('pass'))['kid'], before?.kid);
    const { kid, isTaken } = await workspace.control.call('keys/provide', { jwk: newPrivateJwk() });
    assert.equal(isTaken, true);
    assert.match(await read(), /two/);
    assert.equal((await newest('pass'))['kid'], kid);
    const { keys } = await state();
    assert.equal(keys.find((key) => key.kid === before?.kid)?.state, 'retired');
    const recorded = (await records('key')).map(({ line }) => line);
    assert.equal(recorded.filter((line) => line.includes(kid)).length, 1);
  });

  it('takes no second key beside it, and rotates on request', async () => {
    const offered = await workspace.control.call('keys/provide', { jwk: newPrivateJwk() });
    assert.equal(offered.isTaken, false);
    const rotated = await workspace.control.call('keys/rotate', { jwk: newPrivateJwk() });
    assert.equal(rotated.previous, offered.kid);
    assert.match(await read(), /two/);
    assert.equal((await newest('pass'))['kid'], rotated.kid);
    const { jwks } = await workspace.control.call('keys/jwks', {});
    const kids = (jwks as { keys: { kid: string; d?: string }[] }).keys.map(({ kid }) => kid);
    assert.ok(kids.includes(rotated.kid) && kids.includes(offered.kid));
  });

  it('refuses a key that was retired', async () => {
    const jwk = newPrivateJwk();
    await workspace.control.call('keys/rotate', { jwk });
    await workspace.control.call('keys/rotate', { jwk: newPrivateJwk() });
    await assert.rejects(workspace.control.call('keys/rotate', { jwk }), {
      remoteCode: 'PASS_KEY_REFUSED',
    });
  });

  it('goes on with a new key when the one that signs is revoked', async () => {
    const signing = (await state()).keys.find(({ isSigning }) => isSigning);
    await workspace.control.call('revocations/add', {
      kind: 'key',
      value: signing?.kid ?? '',
      reason: 'it leaked',
    });
    assert.match(await read(), /two/);
    assert.notEqual((await newest('pass'))['kid'], signing?.kid);
  });

  it('refuses an agent that was revoked, records why, and lets it act again', async () => {
    const { control } = workspace;
    const { id } = await control.call('revocations/add', {
      kind: 'agent',
      value: 'agent:test-agent',
      reason: 'it loops',
    });
    assert.match(await read(), /revoked by user:reviewer@test: it loops/);
    assert.match(JSON.stringify((await newest('decision'))['reasons']), /"rule":"revoked"/);
    assert.equal((await newest('revocation'))['id'], id);
    await control.call('revocations/lift', { id, reason: 'it is repaired' });
    assert.match(await read(), /two/);
    assert.equal((await newest('revocation'))['lifted'], id);
  });

  it('lifts neither a key nor what is not there', async () => {
    const [key] = (await state()).revocations.filter(({ kind }) => kind === 'key');
    for (const id of [key?.id ?? '', 'rev_nothing']) {
      await assert.rejects(workspace.control.call('revocations/lift', { id, reason: 'x' }), {
        remoteCode: 'NOT_LIFTABLE',
      });
    }
  });

  it('stops everything: what waits is ended, what comes is refused, also after a kill', async () => {
    const { agent, control, file } = workspace;
    const waiting = agent.callTool({
      name: 'write_file',
      arguments: { path: file('stopped.txt'), content: 'x' },
    });
    // Its session ends; how soon a client notices is the client's.
    waiting.catch(() => undefined);
    const { id } = await pendingApproval(control, workspace.folder);
    const ended = new Promise<void>((resolve) => {
      control.on('approvals/changed', ({ pending }) => {
        if (pending.every((item) => item.id !== id)) resolve();
      });
    });
    await control.call('revocations/add', { kind: 'all', reason: 'stop it all' });
    await ended;
    assert.equal(existsSync(file('stopped.txt')), false);
    await workspace.restart('SIGKILL');
    assert.match(await read(), /everything was stopped by user:reviewer@test: stop it all/);
    assert.equal((await state()).stopped?.reason, 'stop it all');
  });

  it('goes on once a person lifts the stop', async () => {
    const { stopped } = await state();
    await workspace.control.call('revocations/lift', {
      id: stopped?.id ?? '',
      reason: 'all is well',
    });
    assert.equal((await state()).stopped, undefined);
    assert.match(await read(), /two/);
  });

  it('sees within a second what another process revoked', async () => {
    const store = new LocalTrustStore(path.join(workspace.state, 'pass-trust.json'));
    const options = { kind: 'agent', value: 'agent:test-agent', reason: 'elsewhere' } as const;
    assert.match(await read(), /two/);
    await store.revoke(await createRevocation({ ...options, by: 'user:ops@test' }));
    const from = performance.now();
    while (!(await read()).includes('revoked by user:ops@test')) {
      assert.ok(performance.now() - from < 1000, 'still not refused after a second');
    }
  });

  it('executes nothing while the trust store is damaged, and says so', async () => {
    const file = path.join(workspace.state, 'pass-trust.json');
    const { revocations } = await state();
    const [mine] = revocations.filter(({ lifted }) => lifted === undefined);
    await workspace.control.call('revocations/lift', { id: mine?.id ?? '', reason: 'over' });
    assert.match(await read(), /two/);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, -20));
    const from = performance.now();
    while (!(await read()).includes('what is revoked cannot be known')) {
      assert.ok(performance.now() - from < 1000, 'still not refused after a second');
    }
    writeFileSync(file, text);
  });
});
