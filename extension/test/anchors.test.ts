import assert from 'node:assert/strict';

import { LedgerAnchors } from '../src/ledger/anchors.js';
import { InMemorySecrets } from './support/secrets.js';

const hash = (digit: string) => `sha256:${digit.repeat(64)}` as const;

describe('ledger anchors', () => {
  const early = { log: 'log_1', size: 3, head: hash('a') };
  const late = { log: 'log_1', size: 5, head: hash('b') };

  it('are remembered by the next session', async () => {
    const secrets = new InMemorySecrets();
    const anchors = new LedgerAnchors(secrets);
    await anchors.note(early);
    await anchors.note(late);
    await anchors.flush();
    assert.deepEqual(await new LedgerAnchors(secrets).get('log_1'), late);
    assert.equal(await new LedgerAnchors(secrets).get('log_2'), undefined);
  });

  it('show a ledger that has become shorter, and keep the one seen before', async () => {
    const secrets = new InMemorySecrets();
    const anchors = new LedgerAnchors(secrets);
    await anchors.note(late);
    await anchors.flush();
    const next = new LedgerAnchors(secrets);
    assert.deepEqual(await next.note(early), late);
    assert.deepEqual(await next.get('log_1'), late);
  });

  it('show a ledger with another head at the same size', async () => {
    const anchors = new LedgerAnchors(new InMemorySecrets());
    assert.equal(await anchors.note(early), undefined);
    assert.deepEqual(await anchors.note({ ...early, head: hash('c') }), early);
    await anchors.flush();
  });

  it('take the next head as it is once a person has accepted that the ledger is another', async () => {
    const anchors = new LedgerAnchors(new InMemorySecrets());
    await anchors.note(late);
    anchors.replace('log_1');
    assert.equal(await anchors.note(early), undefined);
    assert.deepEqual(await anchors.note({ ...early, size: 2 }), early);
    await anchors.flush();
  });

  it('compare an older export with its own head, not with a later one', async () => {
    const anchors = new LedgerAnchors(new InMemorySecrets());
    await anchors.noteExport(early);
    await anchors.note(late);
    assert.deepEqual(await anchors.forVerification('log_1', 3), early);
    assert.deepEqual(await anchors.forVerification('log_1', 4), late);
    assert.equal(await anchors.forVerification('log_2', 3), undefined);
    await anchors.flush();
  });

  it('treat a secret that is not an anchor as none', async () => {
    const secrets = new InMemorySecrets();
    await secrets.store('axtary.anchor.log_1', '{"size":"many"}');
    await secrets.store('axtary.exportAnchors.log_1', 'not json');
    const anchors = new LedgerAnchors(secrets);
    assert.equal(await anchors.forVerification('log_1', 3), undefined);
  });
});
