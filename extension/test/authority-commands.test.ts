import assert from 'node:assert/strict';

import type { AuthorityState } from '@axtary/protocol';

import { AuthorityCommands } from '../src/authority/commands.js';
import { connectControl, type ControlConnection } from '../src/host/control.js';
import { authorityTree } from '../src/model/authority-tree.js';
import { WindowStore } from '../src/model/store.js';
import {
  demoAuthority,
  demoDelegation,
  demoKey,
  demoReservation,
  demoRevocation,
} from './support/demo-authority.js';
import { FakeHost } from './support/fake-host.js';
import { ScriptedDialogs } from './support/scripted-dialogs.js';
import { InMemorySecrets } from './support/secrets.js';

describe('authority commands', () => {
  let host: FakeHost;
  let connection: ControlConnection;
  let store: WindowStore;
  let secrets: InMemorySecrets;
  let dialogs: ScriptedDialogs;
  let logged: string[];
  let commands: AuthorityCommands;

  beforeEach(async () => {
    host = new FakeHost();
    connection = await connectControl(await host.listen());
    store = new WindowStore();
    store.setFolders([{ path: '/ws', name: 'ws' }]);
    secrets = new InMemorySecrets();
    dialogs = new ScriptedDialogs();
    logged = [];
    commands = new AuthorityCommands({
      store,
      secrets,
      caller: () => connection.caller,
      clock: { now: () => new Date('2026-01-01T10:00:00.000Z') },
      dialogs,
      stopReason: 'stopped by hand',
      onLog: (message) => logged.push(message),
    });
  });

  afterEach(async () => {
    connection.close();
    await host.dispose();
  });

  function know(state: Partial<AuthorityState>): void {
    store.update('/ws', 'authority', { authority: demoAuthority(state) });
  }

  function told(): string[] {
    return dialogs.news.map(({ kind }) => kind);
  }

  function done(): string[] {
    return host.calls.map(({ method }) => method);
  }

  it('tells and logs that the key was not given, and throws nothing', async () => {
    connection.close();
    await commands.provideKey(connection.caller);
    assert.deepEqual(told(), ['key-not-given']);
    assert.equal(logged.length, 1);
  });

  it('never lets the private key be logged or shown', async () => {
    await commands.provideKey(connection.caller);
    dialogs.answers = { isConfirmed: true };
    await commands.rotateKey();
    await commands.copyKeys();
    const [stored = ''] = secrets.stored.values();
    const { d } = JSON.parse(stored) as { d: string };
    const shown = JSON.stringify([dialogs.news, dialogs.questions, dialogs.copied, logged]);
    assert.equal(shown.includes(d), false);
    assert.equal(JSON.stringify(host.called('keys/rotate')).includes(d), true);
  });

  it('rotates the key once a person has confirmed, and tells both', async () => {
    know({ keys: [demoKey('other'), demoKey('signs', { isSigning: true })] });
    await commands.rotateKey();
    assert.deepEqual(done(), []);
    assert.equal(secrets.stored.size, 0);
    dialogs.answers = { isConfirmed: true };
    await commands.rotateKey();
    assert.deepEqual(dialogs.questions[0], { kind: 'rotate', signing: 'signs' });
    const kid = host.authority.signing;
    assert.deepEqual(dialogs.news, [{ kind: 'rotated', kid, previous: undefined }]);
  });

  it('revokes what was chosen or typed, for the reason that was given', async () => {
    dialogs.answers = { kind: 'agent', value: 'agent:typed', reason: 'astray', isConfirmed: true };
    await commands.revoke();
    assert.deepEqual(host.called('revocations/add'), [
      { kind: 'agent', value: 'agent:typed', reason: 'astray' },
    ]);
    assert.deepEqual(told(), ['revoked']);
  });

  const halfway = [
    {},
    { kind: 'task' },
    { kind: 'task', value: 't' },
    { kind: 'task', value: 't', reason: 'why' },
  ] as const;
  for (const answers of halfway) {
    it(`revokes nothing for a person who answers no more than ${JSON.stringify(answers)}`, async () => {
      dialogs.answers = answers;
      await commands.revoke();
      assert.deepEqual(done(), []);
      assert.deepEqual(told(), []);
    });
  }

  it('revokes the delegation of the node it was called on, without asking which', async () => {
    know({ delegations: [demoDelegation('del_1')] });
    const [group] = authorityTree(store.folders);
    dialogs.answers = { reason: 'astray', isConfirmed: true };
    await commands.revoke(group?.kind === 'group' ? group.nodes[0] : undefined);
    assert.deepEqual(host.called('revocations/add'), [
      { kind: 'delegation', value: 'del_1', reason: 'astray' },
    ]);
  });

  it('gives a new key where the signing one is revoked', async () => {
    await commands.provideKey(connection.caller);
    const before = host.authority.signing ?? '';
    dialogs.answers = { kind: 'key', value: before, reason: 'leaked', isConfirmed: true };
    await commands.revoke();
    assert.equal(host.authority.keys.get(before), 'revoked');
    assert.equal(host.authority.keys.get(host.authority.signing ?? ''), 'active');
    assert.deepEqual(told(), ['revoked']);
  });

  it('stops everything after one question', async () => {
    await commands.stopEverything();
    assert.deepEqual(done(), []);
    dialogs.answers = { isConfirmed: true };
    await commands.stopEverything();
    assert.deepEqual(host.called('revocations/add'), [{ kind: 'all', reason: 'stopped by hand' }]);
    assert.deepEqual(told(), ['stopped']);
  });

  it('resumes by lifting every stop there is, and nothing else', async () => {
    const lifted = { by: 'user:ada', reason: 'over', at: '2026-01-01T09:00:00.000Z' };
    const late = demoRevocation({ id: 'late', kind: 'all', at: '2026-01-01T12:00:00.000Z' });
    const early = demoRevocation({ id: 'early', kind: 'all' });
    const over = demoRevocation({ id: 'over', kind: 'all', lifted });
    know({ stopped: late, revocations: [early, demoRevocation(), late, over] });
    dialogs.answers = { reason: 'checked' };
    await commands.resume();
    assert.deepEqual(dialogs.questions, [{ kind: 'lift', revocation: late }]);
    assert.deepEqual(done(), []);
    dialogs.answers = { reason: 'checked', isConfirmed: true };
    await commands.resume();
    assert.deepEqual(host.called('revocations/lift'), [
      { id: 'late', reason: 'checked' },
      { id: 'early', reason: 'checked' },
    ]);
    assert.deepEqual(told(), ['lifted']);
  });

  it('says so where nothing is stopped or could be lifted', async () => {
    know({ revocations: [demoRevocation({ kind: 'key', value: 'k' })] });
    dialogs.answers = { reason: 'checked', isConfirmed: true };
    await commands.resume();
    await commands.lift();
    assert.deepEqual(told(), ['nothing-to-lift', 'nothing-to-lift']);
    assert.deepEqual(done(), []);
  });

  it('lifts the revocation of the node it was called on, or the one that is picked', async () => {
    const first = demoRevocation({ id: 'rev_a', at: '2026-01-02T00:00:00.000Z' });
    const second = demoRevocation({ id: 'rev_b', kind: 'task', value: 'tidy up' });
    know({ revocations: [first, second, demoRevocation({ id: 'rev_c', kind: 'all' })] });
    dialogs.answers = { reason: 'a mistake', isConfirmed: true };
    await commands.lift({ id: 'revocation/rev_b' });
    await commands.lift();
    assert.deepEqual(dialogs.offered, [first, second]);
    assert.deepEqual(host.called('revocations/lift'), [
      { id: 'rev_b', reason: 'a mistake' },
      { id: 'rev_a', reason: 'a mistake' },
    ]);
  });

  it('reconciles a call of unknown outcome as a person says', async () => {
    know({ reservations: [demoReservation(), demoReservation({ id: 'int_2' })] });
    dialogs.answers = { outcome: 'executed', reason: 'seen in the bank' };
    await commands.reconcile();
    assert.deepEqual(done(), []);
    dialogs.answers = { ...dialogs.answers, isConfirmed: true };
    await commands.reconcile({ id: '/ws/unknown/int_2' });
    assert.deepEqual(host.called('budgets/reconcile'), [
      { workspace: '/ws', id: 'int_2', outcome: 'executed', reason: 'seen in the bank' },
    ]);
    assert.deepEqual(dialogs.news, [{ kind: 'reconciled', outcome: 'executed' }]);
  });

  it('says so where no outcome is unknown', async () => {
    know({ reservations: [demoReservation({ state: 'reserved' })] });
    await commands.reconcile();
    assert.deepEqual(told(), ['nothing-unknown']);
  });

  it('copies the public keys as a JWK Set', async () => {
    await commands.provideKey(connection.caller);
    await commands.copyKeys();
    assert.deepEqual(JSON.parse(dialogs.copied[0] ?? ''), {
      keys: [{ kid: host.authority.signing }],
    });
  });
});
