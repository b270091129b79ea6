import assert from 'node:assert/strict';

import {
  revocationCandidates,
  revocationTarget,
  titleOfIntent,
} from '../src/model/revocation-candidates.js';
import {
  demoAuthority,
  demoDelegation,
  demoFolder,
  demoKey,
  demoRevocation,
} from './support/demo-authority.js';
import { demoItem, demoSummary } from './support/demo.js';

const NOW = new Date('2026-01-01T10:00:00.000Z');

function lineOf(body: object): { readonly line: string } {
  return { line: JSON.stringify({ body }) };
}

const decision = demoItem(1, {
  decisionId: 'dec_1',
  verdict: 'allow',
  title: 'Allowed: mcp:files/write',
  agent: 'agent:two',
  ...lineOf({ action: { intent: { task: 'tidy up' } } }),
});
const pass = demoItem(2, {
  type: 'pass',
  decisionId: 'dec_1',
  ...lineOf({ jti: 'pass_1', expiresAt: '2026-01-01T10:05:00.000Z' }),
});
const expired = demoItem(3, {
  type: 'pass',
  ...lineOf({ jti: 'pass_0', expiresAt: '2026-01-01T10:00:00.000Z' }),
});
const damaged = [demoItem(4, { type: 'pass', line: '{"body":' }), demoItem(5, { line: 'null' })];
const intent = demoItem(6, {
  type: 'intent',
  decisionId: 'dec_1',
  resource: 'mcp:files/write',
  ...lineOf({ intentId: 'int_1' }),
});
const folder = demoFolder({
  pending: [demoSummary()],
  ledger: { items: [intent, ...damaged, expired, pass, decision], size: 6 },
  authority: demoAuthority({
    keys: [demoKey('gone', { state: 'revoked' }), demoKey('signs', { isSigning: true })],
    delegations: [demoDelegation('del_1', { agent: 'agent:sub', task: 'sub-task' })],
  }),
});

describe('what may be revoked', () => {
  function values(kind: Parameters<typeof revocationCandidates>[0], of = folder): string[] {
    return revocationCandidates(kind, [of], NOW).map(({ value }) => value);
  }

  it('is every agent and task that waits, acted lately or was delegated to', () => {
    assert.deepEqual(values('agent'), ['agent:one', 'agent:two', 'agent:sub']);
    assert.deepEqual(values('task'), ['task', 'tidy up', 'sub-task']);
  });

  it('is a pass that has not expired, with the call it is for', () => {
    assert.deepEqual(revocationCandidates('pass', [folder], NOW), [
      { value: 'pass_1', description: 'Allowed: mcp:files/write' },
    ]);
  });

  it('is a key that is not revoked yet, and any delegation', () => {
    assert.deepEqual(values('key'), ['signs']);
    assert.deepEqual(values('delegation'), ['del_1']);
  });

  it('is not what is revoked already, unless that was lifted', () => {
    const revoked = demoRevocation({ value: 'agent:two' });
    const of = (revocations: readonly (typeof revoked)[]) =>
      demoFolder({ ...folder, authority: demoAuthority({ revocations: [...revocations] }) });
    assert.deepEqual(values('agent', of([revoked])), ['agent:one']);
    const lifted = { by: 'user:ada', reason: 'a mistake', at: revoked.at };
    assert.deepEqual(values('agent', of([{ ...revoked, lifted }])), ['agent:one', 'agent:two']);
    assert.deepEqual(values('agent', of([{ ...revoked, kind: 'task' }])), [
      'agent:one',
      'agent:two',
    ]);
  });

  it('is told once, however often it is seen', () => {
    const twice = demoFolder({ ledger: { items: [decision, decision], size: 2 } });
    assert.deepEqual(values('agent', twice), ['agent:two']);
  });
});

describe('what a menu hands over', () => {
  it('names a delegation or a key', () => {
    const delegation = { kind: 'delegation', delegation: demoDelegation('del_1') };
    assert.deepEqual(revocationTarget(delegation), { kind: 'delegation', value: 'del_1' });
    const key = { kind: 'key', key: demoKey('k') };
    assert.deepEqual(revocationTarget(key), { kind: 'key', value: 'k' });
  });

  for (const other of [
    undefined,
    null,
    'agent:one',
    { kind: 'key' },
    { kind: 'key', key: { kid: '' } },
    { kind: 'delegation', delegation: { jti: 7 } },
    { kind: 'agent', agent: 'agent:one' },
  ]) {
    it(`names nothing by ${JSON.stringify(other)}`, () => {
      assert.equal(revocationTarget(other), undefined);
    });
  }
});

describe('call of an intent', () => {
  it('is known by its decision, or by its own record where that is on an older page', () => {
    assert.equal(titleOfIntent(folder, 'int_1'), 'Allowed: mcp:files/write');
    const alone = demoFolder({ ledger: { items: [intent], size: 9 } });
    assert.equal(titleOfIntent(alone, 'int_1'), 'mcp:files/write');
  });

  it('is not known without its record', () => {
    assert.equal(titleOfIntent(folder, 'int_2'), undefined);
    assert.equal(titleOfIntent(undefined, 'int_1'), undefined);
  });
});
