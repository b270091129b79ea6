import assert from 'node:assert/strict';

import { createApproverKey, loadApproverKey } from '../src/approver/key.js';
import { connectControl, type ControlConnection } from '../src/host/control.js';
import { openSession, type EnrolmentCode, type SessionOptions } from '../src/host/session.js';
import { FakeHost } from './support/fake-host.js';
import { InMemorySecrets } from './support/secrets.js';

describe('session with the enforcement host', () => {
  let host: FakeHost;
  let secrets: InMemorySecrets;
  let connection: ControlConnection;

  beforeEach(async () => {
    host = new FakeHost();
    secrets = new InMemorySecrets();
    connection = await connectControl(await host.listen());
  });

  afterEach(async () => {
    connection.close();
    await host.dispose();
  });

  function options(code?: EnrolmentCode): SessionOptions {
    return {
      version: '1.0.0',
      approverName: 'user:ada@desk',
      clock: { now: () => new Date(0) },
      loadKey: () => loadApproverKey(secrets),
      createKey: () => createApproverKey(secrets),
      code,
    };
  }
  const startCode = { kind: 'start', text: 'x'.repeat(43) } as const;
  const recoveryCode = { kind: 'recovery', text: 'recovery' } as const;

  it('enrols a new key with the code of whoever started it, and is given the recovery code', async () => {
    const session = await openSession(connection.caller, options(startCode));
    assert.equal(session.kind, 'proved');
    assert.equal(session.kind === 'proved' && session.recoveryCode, 'RECOVERY');
    assert.equal(host.approvers[0]?.name, 'user:ada@desk');
    assert.equal(secrets.stored.size, 1);
  });

  it('proves the key it has, without a code and without enrolling again', async () => {
    await openSession(connection.caller, options(startCode));
    const session = await openSession(connection.caller, options());
    assert.equal(session.kind, 'proved');
    assert.equal(session.kind === 'proved' && session.recoveryCode, undefined);
    assert.equal(host.called('approvers/enrol').length, 1);
    assert.equal(host.called('session/prove').length, 1);
  });

  it('makes no key where it may not enrol', async () => {
    assert.deepEqual(await openSession(connection.caller, options()), {
      kind: 'not-enrolled',
      enrolmentOpen: true,
    });
    host.enrolmentOpen = false;
    assert.deepEqual(await openSession(connection.caller, options(startCode)), {
      kind: 'not-enrolled',
      enrolmentOpen: false,
    });
    assert.equal(secrets.stored.size, 0);
  });

  it('enrols with the recovery code after others, also where the stored key is damaged', async () => {
    host.enrolmentOpen = false;
    await secrets.store('axtary.approverKey', 'damaged');
    const session = await openSession(connection.caller, options(recoveryCode));
    assert.equal(session.kind, 'proved');
    await assert.doesNotReject(loadApproverKey(secrets));
  });

  it('passes on that a code was refused', async () => {
    const wrong = { kind: 'recovery', text: 'wrong' } as const;
    await assert.rejects(openSession(connection.caller, options(wrong)), { code: 'UNAUTHORISED' });
  });

  it('sees that the enforcement host is older', async () => {
    host.version = '0.9.0';
    const session = await openSession(connection.caller, options(startCode));
    assert.equal(session.kind === 'proved' && session.isOutdated, true);
    host.version = '1.1.0';
    const newer = await openSession(connection.caller, options());
    assert.equal(newer.kind === 'proved' && newer.isOutdated, false);
  });

  it('gives up on one that speaks a newer protocol, before it proves anything', async () => {
    host.protocolVersion += 1;
    await assert.rejects(openSession(connection.caller, options(startCode)), {
      code: 'HOST_TOO_NEW',
    });
    assert.deepEqual(host.called('approvers/enrol'), []);
  });

  it('gives up on one whose first answer has another shape', async () => {
    host.protocolVersion = 1.5;
    await assert.rejects(openSession(connection.caller, options(startCode)), {
      code: 'HOST_TOO_NEW',
    });
  });
});

describe('control connection', () => {
  it('says when nobody listens', async () => {
    await assert.rejects(connectControl('/nowhere/control.sock'), { code: 'HOST_UNREACHABLE' });
  });

  it('rejects a call on a connection that has gone', async () => {
    const host = new FakeHost();
    const connection = await connectControl(await host.listen());
    connection.close();
    await connection.closed;
    await assert.rejects(connection.caller.call('policy/check', { text: '' }), {
      code: 'CONNECTION_LOST',
    });
    await host.dispose();
  });

  it('rejects a call that is never answered once the socket closes', async () => {
    const host = new FakeHost();
    host.overrides = { 'policy/check': () => new Promise(() => undefined) };
    const connection = await connectControl(await host.listen());
    const waiting = connection.caller.call('policy/check', { text: '' });
    await connection.caller.call('approvals/list', { workspace: '/' });
    await host.crash();
    await assert.rejects(waiting, { code: 'CONNECTION_LOST' });
    await host.dispose();
  });
});
