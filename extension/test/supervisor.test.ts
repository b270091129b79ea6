import assert from 'node:assert/strict';

import { createApproverKey, loadApproverKey } from '../src/approver/key.js';
import { connectControl } from '../src/host/control.js';
import { openSession } from '../src/host/session.js';
import { HostSupervisor, type SupervisorPorts } from '../src/host/supervisor.js';
import type { HostStatus } from '../src/model/host-status.js';
import { FakeHost } from './support/fake-host.js';
import { InMemorySecrets } from './support/secrets.js';

describe('supervisor of the enforcement host', () => {
  let host: FakeHost;
  let endpoint: string;
  let supervisor: HostSupervisor;
  let statuses: HostStatus[];
  let waiters: { kind: HostStatus['kind']; resolve: (status: HostStatus) => void }[];
  let starts: number;
  let sessions: number;

  beforeEach(async () => {
    host = new FakeHost();
    endpoint = await host.listen();
    statuses = [];
    waiters = [];
    starts = 0;
    sessions = 0;
  });

  afterEach(async () => {
    supervisor.detach({ kind: 'off', reason: 'stopped' });
    await host.dispose();
  });

  function create(overrides: Partial<SupervisorPorts> = {}): HostSupervisor {
    const secrets = new InMemorySecrets();
    supervisor = new HostSupervisor({
      version: '1.0.0',
      connect: () => connectControl(endpoint),
      start: async () => {
        starts += 1;
        await host.listen();
      },
      openSession: (caller, code) =>
        openSession(caller, {
          version: '1.0.0',
          approverName: 'user:ada',
          clock: { now: () => new Date(0) },
          loadKey: () => loadApproverKey(secrets),
          createKey: () => createApproverKey(secrets),
          code,
        }),
      onStatus: (status) => {
        statuses.push(status);
        for (const waiter of waiters.filter(({ kind }) => kind === status.kind)) {
          waiters.splice(waiters.indexOf(waiter), 1);
          waiter.resolve(status);
        }
      },
      onSession: () => {
        sessions += 1;
        return Promise.resolve();
      },
      onLog: () => undefined,
      delays: [1, 1, 1, 1, 1],
      stableAfterMs: 60_000,
      handshakeMs: 2000,
      ...overrides,
    });
    return supervisor;
  }

  function until(kind: HostStatus['kind']): Promise<HostStatus> {
    return new Promise((resolve) => waiters.push({ kind, resolve }));
  }

  it('starts the enforcement host where nobody listens, and enrols', async () => {
    await host.crash();
    const ready = until('ready');
    create().start();
    assert.deepEqual(await ready, { kind: 'ready', approver: 'user:ada', version: '1.0.0' });
    assert.equal(starts, 1);
    assert.equal(sessions, 1);
  });

  it('attaches to one that runs, and starts no other', async () => {
    await host.crash();
    const first = until('ready');
    create().start();
    await first;
    const again = until('ready');
    supervisor.start();
    await again;
    assert.equal(starts, 1);
    assert.equal(host.called('session/prove').length, 1);
  });

  it('comes back after the connection is lost', async () => {
    await host.crash();
    const first = until('ready');
    create().start();
    await first;
    const restarting = until('restarting');
    const again = until('ready');
    await host.crash();
    assert.deepEqual(await restarting, { kind: 'restarting', attempt: 1 });
    await again;
    assert.equal(sessions, 2);
    assert.equal(starts, 2);
  });

  it('gives up after the last delay, and says why', async () => {
    await host.crash();
    const failed = until('failed');
    create({
      start: () => {
        starts += 1;
        return Promise.reject(new Error('the disk is full'));
      },
    }).start();
    assert.deepEqual(await failed, { kind: 'failed', message: 'the disk is full' });
    assert.equal(starts, 6);
  });

  it('uses the one that another window started meanwhile', async () => {
    await host.crash();
    const settled = until('not-enrolled');
    create({
      start: async () => {
        await host.listen();
        host.enrolmentOpen = false;
        throw new Error('another one runs');
      },
    }).start();
    assert.deepEqual(await settled, { kind: 'not-enrolled' });
    assert.deepEqual(host.called('approvers/enrol'), []);
  });

  it('waits while another window enrols, then says that it is not enrolled', async () => {
    const settled = until('not-enrolled');
    create().start();
    await settled;
    assert.equal(host.called('session/open').length, 6);
    assert.equal(statuses.filter(({ kind }) => kind === 'restarting').length, 5);
  });

  it('does not try a refused recovery code again', async () => {
    host.enrolmentOpen = false;
    const failed = until('failed');
    create().start({ kind: 'recovery', text: 'wrong' });
    await failed;
    assert.equal(host.called('approvers/enrol').length, 1);
  });

  it('does not send a code again when the connection is lost over it', async () => {
    host.enrolmentOpen = false;
    host.overrides = {
      'approvers/enrol': () => {
        void host.crash();
        return new Promise(() => undefined);
      },
    };
    await host.crash();
    await host.listen();
    const settled = until('not-enrolled');
    create().start({ kind: 'recovery', text: 'recovery' });
    await settled;
    assert.equal(host.called('approvers/enrol').length, 1);
  });

  it('replaces an older enforcement host once', async () => {
    host.version = '0.9.0';
    await host.crash();
    const ready = until('ready');
    create({
      start: async () => {
        starts += 1;
        // The third would still be old: a replacement that changes nothing is not repeated.
        await host.listen();
      },
    }).start();
    await ready;
    assert.deepEqual(host.called('host/stop'), [{ reason: 'upgrade' }]);
    assert.equal(starts, 2);
  });

  it('stops on request and stays off', async () => {
    await host.crash();
    const ready = until('ready');
    create().start();
    await ready;
    await supervisor.stop('user');
    assert.deepEqual(host.called('host/stop'), [{ reason: 'user' }]);
    assert.deepEqual(statuses.at(-1), { kind: 'off', reason: 'stopped' });
    await assert.rejects(connectControl(endpoint), { code: 'HOST_UNREACHABLE' });
  });

  it('does not wait for ever for one that accepts but does not answer', async () => {
    host.overrides = { 'session/open': () => new Promise(() => undefined) };
    const failed = until('failed');
    create({ handshakeMs: 20, delays: [] }).start();
    await failed;
  });

  it('says that it cannot work with a newer one, without trying again', async () => {
    host.protocolVersion += 1;
    const failed = until('failed');
    create().start();
    await failed;
    assert.equal(host.called('session/open').length, 1);
  });

  it('begins to count losses anew after a stable session', async () => {
    await host.crash();
    const first = until('ready');
    create({ delays: [1], stableAfterMs: 0 }).start();
    await first;
    for (let loss = 0; loss < 3; loss += 1) {
      // A timer of 0 ms must have had its turn: the session counts as stable from then on.
      await new Promise((resolve) => setTimeout(resolve, 5));
      const again = until('ready');
      await host.crash();
      await again;
    }
    assert.equal(sessions, 4);
  });
});
