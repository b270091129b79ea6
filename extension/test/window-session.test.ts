import assert from 'node:assert/strict';

import type { LedgerAnchor } from '@axtary/protocol';

import { sha256 } from '../src/approver/digest.js';
import { createApproverKey } from '../src/approver/key.js';
import { connectControl, type ControlConnection } from '../src/host/control.js';
import { WindowSession } from '../src/host/window-session.js';
import { WindowStore, type StoreChange } from '../src/model/store.js';
import { demoAuthority, demoBudget, demoRevocation } from './support/demo-authority.js';
import { demoItem, demoState, demoSummary } from './support/demo.js';
import { FakeHost } from './support/fake-host.js';
import { InMemorySecrets } from './support/secrets.js';

describe('session of a window', () => {
  let host: FakeHost;
  let connection: ControlConnection;
  let store: WindowStore;
  let session: WindowSession;
  let contradictions: [LedgerAnchor, LedgerAnchor][];
  let logged: string[];
  const seen: LedgerAnchor = { log: 'log_1', size: 9, head: sha256('a') };

  beforeEach(async () => {
    host = new FakeHost();
    connection = await connectControl(await host.listen());
    store = new WindowStore();
    store.setFolders([{ path: '/link', name: 'link' }]);
    contradictions = [];
    logged = [];
    session = new WindowSession({
      store,
      noteAnchor: (anchor) => Promise.resolve(anchor.size < seen.size ? seen : undefined),
      onContradiction: (before, now) => contradictions.push([before, now]),
      onHostLog: () => undefined,
      onLog: (message) => logged.push(message),
    });
  });

  afterEach(async () => {
    connection.close();
    await host.dispose();
  });

  async function begin(): Promise<void> {
    const key = await createApproverKey(new InMemorySecrets());
    const approver = { kid: key.kid, name: 'user:ada', enrolledAt: '' };
    await session.begin(connection.caller, { kind: 'proved', approver, key, isOutdated: false });
  }

  function next(change: StoreChange): Promise<void> {
    return new Promise((resolve) => {
      const leave = store.onDidChange((given) => {
        if (given !== change) return;
        leave();
        resolve();
      });
    });
  }

  it('opens every folder and reads what there is', async () => {
    host.overrides = {
      'workspaces/open': () => demoState('/real'),
      'approvals/list': () => ({ pending: [demoSummary()] }),
      'ledger/list': () => ({ items: [demoItem(0)], size: 1 }),
      'agents/endpoint': () => ({
        bearer: 'b',
        servers: [{ name: 'files', url: 'http://127.0.0.1:1/mcp', version: '1' }],
      }),
    };
    connection.close();
    connection = await connectControl(await reopened());
    await begin();
    const folder = store.folder('/link');
    assert.equal(folder?.state?.folder, '/real');
    assert.equal(folder.pending.length, 1);
    assert.equal(folder.ledger.size, 1);
    assert.equal(folder.servers[0]?.name, 'files');
    assert.equal(session.signer.approver, 'user:ada');
    assert.equal(await session.bearer('/link'), 'b');
  });

  async function reopened(): Promise<string> {
    await host.crash();
    return host.listen();
  }

  it('takes snapshots under the name that the enforcement host has for a folder', async () => {
    host.overrides = { 'workspaces/open': () => demoState('/real') };
    connection.close();
    connection = await connectControl(await reopened());
    await begin();
    const changed = next('pending');
    host.notify?.('approvals/changed', { workspace: '/real', pending: [demoSummary()] });
    await changed;
    assert.equal(store.pending.length, 1);
  });

  it('reads who may do what, and takes what has changed of it', async () => {
    host.overrides = { 'workspaces/open': () => demoState('/real') };
    connection.close();
    connection = await connectControl(await reopened());
    host.authority.state = { budgets: [demoBudget()] };
    await begin();
    assert.equal(store.folder('/link')?.authority?.budgets.length, 1);
    const changed = next('authority');
    const stopped = demoRevocation({ kind: 'all' });
    host.notify?.('authority/changed', demoAuthority({ workspace: '/real', stopped }));
    await changed;
    assert.deepEqual(store.folder('/link')?.authority?.stopped, stopped);
    session.end();
    assert.equal(store.folder('/link')?.authority, undefined);
  });

  it('ignores snapshots of folders that are not of this window', async () => {
    await begin();
    const changed = next('pending');
    host.notify?.('approvals/changed', { workspace: '/other', pending: [demoSummary()] });
    host.notify?.('approvals/changed', { workspace: '/link', pending: [] });
    await changed;
    assert.deepEqual(store.pending, []);
  });

  it('reads the ledger anew where records were missed', async () => {
    await begin();
    const changed = next('ledger');
    const anchor = { log: 'log_1', size: 500, head: sha256('b') };
    host.notify?.('ledger/changed', {
      workspace: '/link',
      size: 500,
      anchor,
      items: [demoItem(499)],
    });
    await changed;
    assert.equal(host.called('ledger/list').length, 2);
  });

  it('tells when a ledger contradicts what was seen before', async () => {
    await begin();
    const changed = next('ledger');
    const anchor = { log: 'log_1', size: 1, head: sha256('b') };
    const items = [demoItem(0)];
    host.notify?.('ledger/changed', { workspace: '/link', size: 1, anchor, items });
    await changed;
    await connection.caller.call('policy/check', { text: '' });
    assert.deepEqual(contradictions, [[seen, anchor]]);
    assert.equal(store.folder('/link')?.ledger.size, 1);
  });

  it('does not let a folder that fails hold up another', async () => {
    store.setFolders([
      { path: '/bad', name: 'bad' },
      { path: '/good', name: 'good' },
    ]);
    host.overrides = {
      'workspaces/open': ({ workspace }) => {
        if (workspace === '/bad') throw new Error('gone');
        return demoState(workspace);
      },
    };
    connection.close();
    connection = await connectControl(await reopened());
    await begin();
    assert.equal(store.folder('/good')?.state?.folder, '/good');
    assert.equal(store.folder('/bad')?.state, undefined);
    assert.match(logged[0] ?? '', /^\/bad: /);
  });

  it('lends neither caller nor signer without a connection', async () => {
    assert.throws(() => session.caller, { code: 'HOST_UNREACHABLE' });
    await begin();
    session.end();
    assert.throws(() => session.signer, { code: 'HOST_UNREACHABLE' });
    await assert.rejects(session.bearer('/link'), { code: 'HOST_UNREACHABLE' });
  });
});
